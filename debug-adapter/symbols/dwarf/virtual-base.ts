import { SymbolError } from "../errors";
import type { ReadMemory } from "../model";
import { evaluateNumber, type ExpressionContext } from "./expression";
import { Unavailable } from "./stack-value";

/**
 * The linear address of a virtual base class of the object at `object`, by its member's expression; undefined where the
 * object's virtual table cannot be read.
 */
export function virtualBaseAddress(expression: Uint8Array, object: number, readMemory: ReadMemory): number | undefined {
  try {
    return evaluateNumber(expression, contextOf(readMemory), object);
  } catch (error) {
    if (error instanceof Unavailable || error instanceof SymbolError) return undefined;
    throw error;
  }
}

/** Such an expression sees the object and memory only (DWARF 5, 5.7.3). */
function contextOf(readMemory: ReadMemory): ExpressionContext {
  const refuse = (): never => {
    throw new Unavailable({ code: "unsupported", what: "a frame in the place of a base class" });
  };
  return {
    unit: undefined,
    register: refuse,
    registerIfKnown: refuse,
    memory: (address, length) => {
      const bytes = readMemory(address, length);
      if (!bytes || bytes.length < length) throw new Unavailable({ code: "memory", address });
      return bytes;
    },
    frameBase: refuse,
    cfa: refuse,
    entryValue: refuse,
    operandType: refuse,
  };
}
