/**
 * The audit of the hypervisor's frames from outside. It counts every reference and use of every frame again, from the
 * page tables in the machine's memory and from the hypervisor's structures, and compares the counts with its frame
 * table. Nothing runs for it and nothing is written, so the guest is not affected. The hypervisor has an audit for
 * tests too (emulator/vmm/arch/x86/mm/audit.c); the two were written independently.
 */
import type { DebugMemory, MachineView } from "../../emulator/index";
import { sizeOf, type ImageSymbols } from "../symbols/index";
import { fieldOf } from "./layout";
import type { VmmView } from "./vmm-view";

export interface AuditResult {
  /** Frames that belong to domains. */
  frames: number;
  references: number;
  uses: number;
  /** The first difference; undefined when there is none. */
  difference: string | undefined;
}

/** enum frame_use (x86/frame.h). */
const ALLOCATED = 3;
/** The type in the top three bits of `type_info`; pins and counts below. */
const enum FrameType {
  L1 = 1,
  L2 = 2,
  L3 = 3,
  Writable = 7,
}
const PINNED = 1 << 28;
const VALIDATED = 1 << 27;
/** A table that is half made or half taken apart. It holds itself, and only its first `entries` entries hold frames. */
const IN_PARTS = (1 << 25) | (1 << 24);
const USES = 0x3fffff;
const TYPE_NAMES: Readonly<Record<number, string>> = {
  0: "untyped",
  1: "an L1 table",
  2: "an L2 table",
  3: "an L3 table",
  5: "a descriptor table",
  7: "a writable page",
};

const PAGE_SHIFT = 12;
const ENTRIES = 512;
const L3_ENTRIES = 4;
const PRESENT = 1;
const WRITABLE = 2;
const FRAME_MASK = 0xf;

/** In an L2 for slot 3, the entries from here on are the hypervisor's (vmm/config.h). */
const VMM_L2_FIRST = 428;
const VMM_L2 = 1 << 26;

interface Entry {
  mfn: number;
  writable: boolean;
}

