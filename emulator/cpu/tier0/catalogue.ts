import { HOT_KEYS } from "./hot";
import type { Shape } from "../../isa/insn";
import { allShapes, coldKey, type HandlerShape, hotKey, type HotVariant, parseHotKey } from "./shapes";

/** Opcodes of the records that are no instruction (see generate.ts). 0 is "stale", so that cleared memory is safe. */
export const SPECIAL = { stale: 0, guard: 1, cut: 2 } as const;
const SPECIALS = 3;

/** Rec.Op of every handler out of line: any value beyond the hot function's table. */
export const COLD_OP = 0x7fffffff;

export interface Catalogue {
  hot: HandlerShape[];
  cold: HandlerShape[];
  /** Rec.Op of hot handlers and -1 - index of cold ones, by key. */
  numbers: Map<string, number>;
}

let built: Catalogue | undefined;

/** All handlers with their numbers: the same in the generator and in the decoder of blocks. */
export function catalogue(): Catalogue {
  return (built ??= build());
}

function build(): Catalogue {
  const shapes = allShapes();
  const numbers = new Map<string, number>();
  const hot = HOT_KEYS.map((key, n) => {
    const { cold, variant } = parseHotKey(key);
    const shape = shapes.get(cold);
    if (!shape) throw new Error(`hot handler ${key} is no instruction's`);
    numbers.set(key, SPECIALS + n);
    return { ...shape, ...variant };
  });
  const cold: HandlerShape[] = [];
  for (const [key, shape] of shapes) {
    // A hot handler without index register does not serve what has one.
    if (!isHot(key, shape, numbers)) numbers.set(coldName(key), -cold.push(shape));
  }
  return { hot, cold, numbers };
}

const coldName = (key: string): string => `cold ${key}`;

function isHot(key: string, shape: HandlerShape, numbers: Map<string, number>): boolean {
  const memory = shape.operands.some((o) => o.kind === "m");
  return numbers.has(key) && (!memory || numbers.has(hotKey(key, { indexed: true, flags: true, fusedCc: -1 })));
}

/**
 * Number of the handler for an instruction: the best hot one, else the one out
 * of line, which every decodable instruction has. A fused handler is only
 * returned where there is one: undefined otherwise.
 */
export function handlerOf(shape: Shape, variant: HotVariant): number | undefined {
  const { numbers } = catalogue();
  const key = coldKey(shape);
  const exact = numbers.get(hotKey(key, variant));
  if (exact !== undefined || variant.fusedCc >= 0) return exact;
  const flagged = variant.flags ? undefined : numbers.get(hotKey(key, { ...variant, flags: true }));
  const number = flagged ?? numbers.get(coldName(key));
  if (number === undefined) throw new Error(`no handler for ${key}`);
  return number;
}
