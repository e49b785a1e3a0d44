import { Gpr, Vector } from "../../emulator/base/arch";
import type { Insn } from "../../emulator/isa/insn";
import type { Case, Outcome } from "./batch";
import type { Tolerance } from "./compare";
import { definedFlags } from "./flags";
import type { Plan } from "./plan";

/** What the manual leaves to each processor, or what is the host's own business. */

const NONE = 0;
const EVERY_BIT = -1;
const WHOLE: readonly number[] = new Array<number>(8).fill(EVERY_BIT);

const without = (...registers: Gpr[]): readonly number[] =>
  WHOLE.map((bits, n) => (registers.includes(n) ? NONE : bits));

/** Bits 16-19 of LAR's result are undefined (vol. 2, LAR): limit bits on some processors. */
const LAR_DEFINED = ~0x000f0000;

/** An AMD POPA has by the time of a fault written the registers it got; its restart does that again. */
const AFTER_POPA_FAULT = without(Gpr.Eax, Gpr.Ecx, Gpr.Edx, Gpr.Ebx, Gpr.Ebp, Gpr.Esi, Gpr.Edi);

/** Several accesses in no stated order; makers' processors differ. */
const SEVERAL_ACCESSES: ReadonlySet<string> = new Set([
  ...["cmpsb", "cmpsv", "callfar", "callfarind", "retfar", "iret", "pusha", "popa", "enter"],
  // Eight bytes: where they pass the end of the linear space the limit check is the processor's own (vol. 3A, 5.3).
  "cmpxchg8b",
]);

function registersAfter(insn: Insn): readonly number[] {
  switch (insn.mnemonic) {
    case "rdtsc":
      return without(Gpr.Eax, Gpr.Edx);
    case "cpuid":
      return without(Gpr.Eax, Gpr.Ecx, Gpr.Edx, Gpr.Ebx);
    case "lar":
      return WHOLE.map((bits, n) => (n === insn.operands[0]?.reg ? LAR_DEFINED : bits));
    default:
      return WHOLE;
  }
}

/** How exactly the two processors must agree about `insn`, which began as `test` says and ended as `host` says. */
function toleranceOf(insn: Insn, test: Case, host: Outcome): Tolerance {
  const anyAccess = SEVERAL_ACCESSES.has(insn.mnemonic);
  // After a fault nothing has changed.
  if (host.vector !== Vector.Bp)
    return { flags: EVERY_BIT, registers: insn.mnemonic === "popa" ? AFTER_POPA_FAULT : WHOLE, anyAccess };
  return { flags: definedFlags(insn, test), registers: registersAfter(insn), anyAccess };
}

/** How exactly case `n` of a plan has to agree. */
export function toleranceIn(made: Plan, n: number, host: Outcome): Tolerance {
  const test = made.cases[n];
  const insn = made.insns[test?.code ?? 0];
  if (!test || !insn) throw new RangeError(`no case ${n}`);
  return toleranceOf(insn, test, host);
}

/** The code segment of 64-bit programs: a case that reaches it by a random selector leaves our processor's world. */
const CODE64 = 0x33;

export const isComparable = (host: Outcome): boolean => host.selectors.cs !== CODE64;
