import type { ReadMemory } from "../symbols/index";

/** The distance between two slots of the hypercall page. */
const SLOT_BYTES = 32;

/** An address inside a slot of a guest's hypercall page. */
export interface HypercallSlot {
  number: number;
  /** Bytes from the slot's start. */
  offset: number;
  /** Whether it is the slot of iret, which pushes EAX and never returns. */
  isIret: boolean;
}

/** Recognises `mov eax, nr; int 0x82; ret` and `push eax; mov eax, 23; int 0x82` by their bytes, wherever the page is. */
export function hypercallSlotAt(linear: number, readMemory: ReadMemory): HypercallSlot | undefined {
  const start = (linear & -SLOT_BYTES) >>> 0;
  const bytes = readMemory(start, 8);
  if (bytes === undefined || bytes.length < 8) return undefined;
  const isIret = bytes[0] === 0x50;
  const mov = isIret ? 1 : 0;
  const [opcode, number, b1, b2, b3, int, vector] = bytes.subarray(mov);
  if (opcode !== 0xb8 || number === undefined || b1 !== 0 || b2 !== 0 || b3 !== 0) return undefined;
  if (int !== 0xcd || vector !== 0x82) return undefined;
  if (!isIret && bytes[7] !== 0xc3) return undefined;
  const offset = linear - start;
  return offset > 8 ? undefined : { number, offset, isIret };
}
