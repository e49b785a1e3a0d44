import { Flag } from "../../emulator/base/arch";
import type { Insn } from "../../emulator/isa/insn";

/** What instructions do to the arithmetic flags, for sequences: a flag left undefined may not be read before it is defined again. */

const CF = Flag.Cf as number;
const PF = Flag.Pf as number;
const AF = Flag.Af as number;
const ZF = Flag.Zf as number;
const SF = Flag.Sf as number;
const OF = Flag.Of as number;
export const ALL_FLAGS = CF | PF | AF | ZF | SF | OF;

export interface FlagEffect {
  reads: number;
  /** Certainly defined afterwards. */
  defines: number;
  /** Possibly undefined afterwards. */
  spoils: number;
}

const effect = (reads: number, defines: number, spoils = 0): FlagEffect => ({ reads, defines, spoils });

const NOTHING = effect(0, 0);
const FIXED: Partial<Record<string, FlagEffect>> = {
  ...Object.fromEntries(["add", "sub", "cmp", "neg", "xadd", "cmpxchg"].map((name) => [name, effect(0, ALL_FLAGS)])),
  ...Object.fromEntries(["adc", "sbb"].map((name) => [name, effect(CF, ALL_FLAGS)])),
  ...Object.fromEntries(["and", "or", "xor", "test"].map((name) => [name, effect(0, ALL_FLAGS & ~AF, AF)])),
  ...Object.fromEntries(["inc", "dec"].map((name) => [name, effect(0, ALL_FLAGS & ~CF)])),
  ...Object.fromEntries(
    ["mul", "imul1", "imul2", "imul3"].map((name) => [name, effect(0, CF | OF, SF | ZF | AF | PF)]),
  ),
  ...Object.fromEntries(["bt", "bts", "btr", "btc"].map((name) => [name, effect(0, CF, OF | SF | AF | PF)])),
  ...Object.fromEntries(["bsf", "bsr"].map((name) => [name, effect(0, ZF, ALL_FLAGS & ~ZF)])),
  ...Object.fromEntries(
    ["mov", "movzx", "movsx", "lea", "xchg", "not", "push", "pop", "cbw", "cwd", "bswap"].map((name) => [
      name,
      NOTHING,
    ]),
  ),
  ...Object.fromEntries(["clc", "stc"].map((name) => [name, effect(0, CF)])),
  cmc: effect(CF, CF),
  lahf: effect(SF | ZF | AF | PF | CF, 0),
  sahf: effect(0, SF | ZF | AF | PF | CF),
  pushf: effect(ALL_FLAGS, 0),
  daa: effect(CF | AF, ALL_FLAGS & ~OF, OF),
  das: effect(CF | AF, ALL_FLAGS & ~OF, OF),
  aaa: effect(AF, AF | CF, OF | SF | ZF | PF),
  aas: effect(AF, AF | CF, OF | SF | ZF | PF),
  aad: effect(0, SF | ZF | PF, OF | AF | CF),
};

/** Flags that the conditions O, B, E, BE, S, P, L, LE read (vol. 1, appendix B). */
const CONDITION_READS = [OF, CF, ZF, CF | ZF, SF, PF, SF | OF, ZF | SF | OF];

const conditionReads = (cc: number): number => CONDITION_READS[cc >> 1] ?? ALL_FLAGS;

/** Shifts and rotates by an immediate or by 1; by CL nothing is sure. */
function shiftEffect(insn: Insn): FlagEffect {
  const reads = insn.mnemonic.startsWith("rc") ? CF : 0;
  const rotates = insn.mnemonic.startsWith("r");
  const touched = rotates ? CF | OF : ALL_FLAGS;
  const last = insn.operands.at(-1);
  const bits = (insn.operands[0]?.size ?? 4) * 8;
  const count = insn.imm & 31;
  if (last?.kind !== "i") return effect(reads, 0, rotates ? OF : bits < 32 ? AF | OF | CF : AF | OF);
  if (count === 0) return effect(reads, 0);
  const spoiled = (rotates ? 0 : AF) | (count === 1 ? 0 : OF) | (count >= bits && !rotates ? CF : 0);
  return effect(reads, touched & ~spoiled, spoiled);
}

const SHIFTS = new Set(["rol", "ror", "rcl", "rcr", "shl", "shr", "sar", "shld", "shrd"]);

/** The result of a word's double shift by more than 16 is undefined (vol. 2, SHLD). */
const mayBeUndefined = (insn: Insn): boolean =>
  insn.operands.length === 3 && insn.operands[0]?.size === 2 && insn.operands[2]?.kind !== "i";

/** Undefined for an instruction that sequences do not use. */
export function flagEffect(insn: Insn): FlagEffect | undefined {
  if (SHIFTS.has(insn.mnemonic) && mayBeUndefined(insn)) return undefined;
  if (SHIFTS.has(insn.mnemonic)) return shiftEffect(insn);
  if (insn.mnemonic === "jcc" || insn.mnemonic === "setcc" || insn.mnemonic === "cmov")
    return effect(conditionReads(insn.cc), 0);
  return FIXED[insn.mnemonic];
}
