import { Cr0, Cr4, Gpr, Pte, SysType } from "../../emulator/base/arch";
import { SPECS } from "../../emulator/isa/spec";
import { encode } from "../differential/encode";
import type { Rng } from "../differential/rng";
import { value } from "../differential/values";
import { RAM_BYTES, type Start } from "./board";

/** Makes random starts: code of every instruction, tables that mostly hold, registers that mostly point at data. */

/**
 * Page tables lie where stray stores seldom reach: after a change without a
 * flush a processor may go by the old entry or the new one, so running and
 * stepping may differ.
 */
const DIRECTORY = 0xf1000;
const TABLE = 0xf2000;
const PAE_POINTERS = 0xf4000;
const PAE_DIRECTORY = 0xf5000;
const PAE_TABLE = 0xf6000;
const GDT = 0x8000;
const IDT = 0x9000;
const TSS = 0xa000;
const STACKS = 0xc000;
export const CODE = 0x10000;
export const CODE_BYTES = 0x4000;
export const DATA = 0x20000;
export const DATA_BYTES = 0x4000;

const TSS_SELECTOR = 0x40;
/** Code and data selectors of ring 0, 1 and 3. */
const RINGS = [
  [0x08, 0x10],
  [0x19, 0x21],
  [0x2b, 0x33],
] as const;

/** Instructions that end a round at once are rare. */
const RARE = new Set(["hlt", "lgdt", "lidt", "movtocr", "jmpfar", "jmpfarind", "lmsw"]);

/** High dword of a flat segment descriptor. */
const flat = (type: number, dpl: number): number => (0x00cf9000 | (type << 8) | (dpl << 13)) >>> 0;

function writeGdt(view: DataView): void {
  const entry = (selector: number, low: number, high: number): void => {
    view.setUint32(GDT + (selector & ~7), low, true);
    view.setUint32(GDT + (selector & ~7) + 4, high, true);
  };
  RINGS.forEach(([code, data]) => {
    entry(code, 0xffff, flat(0xb, code & 3));
    entry(data, 0xffff, flat(0x3, data & 3));
  });
  entry(0x38, 0x0000ffff, 0x0040f302);
  entry(TSS_SELECTOR, (TSS << 16) | 0x67, 0x8000 | (SysType.Tss32Busy << 8));
  entry(0x48, 0x00080000 | (CODE & 0xffff), 0xec00 | (CODE & 0xffff0000));
  entry(0x50, 0x0000ffff, 0x00009f00);
}

function writeIdt(view: DataView, rng: Rng): void {
  for (let vector = 0; vector < 256; vector++) {
    const handler = CODE + rng.below(CODE_BYTES);
    const type = rng.oneIn(4) ? SysType.TrapGate32 : SysType.InterruptGate32;
    const dpl = rng.oneIn(3) ? 3 : 0;
    view.setUint32(IDT + vector * 8, (0x08 << 16) | (handler & 0xffff), true);
    view.setUint32(IDT + vector * 8 + 4, (handler & 0xffff0000) | 0x8000 | (dpl << 13) | (type << 8), true);
  }
}

/** The first MiB maps to itself: tables for the kernel alone, data with random rights. */
function writePages(view: DataView, rng: Rng): void {
  const all = Pte.P | Pte.Rw | Pte.Us;
  view.setUint32(DIRECTORY, TABLE | all, true);
  view.setUint32(PAE_POINTERS, PAE_DIRECTORY | Pte.P, true);
  view.setUint32(PAE_DIRECTORY, PAE_TABLE | all, true);
  for (let page = 0; page < RAM_BYTES >>> 12; page++) {
    const address = page << 12;
    let rights: number = Pte.P | Pte.Rw;
    if (address >= CODE && address < DIRECTORY) rights |= Pte.Us;
    if (address >= DATA + 0x1000 && address < DIRECTORY)
      rights = rng.pick([all, all, all, Pte.P | Pte.Us, Pte.P | Pte.Rw, 0]);
    view.setUint32(TABLE + page * 4, address | rights, true);
    view.setUint32(PAE_TABLE + page * 8, address | rights, true);
  }
}

function writeCode(ram: Uint8Array, rng: Rng): void {
  for (let at = CODE; at < CODE + CODE_BYTES;) {
    const spec = rng.pick(SPECS);
    if (spec.text.startsWith("undefined") || (RARE.has(spec.mnemonic) && !rng.oneIn(10))) continue;
    const form = { opSize: rng.oneIn(4) ? 2 : 4, addrSize: rng.oneIn(16) ? 2 : 4, memory: rng.oneIn(2) } as const;
    const bytes = rng.oneIn(30) ? Uint8Array.of(rng.u32() & 0xff) : encode(spec, form, rng);
    ram.set(bytes.subarray(0, CODE + CODE_BYTES - at), at);
    at += bytes.length;
  }
}

/** Registers point at data, or hold anything. */
function registers(rng: Rng): number[] {
  const gpr = Array.from({ length: 8 }, () => (rng.oneIn(3) ? value(rng) : DATA + rng.below(DATA_BYTES)));
  gpr[Gpr.Esp] = STACKS + 0x800 + rng.below(0x100) * 4;
  gpr[Gpr.Ecx] = rng.oneIn(2) ? rng.below(20) : (gpr[Gpr.Ecx] ?? 0);
  return gpr;
}

export function makeStart(rng: Rng): Start {
  const ram = new Uint8Array(RAM_BYTES);
  const view = new DataView(ram.buffer);
  writeGdt(view);
  writeIdt(view, rng);
  writePages(view, rng);
  writeCode(ram, rng);
  for (let at = DATA; at < DATA + DATA_BYTES; at++) ram[at] = rng.u32();
  view.setUint32(TSS + 4, STACKS + 0x2000, true);
  view.setUint32(TSS + 8, 0x10, true);
  view.setUint32(TSS + 12, STACKS + 0x1c00, true);
  view.setUint32(TSS + 16, 0x21, true);
  const [code, data] = rng.pick(RINGS);
  const paging = rng.below(3);
  const gpr = registers(rng);
  // The stack of ring 1 and 3 lies among the data, where they may reach it.
  if (code & 3) gpr[Gpr.Esp] = DATA + 0x800 + rng.below(0x100) * 4;
  return {
    ram,
    gpr,
    eip: CODE + rng.below(CODE_BYTES / 2),
    eflags:
      2 | (rng.u32() & 0x8d5) | (rng.oneIn(2) ? 0x200 : 0) | (rng.oneIn(8) ? 0x100 : 0) | (rng.oneIn(4) ? 0x3000 : 0),
    cr0: Cr0.Pe | Cr0.Et | Cr0.Ne | (paging ? Cr0.Pg : 0) | (rng.oneIn(2) ? Cr0.Wp : 0) | (rng.oneIn(4) ? Cr0.Ts : 0),
    cr3: paging === 2 ? PAE_POINTERS : DIRECTORY,
    cr4: paging === 2 ? Cr4.Pae : 0,
    selectors: [data, code, data, data, rng.oneIn(2) ? data : 0, 0],
    gdt: GDT,
    idt: IDT,
    tss: TSS,
    tssSelector: TSS_SELECTOR,
  };
}
