import {
  Count,
  DATA_LISTS,
  LARGE_REGION_COUNT,
  LARGE_REGIONS,
  RAM,
  RING_CLASSES,
  S,
  TLB_BYTES,
  TLB_DATA,
  TLB_KIND,
  TlbKind,
  WATCHED_PAGES,
} from "../base/layout";
import type { State } from "../base/state";
import type { StateStream } from "../base/state-stream";
import { FilledPages } from "./filled-pages";
import type { Paging } from "./paging";
import type { PhysicalMemory } from "./physical";
import { pagesOf, Touch, type Watch, type Watches } from "./watches";

/** Arguments of `onFlush`: every page, and every page that is not global. */
export const ALL_PAGES = -1;
export const LOCAL_PAGES = -2;

const TABLES = RING_CLASSES * 2;
/** The number of pages in 4 MiB, the unit in which large pages are remembered. */
const PAGES_PER_REGION = 1024;

/** Stands in a saved state for a page that is not entered. */
const NO_FRAME = -1;

/** Addresses of the data TLBs of a ring class. */
export function dataTlbs(ring: number): { read: number; write: number } {
  const read = TLB_DATA + ring * 2 * TLB_BYTES;
  return { read, write: read + TLB_BYTES };
}

function kindForWriting(isWatched: boolean, isNoted: boolean): TlbKind {
  if (isWatched) return isNoted ? TlbKind.WatchedCode : TlbKind.Watched;
  return isNoted ? TlbKind.Noting : TlbKind.Plain;
}

/** The ring class of a CPL: ring 0, rings 1 and 2, or ring 3. */
export function ringClass(cpl: number): number {
  return (cpl + 1) >> 1;
}

/**
 * Fills and flushes the data TLBs of layout.ts, and tells the owner of the exec TLBs about each flush. Table numbers
 * are ring class * 2 + (1 for write). A write table has an entry only for a page that is writable, already dirty, and
 * in RAM. If code was made from the page, it is a noting entry, which every inline check takes for a miss, since a
 * store has to look at the code map first. Inline checks also take a watched entry, in either table, for a miss, since
 * Watches looks at the accesses to such a page.
 */
export class Tlb {
  /** Called after each flush with a linear address inside the page, or ALL_PAGES, or LOCAL_PAGES. */
  onFlush: (linear: number) => void = () => undefined;

  private readonly words: Uint32Array;
  /**
   * Pages in both tables of a ring class. The list is ring class * 2 + (1 for global pages). Each page with a write
   * entry has a read entry too.
   */
  private readonly filled: FilledPages;
  /** The 4 MiB regions into which a piece of a large page was filled. */
  private readonly large: Uint8Array;

  constructor(
    private readonly state: State,
    private readonly physical: PhysicalMemory,
    private readonly watches: Watches,
  ) {
    this.words = state.u32;
    this.filled = new FilledPages(state, DATA_LISTS);
    this.large = state.u8.subarray(LARGE_REGIONS, LARGE_REGIONS + LARGE_REGION_COUNT);
    this.select(0);
    for (let ring = 0; ring < RING_CLASSES; ring++) state.set(S.RingLimit + ring * 4, 0xffffffff);
  }

  /** Makes the tables of `cpl` the current ones. */
  select(cpl: number): void {
    const { read, write } = dataTlbs(ringClass(cpl));
    this.state.set(S.TlbRead, read);
    this.state.set(S.TlbWrite, write);
  }

  /**
   * Sets the highest linear address that the tables of a ring class may hold (`limit` ends a page). Entries beyond a
   * lower limit are removed.
   */
  setRingLimit(ring: number, limit: number): void {
    const at = S.RingLimit + ring * 4;
    const before = this.state.get(at);
    if (before === limit >>> 0) return;
    this.state.set(at, limit);
    if (limit >>> 0 >= before) return;
    this.empty(ring * 2);
    this.empty(ring * 2 + 1);
  }

