import { Gpr } from "../../base/arch";
import type { State } from "../../base/state";

/** Features in EDX of leaf 1 (vol. 2, CPUID) that this machine really has. */
const enum Feature {
  Pse = 1 << 3,
  Tsc = 1 << 4,
  Msr = 1 << 5,
  Pae = 1 << 6,
  Cx8 = 1 << 8,
  Sep = 1 << 11,
  Pge = 1 << 13,
  Cmov = 1 << 15,
  Pat = 1 << 16,
  Pse36 = 1 << 17,
}

const FEATURES =
  Feature.Pse |
  Feature.Tsc |
  Feature.Msr |
  Feature.Pae |
  Feature.Cx8 |
  Feature.Sep |
  Feature.Pge |
  Feature.Cmov |
  Feature.Pat |
  Feature.Pse36;

/** NX, in EDX of leaf 0x80000001. */
const FEATURES_EXTENDED = 1 << 20;
/** Family 6, model 7, stepping 3: a Pentium III without its FPU. SEP counts from model 3 on. */
const SIGNATURE = 0x673;
const PHYSICAL_BITS = 36;
const LINEAR_BITS = 32;
const HIGHEST_BASIC = 1;
const HIGHEST_EXTENDED = 0x80000008;

/** Four characters in the form that they have in a register. */
function word(text: string, at = 0): number {
  let value = 0;
  for (let n = 3; n >= 0; n--) value = (value << 8) | (text.charCodeAt(at + n) || 0);
  return value;
}

/** The vendor whose family 6 software expects; in EBX, EDX, ECX. */
const VENDOR = "GenuineIntel";
const BRAND = "Ringscope IA-32";

/** CPUID (vol. 2). Leaves above the highest answer as the highest basic one, as on Intel's processors. */
export function cpuid(state: State): number {
  const leaf = state.gpr(Gpr.Eax);
  if (leaf >= 0x80000000 && leaf <= HIGHEST_EXTENDED) return extended(state, leaf);
  if (leaf === 0) return answer(state, HIGHEST_BASIC, word(VENDOR), word(VENDOR, 8), word(VENDOR, 4));
  return answer(state, SIGNATURE, 0, 0, FEATURES);
}

function extended(state: State, leaf: number): number {
  switch (leaf) {
    case 0x80000000:
      return answer(state, HIGHEST_EXTENDED, 0, 0, 0);
    case 0x80000001:
      return answer(state, 0, 0, 0, FEATURES_EXTENDED);
    case 0x80000002:
    case 0x80000003:
    case 0x80000004: {
      const at = (leaf - 0x80000002) * 16;
      return answer(state, word(BRAND, at), word(BRAND, at + 4), word(BRAND, at + 8), word(BRAND, at + 12));
    }
    case 0x80000008:
      return answer(state, PHYSICAL_BITS | (LINEAR_BITS << 8), 0, 0, 0);
    default:
      return answer(state, 0, 0, 0, 0);
  }
}

function answer(state: State, eax: number, ebx: number, ecx: number, edx: number): number {
  state.setGpr(Gpr.Eax, eax);
  state.setGpr(Gpr.Ebx, ebx);
  state.setGpr(Gpr.Ecx, ecx);
  state.setGpr(Gpr.Edx, edx);
  return 0;
}
