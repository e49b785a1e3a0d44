import { ENTRY_TABLE_BYTES, ENTRY_TABLES, ENTRY_TABLES_BYTES, MODE_SLOTS, RECORDS, RECORDS_BYTES, TLB_BYTES, TLB_EXEC } from "../base/layout";
import type { State } from "../base/state";
import type { CompiledCode } from "./compiler";
import type { CodeTracker } from "../memory/physical";
import { ALL_PAGES, type Tlb } from "../memory/tlb";
import { Rec, RECORD_BYTES } from "./tier0/record";

/** Granule of the map of decoded bytes in a code page. */
const LINE_SHIFT = 6;

/** Entries that one exec TLB's list remembers before all of it is flushed. */
const MAX_FILLED = 1 << 16;

interface EntryTable {
  slot: number;
  /** Linear page number at which this code was decoded; its records hold offsets for it. */
  linearPage: number;
  address: number;
}

interface CodePage {
  tables: EntryTable[];
  /** Blocks decoded from this page: first record and number of records, in pairs. */
  blocks: number[];
  /** Lines of 64 bytes that hold decoded instructions. */
  lines: Uint8Array;
  compiled: Set<CompiledCode>;
}

/**
 * Decoded code by physical page: entry tables (offset in page -> block record),
 * the exec TLBs that lead to them, and what a store to code makes stale. A page
 * is decoded anew for each mode and each linear page that it is run at.
 */
export class CodeCache implements CodeTracker {
  private readonly pages = new Map<number, CodePage>();
  /** Physical page of each entry table in use. */
  private readonly frames = new Map<number, number>();
  private readonly words: Int32Array;
  /** Linear pages entered in the exec TLB of each slot. */
  private readonly filled: number[][] = Array.from({ length: MODE_SLOTS }, () => []);
  private nextTable = ENTRY_TABLES;
  private freeTables: number[] = [];
  private nextRecord: number;
  /** Called when all decoded code is forgotten: what was compiled from it goes too. */
  onReset: () => void = () => undefined;
  /** Counts resets: links noted before one are void. */
  generation = 0;

  /** @param scratchBytes at the start of the record area that stay free for blocks used once */
  constructor(
    state: State,
    private readonly tlb: Tlb,
    private readonly scratchBytes: number,
  ) {
    this.words = state.i32;
    this.nextRecord = RECORDS + scratchBytes;
  }

  isCode(frame: number): boolean {
    return this.pages.has(frame);
  }

  /** A store to a code page: everything decoded from it goes if one of its lines is hit. */
  written(physical: number, length: number): void {
    const page = this.pages.get(physical >>> 12);
    if (!page) return;
    const first = (physical & 0xfff) >> LINE_SHIFT;
    const last = ((physical & 0xfff) + length - 1) >> LINE_SHIFT;
    for (let line = first; line <= last; line++) {
      if (page.lines[line]) return this.invalidate(physical >>> 12, page, true);
    }
  }

  /** What contains the instruction at a linear address is to be made anew, in whatever mode. */
  dropAt(linear: number): void {
    for (const [frame, page] of this.pages) {
      if (page.tables.some((table) => table.linearPage === linear >>> 12)) this.invalidate(frame, page, false);
    }
  }

  private invalidate(frame: number, page: CodePage, written: boolean): void {
    this.pages.delete(frame);
    for (let n = 0; n < page.blocks.length; n += 2) this.poison(page.blocks[n], page.blocks[n + 1]);
    this.dropCompiled(page, written);
    for (const table of page.tables) this.dropTable(table);
  }

  /** Compiled code may come from several pages: the others forget it too. */
  private dropCompiled(page: CodePage, written: boolean): void {
    for (const code of [...page.compiled]) {
      for (const home of code.homes) home.delete(code);
      code.drop(written);
    }
  }

  /** Makes records leave when they are reached; the one in progress finds no link and leaves too. */
  poison(record: number, count: number): void {
    for (let n = 0; n < count; n++, record += RECORD_BYTES) {
      this.words[(record + Rec.Op) >> 2] = 0;
      this.words[(record + Rec.Taken) >> 2] = 0;
      this.words[(record + Rec.Next) >> 2] = 0;
    }
  }

  private dropTable(table: EntryTable): void {
    const slot = this.slotBase(table.slot) + table.linearPage;
    if (this.words[slot] === table.address) this.words[slot] = 0;
    this.words.fill(0, table.address >> 2, (table.address + ENTRY_TABLE_BYTES) >> 2);
    this.freeTables.push(table.address);
    this.frames.delete(table.address);
  }

  // ---- exec TLB

  private slotBase(slot: number): number {
    return (TLB_EXEC + slot * TLB_BYTES) >> 2;
  }

  /** Address of the exec TLB entry, for guards. */
  execEntry(slot: number, linearPage: number): number {
    return TLB_EXEC + slot * TLB_BYTES + linearPage * 4;
  }

  /** Entry table that the exec TLB holds for a linear page, or 0. */
  knownTable(slot: number, linearPage: number): number {
    return this.words[this.slotBase(slot) + linearPage];
  }

