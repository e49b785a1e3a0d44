import type { Insn, Shape } from "./insn";
import { Trait, traitsOf } from "./traits";

/** Questions about decoded instructions and shapes whose answer takes several traits. */

/** Whether it is a string instruction that repeats. Such an instruction has a block for itself. */
export const isRepeated = (insn: Insn): boolean => insn.rep !== "" && (insn.spec.traits & Trait.String) !== 0;

export const endsBlock = (insn: Insn): boolean =>
  (insn.spec.traits & (Trait.Branch | Trait.System)) !== 0 || isRepeated(insn);

/** `endsBlock` of a handler's shape. */
export function shapeEndsBlock(shape: Shape): boolean {
  const traits = traitsOf(shape.mnemonic);
  return (traits & (Trait.Branch | Trait.System)) !== 0 || (shape.rep !== "" && (traits & Trait.String) !== 0);
}

/** Whether its bytes are in two pages. */
export const straddles = ({ eip, length }: Insn): boolean => (eip ^ (eip + length - 1)) >>> 12 !== 0;

/** Whether it is a system instruction after which control goes elsewhere, or to the same instruction again. */
export const jumps = (insn: Insn): boolean => (insn.spec.traits & Trait.Jumps) !== 0;

/** Whether it is a system instruction after which code may be mapped differently. */
export const remaps = (insn: Insn): boolean => (insn.spec.traits & Trait.Remaps) !== 0;

/** Whether it may raise an exception, so that the flags before it must be exact. */
export const mayFault = (insn: Insn): boolean =>
  (insn.spec.traits & Trait.Faults) !== 0 || (insn.hasMemory && (insn.spec.traits & Trait.NoAccess) === 0);

/** Whether no arithmetic flag from before it can be seen after it. */
export const killsFlags = (insn: Insn): boolean =>
  (insn.spec.traits & Trait.KillsFlags) !== 0 ||
  ((insn.spec.traits & Trait.Shift) !== 0 &&
    insn.operands[insn.operands.length - 1].kind === "i" &&
    (insn.imm & 31) !== 0);

/**
 * Whether it has a variant that leaves the flags alone, for use where nobody reads them. An instruction that writes to
 * memory has none, since it may write to the code that follows.
 */
export const hasFlaglessForm = (shape: Pick<Shape, "mnemonic" | "operands">): boolean => {
  const traits = traitsOf(shape.mnemonic);
  return (
    shape.operands[0]?.kind !== "m" &&
    (traits & (Trait.KillsFlags | Trait.ChangesFlags)) !== 0 &&
    (traits & Trait.ReadsFlags) === 0
  );
};
