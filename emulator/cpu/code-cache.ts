import {
  Count,
  ENTRY_TABLE_BYTES,
  ENTRY_TABLES,
  ENTRY_TABLES_BYTES,
  EXEC_LISTS,
  MODE_SLOTS,
  RAM,
  RECORDS,
  RECORDS_BYTES,
  TABLE_HINT_COUNT,
  TABLE_HINTS,
  TABLE_KEYS,
  TLB_BYTES,
  TLB_EXEC,
} from "../base/layout";
import type { State } from "../base/state";
import type { StateStream } from "../base/state-stream";
import { FilledPages } from "../memory/filled-pages";
import { ALL_PAGES, LOCAL_PAGES, type Tlb } from "../memory/tlb";
import { CodeExtents, type Derived, type Extent } from "./code-extents";
import type { CompiledCode } from "./compiler";
import { Rec, RECORD_BYTES, Special } from "./tier0/record";

/** The address in TABLE_KEYS of the two words about an entry table. */
const tableKeys = (table: number): number => TABLE_KEYS + ((table - ENTRY_TABLES) / ENTRY_TABLE_BYTES) * 8;

/** The second of these words. */
const tableKey = (slot: number, linearPage: number): number => (slot << 20) | linearPage;

interface EntryTable {
  slot: number;
  /** The linear page number at which this code was decoded. Its records hold offsets for that page. */
  linearPage: number;
  address: number;
  /** Physical page. */
  frame: number;
}

/** Stands in a saved state for an entry table that does not exist. */
const NOTHING = { slot: 0, linearPage: 0, frame: -1 };

/**
 * The records of one place in code. They are used again when the code there has changed, so that links to them stay
 * valid.
 */
class Place implements Derived {
  readonly extents: Extent[] = [];
  readonly isCompiled = false;

  /**
   * @param entry word index of the entry that leads here, or -1 for records that are used once
   * @param capacity the number of records that there is room for
   */
  constructor(
    private readonly cache: CodeCache,
    readonly entry: number,
    public record: number,
    public capacity: number,
  ) {}

  stale(): void {
    this.cache.poison(this.record, this.capacity);
    this.cache.dropEntry(this.entry, this.record);
  }
}

/**
 * Decoded code by physical page: entry tables (offset in page -> block record),
 * the exec TLBs that lead to them, and the records. A page is decoded anew for
 * each mode and each linear page that it is run at.
 */
export class CodeCache {
  /** What bytes the code was made from. */
  readonly extents: CodeExtents;
  /** Entry tables of each physical page. */
  private readonly tables = new Map<number, EntryTable[]>();
  /** The entry tables in use, by address. */
  private readonly inUse = new Map<number, EntryTable>();
  /** Places by the word index of their entry. */
  private readonly places = new Map<number, Place>();
  private readonly scratch: Place;
  private readonly compiled: Set<CompiledCode>[] = Array.from({ length: MODE_SLOTS }, () => new Set());
  private readonly words: Int32Array;
  /** The linear pages that are in the exec TLB of each slot: list slot * 2 + (1 for global pages). */
  private readonly filled: FilledPages;
  private nextTable = ENTRY_TABLES;
  private freeTables: number[] = [];
  private nextRecord: number;
  /** Called when all decoded code is forgotten. What was compiled from it must be dropped too. */
  onReset: () => void = () => undefined;
  /** The number of resets so far. A link that was noted before a reset must not be used after it. */
  generation = 0;

  /** @param scratchBytes how many bytes at the start of the record area stay free for blocks that are used once */
  constructor(
    private readonly state: State,
    tlb: Tlb,
    private readonly scratchBytes: number,
  ) {
    this.words = state.i32;
    this.filled = new FilledPages(state, EXEC_LISTS);
    this.extents = new CodeExtents(state, (frame) => tlb.noteCode(frame));
    this.scratch = new Place(this, -1, RECORDS, scratchBytes / RECORD_BYTES);
    this.nextRecord = RECORDS + scratchBytes;
  }

  // ---- exec TLB

