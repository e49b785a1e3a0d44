import type { Insn } from "../isa/insn";

/**
 * Guests patch immediates: a constant of a generated loop, a jump label's
 * value. Where that has happened, compiled code reads the immediate from
 * memory each time, and does not depend on its bytes any more.
 */

/** Instructions whose emitters use the immediate as a value only. */
const LIVE = new Set(["mov", "add", "or", "adc", "sbb", "and", "sub", "xor", "cmp", "test", "push", "imul3"]);

/**
 * How many bytes of the immediate, at the end of the instruction, may be read when it is executed; 0 where there are
 * none.
 */
export function liveBytes(insn: Insn): number {
  if (!LIVE.has(insn.mnemonic)) return 0;
  const n = insn.spec.operands.findIndex(({ addressing }) => addressing === "I");
  if (n < 0 || insn.spec.operands[n].value >= 0) return 0;
  return insn.spec.operands[n].signExtended ? 1 : insn.operands[n].size;
}

/** The pieces of [start, end) that the code depends on when it reads live immediates: pairs [from, to). */
export function dependencies(start: number, end: number, insns: readonly Insn[]): [from: number, to: number][] {
  const pieces: [number, number][] = [];
  let from = start;
  for (const insn of insns) {
    if (insn.immAt === 0) continue;
    const next = insn.eip + insn.length;
    pieces.push([from, next - liveBytes(insn)]);
    from = next;
  }
  if (from < end) pieces.push([from, end]);
  return pieces;
}
