/**
 * What a PC's firmware and a boot loader leave below 1 MiB, as far as kernels
 * rely on it: the BIOS data area, the extended one, a stack, and the GDT that
 * the loader's segment registers came from. Addresses are physical.
 */

const KIB = 1024;
/** Conventional memory ends where the extended BIOS data area begins. */
export const CONVENTIONAL_END = 0x9fc00;
/** From here to 1 MiB a PC has adapters and firmware. */
export const ADAPTERS_START = 0xa0000;
/** The firmware's segment, up to 1 MiB, is ROM. */
export const FIRMWARE_START = 0xf0000;
export const HIGH_START = 0x100000;
/** The place of the loader's GDT. No kernel is loaded there, and no loader gives this memory away. */
const GDT = FIRMWARE_START;
/** The stack grows down from here to the end of the BIOS data area: 26 KiB. */
export const STACK_TOP = 0x7000;

/** BIOS data area (from 0x400): port addresses, counts, sizes. */
const enum Bda {
  /** Words: ports of COM1 to COM4. */
  Serial = 0x400,
  /** Word: segment of the extended BIOS data area. */
  Ebda = 0x40e,
  /** Word: equipment; bits 9-11 count serial ports, bit 1 would be an x87. */
  Equipment = 0x410,
  /** Word: conventional memory in KiB. */
  MemoryKib = 0x413,
}

const SERIAL_PORTS = [0x3f8, 0x2f8];
const SERIAL_COUNT_SHIFT = 9;

/** Null; flat code at selector 8 and flat data at 0x10, both accessed. */
const DESCRIPTORS = [0, 0, 0x0000ffff, 0x00cf9b00, 0x0000ffff, 0x00cf9300];

/** The loader's GDT, for GDTR. */
export const LOADER_GDT = { base: GDT, limit: DESCRIPTORS.length * 4 - 1 };

/** Writes all of it to `ram`, guest physical memory from address 0 on. */
export function writeLowMemory(ram: Uint8Array): void {
  const view = new DataView(ram.buffer, ram.byteOffset, ram.length);
  const word = (at: number, value: number): void => view.setUint16(at, value, true);
  SERIAL_PORTS.forEach((port, n) => word(Bda.Serial + n * 2, port));
  word(Bda.Ebda, CONVENTIONAL_END >> 4);
  word(Bda.Equipment, SERIAL_PORTS.length << SERIAL_COUNT_SHIFT);
  word(Bda.MemoryKib, CONVENTIONAL_END / KIB);
  // The extended area begins with its own size in KiB.
  ram[CONVENTIONAL_END] = (ADAPTERS_START - CONVENTIONAL_END) / KIB;
  DESCRIPTORS.forEach((dword, n) => view.setUint32(GDT + n * 4, dword, true));
}