  /**
   * The address in the machine's memory of `linear` if the tables of `ring` allow the access without further checks,
   * else 0. `write` is 0 or 1.
   */
  host(linear: number, ring: number, write: number): number {
    const entry = this.words[this.index(ring * 2 + write, linear >>> 12)];
    return (entry & 1) === 0 ? 0 : (entry + linear - 1) >>> 0;
  }

  /**
   * `host`, or the address at which a store has to be noted (by PhysicalMemory) or an access looked at (by Watches).
   */
  address(linear: number, ring: number, write: number): number {
    const entry = this.words[this.index(ring * 2 + write, linear >>> 12)];
    return entry === 0 ? 0 : (entry - (entry & TLB_KIND) + linear) >>> 0;
  }

  /** Enters the page that `paging` has just found for a data access by `ring`. */
  fill(linear: number, ring: number, paging: Paging): void {
    const page = linear >>> 12;
    const { kinds, written } = this.physical;
    if (!kinds.isMemory(paging.frame) || page > this.state.get(S.RingLimit + ring * 4) >>> 12) return;
    const entry = RAM + (paging.frame << 12) - (page << 12);
    const watched = this.watches.inPage(page);
    this.note(ring * 2 + (paging.global ? 1 : 0), page);
    this.words[this.index(ring * 2, page)] = entry + this.kindOf(0, watched, paging.frame);
    if (paging.writable && kinds.isWritable(paging.frame)) {
      written.note(paging.frame);
      this.words[this.index(ring * 2 + 1, page)] = entry + this.kindOf(1, watched, paging.frame);
    }
    if (paging.large) this.noteLarge(page);
  }

  /** Notes that a piece of a large page was filled, so that INVLPG flushes all of its pages. */
  noteLarge(page: number): void {
    this.large[page >>> 10] = 1;
  }

  /** Puts a page that is about to be entered on a list, unless it has an entry already. */
  private note(list: number, page: number): void {
    if (this.words[this.index(list & ~1, page)] !== 0) return;
    if (this.filled.isFull(list)) this.empty(list);
    this.filled.add(list, page);
  }

  /**
   * Flags the pages of a watch that was added or removed. The entries themselves stay, stale or not: a guest that owes
   * a flush must go on seeing the page that it saw.
   */
  rewatch(watch: Watch): void {
    const { u8 } = this.state;
    for (const page of pagesOf(watch)) {
      const watched = this.watches.inPage(page);
      const [at, bit] = [WATCHED_PAGES + (page >>> 3), 1 << (page & 7)];
      u8[at] = watched !== 0 ? u8[at] | bit : u8[at] & ~bit;
      for (let table = 0; table < TABLES; table++) this.flag(table, page, watched);
    }
  }

  /** Gives an entry the kind that it has when the touches in `watched` are watched in its page. */
  private flag(table: number, page: number, watched: number): void {
    const index = this.index(table, page);
    const entry = this.words[index];
    if (entry === 0) return;
    this.words[index] = entry - (entry & TLB_KIND) + this.kindOf(table & 1, watched, this.frameOf(entry, page));
  }

  private kindOf(write: number, watched: number, frame: number): TlbKind {
    if (write !== 0) return kindForWriting(watched !== 0, this.notesStores(frame));
    return (watched & Touch.Read) !== 0 ? TlbKind.Watched : TlbKind.Plain;
  }

  /**
   * The contents of the data TLBs, including stale entries, and the order in which they were filled, since a full list
   * empties its TLB. When a state is loaded, memory, watches and the knowledge of what is code are in place already.
   */
  passState(stream: StateStream): void {
    if (stream.isLoading) for (let list = 0; list < RING_CLASSES * 2; list++) this.empty(list);
    stream.bytes(this.large);
    for (let list = 0; list < RING_CLASSES * 2; list++) {
      const count = stream.number(this.filled.count(list));
      for (let n = 0; n < count; n++) {
        const page = stream.number(this.filled.page(list, n));
        if (stream.isLoading) this.filled.add(list, page);
        this.passEntry(stream, list & ~1, page);
        this.passEntry(stream, list | 1, page);
      }
    }
  }