  private slotBase(slot: number): number {
    return (TLB_EXEC + slot * TLB_BYTES) >> 2;
  }

  /** The address of the exec TLB entry, for guards. */
  execEntry(slot: number, linearPage: number): number {
    return TLB_EXEC + slot * TLB_BYTES + linearPage * 4;
  }

  /** Entry table that the exec TLB holds for a linear page, or 0. */
  knownTable(slot: number, linearPage: number): number {
    return this.words[this.slotBase(slot) + linearPage];
  }

  /** The physical page that an entry table in use belongs to. */
  frameOf(table: number): number | undefined {
    return this.inUse.get(table)?.frame;
  }

  /**
   * The entry table of the physical page `frame` as it is seen at a linear page. Enters it in the exec TLB.
   * @param global whether the entry outlives a load of CR3
   */
  table(slot: number, linearPage: number, frame: number, global: boolean): number {
    const table = this.existing(slot, linearPage, frame) ?? this.makeTable(slot, linearPage, frame);
    const at = this.slotBase(slot) + linearPage;
    if (this.words[at] !== table.address) {
      this.state.counters.count(Count.FetchMisses);
      this.noteFilled(slot, linearPage, global);
    }
    this.words[at] = table.address;
    this.words[(TABLE_HINTS >> 2) + (linearPage & (TABLE_HINT_COUNT - 1))] = table.address;
    return table.address;
  }

  private noteFilled(slot: number, linearPage: number, global: boolean): void {
    const list = slot * 2 + (global ? 1 : 0);
    if (this.filled.isFull(list)) this.flushSlot(slot, true);
    this.filled.add(list, linearPage);
  }

  private existing(slot: number, linearPage: number, frame: number): EntryTable | undefined {
    const tables = this.tables.get(frame);
    if (tables) for (const table of tables) if (table.slot === slot && table.linearPage === linearPage) return table;
    return undefined;
  }

  private makeTable(slot: number, linearPage: number, frame: number): EntryTable {
    const table = { slot, linearPage, address: this.takeTable(), frame };
    // When the table was taken, everything may have been dropped.
    const tables = this.tables.get(frame);
    if (tables) tables.push(table);
    else this.tables.set(frame, [table]);
    this.inUse.set(table.address, table);
    this.setKey(table.address, frame, tableKey(slot, linearPage));
    return table;
  }

  /** Tells generated code what an entry table is for. */
  private setKey(address: number, frame: number, key: number): void {
    const at = tableKeys(address) >> 2;
    this.words[at] = frame;
    this.words[at + 1] = key;
  }

  private takeTable(): number {
    const free = this.freeTables.pop();
    if (free !== undefined) return free;
    if (this.nextTable + ENTRY_TABLE_BYTES > ENTRY_TABLES + ENTRY_TABLES_BYTES) this.dropTables();
    const table = this.nextTable;
    this.nextTable += ENTRY_TABLE_BYTES;
    return table;
  }

  /** `Tlb.onFlush`. */
  flush(linear: number): void {
    for (let slot = 1; slot < MODE_SLOTS; slot++) {
      if (linear === ALL_PAGES || linear === LOCAL_PAGES) this.flushSlot(slot, linear === ALL_PAGES);
      else this.words[this.slotBase(slot) + (linear >>> 12)] = 0;
    }
  }

  private flushSlot(slot: number, globalToo: boolean): void {
    this.empty(slot, slot * 2);
    if (globalToo) this.empty(slot, slot * 2 + 1);
  }

  private empty(slot: number, list: number): void {
    this.filled.clear(list, this.slotBase(slot) << 2);
    this.filled.forget(list);
  }

  /** Gives up a mode slot: its exec TLB, its entry tables and what is compiled for it. */
  evictSlot(slot: number): void {
    this.flushSlot(slot, true);
    this.remakeCompiled(slot);
    for (const [frame, tables] of this.tables) {
      for (const table of tables) if (table.slot === slot) this.dropTable(table.address);
      this.tables.set(
        frame,
        tables.filter((t) => t.slot !== slot),
      );
    }
  }

