import type { RegisterName } from "../../emulator/index";

/** Names by DWARF number (DwarfReg). */
export const REGISTER_NAMES = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip", "eflags"] as const;

/** All registers of the machine by name. */
export const MACHINE_REGISTERS: ReadonlySet<string> = new Set<RegisterName>([
  ...REGISTER_NAMES,
  ...(["es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr"] as const),
  ...(["cr0", "cr2", "cr3", "cr4", "dr0", "dr1", "dr2", "dr3", "dr6", "dr7", "cpl"] as const),
]);

export function isRegisterName(name: string): name is RegisterName {
  return MACHINE_REGISTERS.has(name);
}

/** A part of a general register, such as `ax`, `al` and `ah` of `eax`. */
export interface RegisterPart {
  register: (typeof REGISTER_NAMES)[number];
  shift: number;
  size: 1 | 2;
}

export function registerPart(name: string): RegisterPart | undefined {
  const low = /^([abcd])([lhx])$/.exec(name);
  if (low !== null) {
    const register = `e${low[1]}x` as RegisterPart["register"];
    return { register, shift: low[2] === "h" ? 8 : 0, size: low[2] === "x" ? 2 : 1 };
  }
  const word = /^(sp|bp|si|di|ip)$/.exec(name);
  return word === null ? undefined : { register: `e${name}` as RegisterPart["register"], shift: 0, size: 2 };
}
