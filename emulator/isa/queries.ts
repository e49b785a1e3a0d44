import type { Insn, Shape } from "./insn";
import { Trait, traitsOf } from "./traits";

/** Questions about decoded instructions and shapes that several traits answer together. */

/** A string instruction that repeats; it stands in a block of its own. */
export const isRepeated = (insn: Insn): boolean => insn.rep !== "" && (insn.spec.traits & Trait.String) !== 0;

export const endsBlock = (insn: Insn): boolean =>
  (insn.spec.traits & (Trait.Branch | Trait.System)) !== 0 || isRepeated(insn);

/** `endsBlock` of a handler's shape. */
export function shapeEndsBlock(shape: Shape): boolean {
  const traits = traitsOf(shape.mnemonic);
  return (traits & (Trait.Branch | Trait.System)) !== 0 || (shape.rep !== "" && (traits & Trait.String) !== 0);
}

/** Its bytes lie in two pages. */
export const straddles = ({ eip, length }: Insn): boolean => (eip ^ (eip + length - 1)) >>> 12 !== 0;

/** A system instruction that goes on elsewhere than behind itself, or at itself again. */
export const jumps = (insn: Insn): boolean => (insn.spec.traits & Trait.Jumps) !== 0;

/** A system instruction after which code may be mapped otherwise. */
export const remaps = (insn: Insn): boolean => (insn.spec.traits & Trait.Remaps) !== 0;

/** May raise an exception: the flags before it must be exact. */
export const mayFault = (insn: Insn): boolean =>
  (insn.spec.traits & Trait.Faults) !== 0 || (insn.hasMemory && (insn.spec.traits & Trait.NoAccess) === 0);

/** Leaves nothing of the arithmetic flags before it. */
export const killsFlags = (insn: Insn): boolean =>
  (insn.spec.traits & Trait.KillsFlags) !== 0 ||
  ((insn.spec.traits & Trait.Shift) !== 0 &&
    insn.operands[insn.operands.length - 1].kind === "i" &&
    (insn.imm & 31) !== 0);

/**
 * Has a variant that leaves the flags alone, for where nobody reads them. A
 * write to memory may be one to the code that follows, so it always keeps them.
 */
export const hasFlaglessForm = (shape: Pick<Shape, "mnemonic" | "operands">): boolean => {
  const traits = traitsOf(shape.mnemonic);
  return (
    shape.operands[0]?.kind !== "m" &&
    (traits & (Trait.KillsFlags | Trait.ChangesFlags)) !== 0 &&
    (traits & Trait.ReadsFlags) === 0
  );
};