  /** Marks everything that is compiled for a mode to be compiled again. */
  private remakeCompiled(slot: number): void {
    for (const code of this.compiled[slot]) this.dropCompiled(code);
    this.compiled[slot].clear();
  }

  private dropTable(address: number): void {
    const first = address >> 2;
    for (let entry = first; entry < first + ENTRY_TABLE_BYTES / 4; entry++) {
      const place = this.places.get(entry);
      if (!place) continue;
      this.extents.remove(place);
      this.places.delete(entry);
    }
    this.words.fill(0, first, first + ENTRY_TABLE_BYTES / 4);
    this.inUse.delete(address);
    this.setKey(address, 0, 0);
    this.freeTables.push(address);
  }

  // ---- records

  /**
   * Makes sure that the next `place` finds room, if necessary by dropping all decoded code. So it must be called before
   * anything is noted.
   */
  reserve(count: number): void {
    if (this.nextRecord + count * RECORD_BYTES > RECORDS + RECORDS_BYTES) this.reset();
  }

  /**
   * Makes room for `count` contiguous records at an entry, for which nothing is noted yet. `reserve` must have been
   * called for at least as many.
   */
  place(table: number, offset: number, count: number): number {
    const entry = (table >> 2) + offset;
    const place = this.places.get(entry);
    if (!place) {
      const record = this.allocate(count);
      this.places.set(entry, new Place(this, entry, record, count));
      return record;
    }
    this.extents.remove(place);
    if (place.capacity < count) this.move(place, count);
    return place.record;
  }

  /** Makes everything that still leads to the old records go on to the new ones. */
  private move(place: Place, count: number): void {
    const record = this.allocate(count);
    this.words[(place.record + Rec.Op) >> 2] = Special.Forward;
    this.words[(place.record + Rec.Next) >> 2] = record;
    place.record = record;
    place.capacity = count;
  }

  private allocate(count: number): number {
    const record = this.nextRecord;
    this.nextRecord += count * RECORD_BYTES;
    return record;
  }

  /** Makes the records leave when they are reached. The record in progress finds no link and leaves too. */
  poison(record: number, count: number): void {
    for (let n = 0; n < count; n++, record += RECORD_BYTES) {
      this.words[(record + Rec.Op) >> 2] = 0;
      this.words[(record + Rec.Taken) >> 2] = 0;
      this.words[(record + Rec.Next) >> 2] = 0;
    }
  }

  enter(table: number, offset: number, record: number): void {
    this.words[(table >> 2) + offset] = record;
  }

  entry(table: number, offset: number): number {
    return this.words[(table >> 2) + offset];
  }

  /** Takes `record` out of the entry table at a word index, unless the entry leads to other records by now. */
  dropEntry(entry: number, record: number): void {
    if (entry >= 0 && this.words[entry] === record) this.words[entry] = 0;
  }

  isScratch(address: number): boolean {
    return address < RECORDS + this.scratchBytes;
  }

  // ---- what code was made from

  /** Marks everything that contains the instruction at a linear address to be made anew, in every mode. */
  dropAt(linear: number): void {
    for (const table of [...this.inUse.values()]) {
      if (table.linearPage === linear >>> 12) this.extents.drop(table.frame * 4096 + (linear & 0xfff), 1, false);
    }
  }

  /** Notes that the records of an entry come from `length` bytes at `physical`, inside one page. */
  noteBlock(table: number, offset: number, physical: number, length: number): void {
    const place = this.places.get((table >> 2) + offset);
    if (place) this.extents.add(place, physical, length);
  }

  /** Forgets what the last block that was used once was made from. */
  dropScratch(): void {
    this.extents.remove(this.scratch);
  }

  noteScratch(physical: number, length: number): void {
    this.extents.add(this.scratch, physical, length);
  }

