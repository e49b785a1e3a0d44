import * as x from "../base/wasm/expr";
import type { Expr, Var } from "../base/wasm/expr";
import type { Size } from "../isa/emit";
import { Touch, type Watch } from "../memory/watches";

/** More ranges than these are left to the slow path of their pages. */
const MOST_RANGES = 4;

/** Whether an access touches watched memory; undefined where its page needs no look: InlineFrame.watched. */
export type WatchTest = (at: Var, size: Size, touches: number) => Expr | undefined;

/** The test that a region makes while there are `watches`: compares with constants. */
export function watchTest(watches: readonly Watch[]): WatchTest | undefined {
  if (watches.length === 0 || watches.length > MOST_RANGES) return undefined;
  return (at, size, touches) => {
    const ranges = watches.filter((watch) => (watch.touches & touches) !== 0);
    // What is watched for writes alone is flagged for writes alone; a page watched for reads is flagged for both.
    if (ranges.length === 0 && touches === (Touch.Read as number)) return undefined;
    return ranges.map((watch) => within(watch, at, size)).reduce(x.or, x.k(0));
  };
}

/** Any of the `size` bytes from `at` on lies in the watch. */
function within({ linear, length }: Watch, at: Var, size: Size): Expr {
  return x.ltU(x.sub(at, x.k(linear - size + 1)), x.k(length + size - 1));
}