  private passEntry(stream: StateStream, table: number, page: number): void {
    const index = this.index(table, page);
    const entry = this.words[index];
    const frame = stream.number(entry === 0 ? NO_FRAME : this.frameOf(entry, page));
    if (!stream.isLoading) return;
    const kind = this.kindOf(table & 1, this.watches.inPage(page), frame);
    this.words[index] = frame === NO_FRAME ? 0 : RAM + (frame << 12) - (page << 12) + kind;
  }

  private frameOf(entry: number, page: number): number {
    return ((entry - (entry & TLB_KIND) + (page << 12) - RAM) >>> 0) >>> 12;
  }

  /** Whether stores to a page have to be noted, because there is code in it or it is not noted as written. */
  private notesStores(frame: number): boolean {
    const { tracker, written } = this.physical;
    return tracker.isCode(frame) || !written.has(frame);
  }

  /** Makes the next store to each page be noted as written again. The entries themselves stay. */
  noteNextStores(): void {
    for (let list = 0; list < RING_CLASSES * 2; list++) {
      for (let n = this.filled.count(list) - 1; n >= 0; n--) {
        const page = this.filled.page(list, n);
        this.flag(list | 1, page, this.watches.inPage(page));
      }
    }
  }

  /** MOV CR3: flushes all but global pages. */
  flushLocal(): void {
    this.state.counters.count(Count.LocalFlushes);
    for (let ring = 0; ring < RING_CLASSES; ring++) this.empty(ring * 2);
    this.onFlush(LOCAL_PAGES);
  }

  flushAll(): void {
    this.state.counters.allFlushes++;
    for (let list = 0; list < RING_CLASSES * 2; list++) this.empty(list);
    this.large.fill(0);
    this.onFlush(ALL_PAGES);
  }

  /** INVLPG: flushes the page that contains `linear`, all of it when it is a large one, global or not. */
  flushPage(linear: number): void {
    this.state.counters.count(Count.PageFlushes);
    const page = linear >>> 12;
    if (this.large[page >>> 10] !== 0) {
      const first = page & ~(PAGES_PER_REGION - 1);
      for (let table = 0; table < TABLES; table++) {
        const at = this.index(table, first);
        this.words.fill(0, at, at + PAGES_PER_REGION);
      }
      this.onFlush(ALL_PAGES);
      return;
    }
    for (let table = 0; table < TABLES; table++) this.words[this.index(table, page)] = 0;
    this.onFlush(linear);
  }

  /** Takes note that the physical page `frame` has become code. Its write entries become noting ones. */
  noteCode(frame: number): void {
    const host = (RAM + (frame << 12)) >>> 0;
    for (let list = 0; list < RING_CLASSES * 2; list++) {
      for (let n = this.filled.count(list) - 1; n >= 0; n--)
        this.noteFrame((list & ~1) + 1, this.filled.page(list, n), host);
    }
  }

  private noteFrame(table: number, page: number, host: number): void {
    const index = this.index(table, page);
    const entry = this.words[index];
    const kind = entry & TLB_KIND;
    if (entry === 0 || (entry - kind + (page << 12)) >>> 0 !== host) return;
    this.words[index] = entry - kind + kindForWriting(kind === TlbKind.Watched || kind === TlbKind.WatchedCode, true);
  }

  /** Empties a list and its entries. `list` is ring class * 2 + (1 for global pages). */
  private empty(list: number): void {
    const { read, write } = dataTlbs(list >> 1);
    this.filled.clear(list, read);
    this.filled.clear(list, write);
    this.filled.forget(list);
  }

  private index(table: number, page: number): number {
    return ((TLB_DATA + table * TLB_BYTES) >>> 2) + page;
  }
}