/** A page table's present entries, up to `count`. */
function entriesOf(memory: DebugMemory, mfn: number, count: number): Entry[] {
  const bytes = memory.readPhysical(mfn << PAGE_SHIFT, 8 * count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Entry[] = [];
  for (let at = 0; at + 8 <= bytes.byteLength; at += 8) {
    const low = view.getUint32(at, true);
    if ((low & PRESENT) === 0) continue;
    const mfnHigh = (view.getUint32(at + 4, true) & FRAME_MASK) << (32 - PAGE_SHIFT);
    found.push({ mfn: (low >>> PAGE_SHIFT) | mfnHigh, writable: (low & WRITABLE) !== 0 });
  }
  return found;
}

/** The frame table, and what was found to refer to its frames. */
class FrameTable {
  private readonly view: DataView;
  private readonly size: number;
  private readonly offsets: { count: number; type: number; owner: number; use: number; entries: number };
  readonly length: number;
  readonly references: Uint32Array;
  readonly uses: Uint32Array;

  constructor(symbols: ImageSymbols, memory: DebugMemory) {
    const global = (name: string): number => memory.readDword(symbols.symbolNamed(name)?.address ?? 0) ?? 0;
    const type = symbols.typeNamed("struct frame");
    this.size = (type && sizeOf(type)) ?? 0;
    const offset = (name: string): number => fieldOf(symbols, "frame", name)?.offset ?? 0;
    this.offsets = {
      count: offset("count"),
      type: offset("type_info"),
      owner: offset("owner"),
      use: offset("use"),
      entries: offset("entries"),
    };
    const bytes = memory.readLinear(global("frame_table"), this.size * global("frame_limit"));
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = this.size === 0 ? 0 : Math.floor(bytes.byteLength / this.size);
    this.references = new Uint32Array(this.length);
    this.uses = new Uint32Array(this.length);
  }

  count(mfn: number): number {
    return this.view.getUint32(this.size * mfn + this.offsets.count, true);
  }

  typeInfo(mfn: number): number {
    return this.view.getUint32(this.size * mfn + this.offsets.type, true);
  }

  owner(mfn: number): number {
    return this.view.getUint16(this.size * mfn + this.offsets.owner, true);
  }

  /** The number of entries of a table in parts that hold frames. */
  entries(mfn: number): number {
    return this.view.getUint16(this.size * mfn + this.offsets.entries, true);
  }

  isDomains(mfn: number): boolean {
    return mfn < this.length && this.view.getUint8(this.size * mfn + this.offsets.use) === ALLOCATED;
  }

  /**
   * Notes that something refers to a frame, and perhaps uses it as its type says. Frames that belong to no domain are
   * not counted.
   */
  found(mfn: number, use: boolean): void {
    if (!this.isDomains(mfn)) return;
    this.references[mfn] = (this.references[mfn] ?? 0) + 1;
    if (use) this.uses[mfn] = (this.uses[mfn] ?? 0) + 1;
  }
}

/** Counts everything again. The hypervisor must not be at work: in the middle of a hypercall its counts may differ. */
export function auditFrames(symbols: ImageSymbols, vmm: VmmView, machine: MachineView): AuditResult {
  const { memory } = machine;
  const frames = new FrameTable(symbols, memory);
  for (let mfn = 0; mfn < frames.length; mfn++) if (frames.isDomains(mfn)) countFrame(frames, memory, mfn);
  countMappings(frames, symbols, memory);
  for (const { pointer } of vmm.vcpus(machine)) {
    const base = vmm.pageDirectory(machine, pointer) / (1 << PAGE_SHIFT);
    frames.found(base, true);
  }
  return compare(frames);
}

/**
 * Counts what a frame's own entry and contents hold: the allocation, a pin, itself, and what a table in it refers to.
 */
function countFrame(frames: FrameTable, memory: DebugMemory, mfn: number): void {
  const info = frames.typeInfo(mfn);
  frames.found(mfn, false);
  if ((info & PINNED) !== 0) frames.found(mfn, true);
  const inParts = (info & IN_PARTS) !== 0;
  if (inParts) frames.found(mfn, true);
  if ((info & USES) === 0 || (info & (VALIDATED | IN_PARTS)) === 0) return;
  const held = (whole: number): number => (inParts ? frames.entries(mfn) : whole);
  switch (info >>> 29) {
    case FrameType.L1:
      for (const entry of entriesOf(memory, mfn, ENTRIES)) frames.found(entry.mfn, entry.writable);
      break;
    case FrameType.L2: {
      const own = held((info & VMM_L2) !== 0 ? VMM_L2_FIRST : ENTRIES);
      for (const entry of entriesOf(memory, mfn, own)) frames.found(entry.mfn, entry.mfn !== mfn);
      break;
    }
    case FrameType.L3:
      for (const entry of entriesOf(memory, mfn, held(L3_ENTRIES))) frames.found(entry.mfn, true);
  }
}

/**
 * Counts the domains' frames that the hypervisor itself keeps mapped, except by windows, which exist only for a moment.
 */
function countMappings(frames: FrameTable, symbols: ImageSymbols, memory: DebugMemory): void {
  const physical = (name: string): number => memory.translate(symbols.symbolNamed(name)?.address ?? 0).physical ?? 0;
  const windows = physical("window_l1") >>> PAGE_SHIFT;
  const tables = entriesOf(memory, physical("vmm_l2") >>> PAGE_SHIFT, ENTRIES).map(({ mfn }) => mfn);
  for (const table of new Set(tables)) {
    if (table === windows) continue;
    for (const entry of entriesOf(memory, table, ENTRIES)) frames.found(entry.mfn, true);
  }
}

function compare(frames: FrameTable): AuditResult {
  const result: AuditResult = { frames: 0, references: 0, uses: 0, difference: undefined };
  for (let mfn = 0; mfn < frames.length; mfn++) {
    if (!frames.isDomains(mfn)) continue;
    result.frames++;
    result.references += frames.references[mfn] ?? 0;
    result.uses += frames.uses[mfn] ?? 0;
    result.difference ??= differenceOf(frames, mfn);
  }
  return result;
}

function differenceOf(frames: FrameTable, mfn: number): string | undefined {
  const info = frames.typeInfo(mfn);
  const kind = TYPE_NAMES[info >>> 29] ?? "of an unknown type";
  const name = `frame ${mfn.toString(16)} of domain ${frames.owner(mfn)}, ${kind}`;
  const [references, uses] = [frames.references[mfn] ?? 0, frames.uses[mfn] ?? 0];
  if (references !== frames.count(mfn))
    return `${name}: ${frames.count(mfn)} references are noted, ${references} are there`;
  if (uses !== (info & USES)) return `${name}: ${info & USES} uses are noted, ${uses} are there`;
  return undefined;
}