  /** Physical page that an entry table in use belongs to. */
  frameOf(table: number): number | undefined {
    return this.frames.get(table);
  }

  /** Entry table of the physical page `frame` seen at a linear page; enters it in the exec TLB. */
  table(slot: number, linearPage: number, frame: number): number {
    const page = this.codePage(frame);
    let table = page.tables.find((t) => t.slot === slot && t.linearPage === linearPage);
    if (!table) {
      table = { slot, linearPage, address: this.takeTable() };
      // Taking a table may have dropped everything, this page included.
      this.codePage(frame).tables.push(table);
      this.frames.set(table.address, frame);
    }
    if (this.filled[slot].length === MAX_FILLED) this.flushSlot(slot);
    this.words[this.slotBase(slot) + linearPage] = table.address;
    this.filled[slot].push(linearPage);
    return table.address;
  }

  private codePage(frame: number): CodePage {
    let page = this.pages.get(frame);
    if (!page) {
      page = { tables: [], blocks: [], lines: new Uint8Array(4096 >> LINE_SHIFT), compiled: new Set() };
      this.pages.set(frame, page);
      this.tlb.dropWrites(frame);
    }
    return page;
  }

  private takeTable(): number {
    const free = this.freeTables.pop();
    if (free !== undefined) return free;
    if (this.nextTable + ENTRY_TABLE_BYTES > ENTRY_TABLES + ENTRY_TABLES_BYTES) this.reset();
    const table = this.nextTable;
    this.nextTable += ENTRY_TABLE_BYTES;
    return table;
  }

  /** `Tlb.onFlush`. */
  flush(linear: number): void {
    for (let slot = 1; slot < MODE_SLOTS; slot++) {
      if (linear === ALL_PAGES) this.flushSlot(slot);
      else this.words[this.slotBase(slot) + (linear >>> 12)] = 0;
    }
  }

  private flushSlot(slot: number): void {
    const base = this.slotBase(slot);
    const pages = this.filled[slot];
    for (const page of pages) this.words[base + page] = 0;
    pages.length = 0;
  }

  /** Gives up a mode slot: its exec TLB and its entry tables. */
  evictSlot(slot: number): void {
    this.flushSlot(slot);
    for (const page of this.pages.values()) {
      if (page.tables.some((t) => t.slot === slot)) this.dropCompiled(page, false);
      for (const table of page.tables) if (table.slot === slot) this.dropTable(table);
      page.tables = page.tables.filter((t) => t.slot !== slot);
    }
  }

  // ---- records

  /** Makes sure that the next `allocate` finds room, at the price of all decoded code: before anything is noted. */
  reserve(count: number): void {
    if (this.nextRecord + count * RECORD_BYTES > RECORDS + RECORDS_BYTES) this.reset();
  }

  /** Room for `count` records, contiguous; `reserve` has been called for at least as many. */
  allocate(count: number): number {
    const record = this.nextRecord;
    this.nextRecord += count * RECORD_BYTES;
    return record;
  }

  /** Notes a block's records, so that a store to its `length` bytes at `physical` (inside one page) makes them stale. */
  noteBlock(physical: number, length: number, record: number, count: number): void {
    const page = this.codePage(physical >>> 12);
    const { blocks } = page;
    // A scratch block is made anew each time: one note is enough.
    if (blocks[blocks.length - 2] !== record) blocks.push(record, count);
    else blocks[blocks.length - 1] = Math.max(count, blocks[blocks.length - 1]);
    this.markLines(page, physical & 0xfff, length);
  }

  /** Ties compiled code to `length` bytes at a linear address whose page the exec TLB holds. */
  noteCompiled(slot: number, linear: number, length: number, code: CompiledCode): void {
    const frame = this.frames.get(this.knownTable(slot, linear >>> 12));
    if (frame === undefined) return;
    const page = this.codePage(frame);
    if (!page.compiled.has(code)) code.homes.push(page.compiled.add(code));
    this.markLines(page, linear & 0xfff, length);
  }

  private markLines(page: CodePage, offset: number, length: number): void {
    const last = (offset + length - 1) >> LINE_SHIFT;
    for (let line = offset >> LINE_SHIFT; line <= last; line++) page.lines[line] = 1;
  }

  enter(table: number, offset: number, record: number): void {
    this.words[(table >> 2) + offset] = record;
  }

  entry(table: number, offset: number): number {
    return this.words[(table >> 2) + offset];
  }

  isScratch(address: number): boolean {
    return address < RECORDS + this.scratchBytes;
  }

  /** Forgets all decoded code. */
  reset(): void {
    for (let slot = 1; slot < MODE_SLOTS; slot++) this.flushSlot(slot);
    this.words.fill(0, ENTRY_TABLES >> 2, this.nextTable >> 2);
    this.nextTable = ENTRY_TABLES;
    this.freeTables = [];
    this.pages.clear();
    this.frames.clear();
    this.onReset();
    this.nextRecord = RECORDS + this.scratchBytes;
    this.generation++;
  }
}
