import { HOT_KEYS } from "./hot";
import { SPECIALS } from "./record";
import { allShapes, coldName, type HandlerShape, hotKey, parseHotKey } from "./shapes";

export interface Catalogue {
  hot: HandlerShape[];
  cold: HandlerShape[];
  /** Rec.Op of hot handlers, and -1 - index of cold ones, by key. */
  numbers: Map<string, number>;
}

let built: Catalogue | undefined;

/** All handlers with their numbers, for the generator. Decoded code takes the numbers from the image. */
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
    // A hot handler without an index register does not serve an instruction that has one.
    if (!isHot(key, shape, numbers)) numbers.set(coldName(key), -cold.push(shape));
  }
  return { hot, cold, numbers };
}

function isHot(key: string, shape: HandlerShape, numbers: Map<string, number>): boolean {
  const memory = shape.operands.some((o) => o.kind === "m");
  return numbers.has(key) && (!memory || numbers.has(hotKey(key, { indexed: true, flags: true, fusedCc: -1 })));
}