  /**
   * Address in the machine's memory of the last `bytes` of an instruction whose page the exec TLB holds, if these, and
   * only these of its bytes, have been written to while code was made from them; else 0.
   */
  patchedTail(slot: number, linear: number, length: number, bytes: number): number {
    const frame = this.frameOf(this.knownTable(slot, linear >>> 12));
    if (frame === undefined || bytes === 0) return 0;
    const physical = frame * 4096 + (linear & 0xfff);
    const tail = physical + length - bytes;
    return this.extents.isPatched(tail, bytes) && !this.extents.isPatched(physical, length - bytes) ? RAM + tail : 0;
  }

  /** Ties compiled code to `length` bytes at a linear address whose page, or two pages, the exec TLB holds. */
  noteCompiled(slot: number, linear: number, length: number, code: CompiledCode): void {
    const inFirst = Math.min(length, 4096 - (linear & 0xfff));
    this.noteInPage(slot, linear, inFirst, code);
    if (length > inFirst) this.noteInPage(slot, linear + inFirst, length - inFirst, code);
  }

  private noteInPage(slot: number, linear: number, length: number, code: CompiledCode): void {
    const frame = this.frameOf(this.knownTable(slot, linear >>> 12));
    if (frame === undefined) return;
    this.extents.add(code, frame * 4096 + (linear & 0xfff), length);
    this.compiled[slot].add(code);
  }

  /** Gives up compiled code although its source has not changed. */
  dropCompiled(code: CompiledCode): void {
    this.extents.remove(code);
    code.stale(false);
  }

  /** Forgets compiled code that is gone for good. */
  forgetCompiled(slot: number, code: CompiledCode): void {
    this.compiled[slot].delete(code);
  }

  /**
   * Forgets all decoded code. The exec TLBs still hold what they held. So how much room decoding took, which depends on
   * marks, decides nothing that a guest can see.
   */
  reset(): void {
    this.state.counters.resets++;
    for (const compiled of this.compiled) compiled.clear();
    this.words.fill(0, ENTRY_TABLES >> 2, this.nextTable >> 2);
    this.places.clear();
    this.extents.clear();
    this.scratch.extents.length = 0;
    this.onReset();
    this.nextRecord = RECORDS + this.scratchBytes;
    this.generation++;
  }

  /**
   * The exec TLBs, and which entry tables are in use, since that decides when there are no more. Decoded code is no
   * part of the state: it is forgotten when a state is loaded, and decoded again as it runs.
   */
  passState(stream: StateStream): void {
    const tables = [...this.inUse.values()];
    if (stream.isLoading) this.dropTables();
    const count = stream.number(tables.length);
    for (let n = 0; n < count; n++) {
      const { slot, linearPage, frame } = n < tables.length ? tables[n] : NOTHING;
      const [where, page, what] = [stream.number(slot), stream.number(linearPage), stream.number(frame)];
      if (stream.isLoading) this.makeTable(where, page, what);
    }
    for (let slot = 1; slot < MODE_SLOTS; slot++)
      for (const list of [slot * 2, slot * 2 + 1]) this.passList(stream, slot, list);
  }

  private passList(stream: StateStream, slot: number, list: number): void {
    const count = stream.number(this.filled.count(list));
    for (let n = 0; n < count; n++) {
      const page = stream.number(this.filled.page(list, n));
      const frame = stream.number(this.frameOf(this.knownTable(slot, page)) ?? NOTHING.frame);
      if (!stream.isLoading) continue;
      this.filled.add(list, page);
      const table = frame === NOTHING.frame ? 0 : (this.existing(slot, page, frame)?.address ?? 0);
      this.words[this.slotBase(slot) + page] = table;
    }
  }

  /**
   * Forgets the entry tables too when there is no room for new ones. When that is depends only on the pages that code
   * was fetched from.
   */
  private dropTables(): void {
    this.reset();
    for (let slot = 1; slot < MODE_SLOTS; slot++) this.flushSlot(slot, true);
    this.words.fill(0, TABLE_KEYS >> 2, tableKeys(this.nextTable) >> 2);
    this.nextTable = ENTRY_TABLES;
    this.freeTables = [];
    this.tables.clear();
    this.inUse.clear();
  }
}
