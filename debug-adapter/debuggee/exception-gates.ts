import type { MachineApi } from "../../emulator/index";

/** The vectors of the processor's own exceptions (SDM vol. 3A, 6.2), and the size of a gate in bytes. */
const VECTORS = 32;
const GATE_BYTES = 8;
/** P, S and the four type bits of a gate's high dword, and their values in a 32-bit interrupt or trap gate (6.11). */
const KIND = 0x9e00;
const GATE_KIND = 0x8e00;

/** The handlers of the processor's exceptions: the entries of the IDT that are gates to a flat code segment. */
export function exceptionGates({
  memory,
  idtr,
}: Pick<MachineApi, "memory" | "idtr">): { linear: number; ring: number }[] {
  const gates: { linear: number; ring: number }[] = [];
  for (let vector = 0; vector < VECTORS && (vector + 1) * GATE_BYTES - 1 <= idtr.limit; vector++) {
    const low = memory.readDword(idtr.base + vector * GATE_BYTES);
    const high = memory.readDword(idtr.base + vector * GATE_BYTES + 4);
    if (low === undefined || high === undefined || (high & KIND) !== GATE_KIND) continue;
    gates.push({ linear: ((high & 0xffff0000) | (low & 0xffff)) >>> 0, ring: (low >>> 16) & 3 });
  }
  return gates;
}
