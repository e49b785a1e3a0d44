import { Flag } from "../../emulator/base/arch";
import type { Insn } from "../../emulator/isa/insn";
import type { Case } from "./batch";

/** Which arithmetic flags an instruction leaves undefined (vol. 1, appendix A; vol. 2 for the counts). */

const { Cf, Pf, Af, Zf, Sf, Of } = {
  Cf: Flag.Cf as number,
  Pf: Flag.Pf as number,
  Af: Flag.Af as number,
  Zf: Flag.Zf as number,
  Sf: Flag.Sf as number,
  Of: Flag.Of as number,
};
const ALL = Cf | Pf | Af | Zf | Sf | Of;

const UNDEFINED: Partial<Record<string, number>> = {
  and: Af,
  or: Af,
  xor: Af,
  test: Af,
  mul: Sf | Zf | Af | Pf,
  imul1: Sf | Zf | Af | Pf,
  imul2: Sf | Zf | Af | Pf,
  imul3: Sf | Zf | Af | Pf,
  div: ALL,
  idiv: ALL,
  bt: Of | Sf | Af | Pf,
  bts: Of | Sf | Af | Pf,
  btr: Of | Sf | Af | Pf,
  btc: Of | Sf | Af | Pf,
  bsf: Of | Sf | Af | Pf | Cf,
  bsr: Of | Sf | Af | Pf | Cf,
  daa: Of,
  das: Of,
  aaa: Of | Sf | Zf | Pf,
  aas: Of | Sf | Zf | Pf,
  aad: Of | Af | Cf,
  aam: Of | Af | Cf,
};

/** The count of a shift: its last operand, CL or an immediate. */
function shiftCount(insn: Insn, test: Case): number {
  const last = insn.operands.at(-1);
  return (last?.kind === "i" ? insn.imm : (test.gpr[1] ?? 0)) & 31;
}

function undefinedByShift(insn: Insn, test: Case): number {
  const shift = shiftCount(insn, test);
  const bits = (insn.operands[0]?.size ?? 4) * 8;
  if (shift === 0) return 0;
  const overflow = shift === 1 ? 0 : Of;
  switch (insn.mnemonic) {
    case "rol":
    case "ror":
    case "rcl":
    case "rcr":
      return overflow;
    case "shl":
    case "shr":
      return Af | overflow | (shift >= bits ? Cf : 0);
    case "sar":
      return Af | overflow;
    case "shld":
    case "shrd":
      return shift > bits ? ALL : Af | overflow;
    default:
      return 0;
  }
}

/** The bits of EFLAGS that both processors must agree on after `insn`, when it completed. */
export function definedFlags(insn: Insn, test: Case): number {
  return ~((UNDEFINED[insn.mnemonic] ?? 0) | undefinedByShift(insn, test));
}
