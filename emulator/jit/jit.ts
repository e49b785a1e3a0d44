import { S } from "../base/layout";
import type { CompiledCode, Compiler } from "../cpu/compiler";
import type { CompilerParts } from "../cpu/cpu";
import type { Mode } from "../cpu/mode";
import { liveFlags } from "../cpu/tier0/block";
import { Rec, RECORD_BYTES, Special } from "../cpu/tier0/record";
import { dataTlbs } from "../memory/tlb";
import type { Watch } from "../memory/watches";
import { hasFlaglessForm, isRepeated, straddles } from "../isa/queries";
import { compileRegion, HELPER_NAMES, MARK_NAME, SEGMENT_NAME, SYSTEM_NAME } from "./compile";
import { DISPATCH_NAMES, dispatcherModule } from "./dispatcher";
import { Links } from "./links";
import { dependencies, liveBytes } from "./live-immediates";
import { SETTLE_NAME } from "./pending-flags";
import { cover, rangesOver, WatchLevel } from "./watch-tests";
import { Trace, type Traced } from "./trace";
import { type Block, MAX_BLOCKS, MAX_INSNS, type Region, RegionFinder } from "./region";

/** When a place in code is hot enough to be compiled. */
export interface Thresholds {
  /** The number of instructions in the interpreted slices that ended there. */
  interpreted: number;
  /** How many times compiled code left for it. */
  misses: number;
  /**
   * How many changes of region in one run of compiled code are worth a note, and how many notes make it worthwhile to
   * merge regions.
   */
  turns: number;
  notes: number;
  /**
   * How many blocks are followed before regions are made of what is executed. With 0 a region is made at once, of all
   * that can be reached.
   */
  trace: number;
  /**
   * How many accesses that are not aligned, in one run of compiled code, make it worthwhile to compile the last region
   * again for them.
   */
  unaligned: number;
}

/**
 * V8 spends some 30 ms on a region. The interpreter executes 5 to 10 million instructions in that time, so code that
 * runs for less than a second is best left to it.
 */
export const HOT: Thresholds = {
  interpreted: 800_000,
  misses: 1000,
  turns: 250,
  notes: 64,
  trace: 1024,
  unaligned: 1000,
};

/** For users who want compiled code whatever it costs. */
export const WARM: Thresholds = {
  interpreted: 100_000,
  misses: 32,
  turns: 250,
  notes: 16,
  trace: 256,
  unaligned: 1000,
};

const MOST_DOUBLINGS = 8;

/** How often a trace must have met a block to make a region of it. */
const LEAST_TIMES = 3;

/**
 * After how many accesses to watched pages by compiled code the region that runs is compiled again, with tests for
 * watches.
 */
const MOST_VISITS = 1000;

/**
 * The number of places whose heat is remembered. Without a bound, a guest that always runs new code would fill the
 * memory with them.
 */
const MOST_PLACES = 1 << 16;

/** The weight of a place that the next sample makes hot. */
const ALMOST_HOT = 1 - 2 ** -30;

/** The key of a place in code, made of its linear address and mode. */
const placeOf = (mode: Mode, eip: number): number => eip * 8 + mode.slot;

/** How many regions the function table holds. When it is full, all of them are dropped. */
const TABLE_SIZE = 8192;

/** A region that can be entered. */
interface Installed {
  mode: Mode;
  region: Region;
  /** The number of its instructions. */
  size: number;
  /** The ranges that its accesses are compared with. */
  watched: readonly Watch[];
  level: WatchLevel;
  /** Its place in the function table. */
  func: number;
  /** The length of its module. */
  bytes: number;
  /** Its Enter records. */
  records: readonly number[];
  code: CompiledCode;
}

/**
 * Tier 1 compiles hot code to WebAssembly functions, region by region. An Enter record at each entry of a region leads
 * the interpreter into it.
 */
export class Jit implements Compiler {
  private readonly table = new WebAssembly.Table({ element: "anyfunc", initial: TABLE_SIZE });
  private readonly dispatch: (record: number) => void;
  private readonly env: Record<string, unknown>;
  private readonly free: number[] = [];
  private next = 1;
  /** How hot a place is, by linear address and mode slot. */
  private readonly weights = new Map<number, number>();
  /** How often the guest wrote to code that was compiled at a place. */
  private readonly losses = new Map<number, number>();
  /** The live regions, by function. */
  private readonly regions = new Map<number, Installed>();
  /** The starts of regions that make many accesses that are not aligned. */
  private readonly unaligned = new Set<number>();
  private readonly links = new Links(1);
  private readonly executed = new Trace();
  /** How many accesses to watched pages came from compiled code since a region was last compiled again for them. */
  private visits = 0;

  /** @param hostNow milliseconds, used for statistics only */
  constructor(
    private readonly wiring: CompilerParts,
    private readonly thresholds = HOT,
    private readonly hostNow: () => number = () => 0,
  ) {
    const { memory } = wiring.state;
    this.env = { memory, [MARK_NAME]: wiring.mark };
    for (const name of [...HELPER_NAMES, SEGMENT_NAME, SYSTEM_NAME]) this.env[name] = wiring.helpers[name];
    const dispatchHelpers = Object.fromEntries(DISPATCH_NAMES.map((name) => [name, wiring.helpers[name]]));
    const exports = wiring.instantiate(dispatcherModule(), { memory, table: this.table, ...dispatchHelpers }, false);
    this.env[SETTLE_NAME] = exports[SETTLE_NAME];
    this.dispatch = exports["dispatch"] as (record: number) => void;
  }

  run(record: number): void {
    const { state, watches } = this.wiring;
    const visits = watches.visits;
    this.dispatch(record);
    this.visits += watches.visits - visits;
    if (this.visits >= MOST_VISITS) this.testWatches(state.get(S.TurnTo));
    if (state.get(S.Unaligned) >= this.thresholds.unaligned) this.inlineUnaligned(state.get(S.TurnTo));
    if (state.get(S.Turns) < this.thresholds.turns) return;
    const [from, to] = [state.get(S.TurnFrom), state.get(S.TurnTo)];
    // Regions of different modes, such as different rings, cannot be merged.
    if (this.regions.get(from)?.mode !== this.regions.get(to)?.mode) return;
    if (this.links.note(from, to) >= this.thresholds.notes) this.merge();
  }

  /**
   * Compiles a region again with code for accesses that are not aligned. That code makes all other accesses a little
   * slower.
   */
  private inlineUnaligned(func: number): void {
    const installed = this.regions.get(func);
    if (!installed) return;
    const { mode, region } = installed;
    const places = region.starts.map((start) => placeOf(mode, start));
    if (places.every((place) => this.unaligned.has(place))) return;
    for (const place of places) this.unaligned.add(place);
    this.remake([installed]);
  }

  /**
   * Compiles one region in place of several of the same mode. By default it has the tests for watches of the part that
   * has most.
   */
  private remake(parts: readonly Installed[], tests: WatchLevel = Math.max(...parts.map(({ level }) => level))): void {
    const [{ mode }] = parts;
    for (const { code, region } of parts) {
      this.wiring.cache.dropCompiled(code);
      for (const eip of region.blocks.keys()) this.weights.delete(placeOf(mode, eip));
    }
    this.compile(mode, [...new Set(parts.flatMap(({ region }) => region.starts))], tests);
  }

  /** Makes one region of those that often follow each other. */
  private merge(): void {
    for (const funcs of this.links.groups(this.regions)) {
      // When an earlier group was compiled, all other regions may have been dropped.
      const parts = funcs.map((func) => this.regions.get(func)).filter((part) => part !== undefined);
      if (parts.length > 0 && parts.every(({ mode }) => mode === parts[0].mode)) this.remake(parts);
    }
  }

  /**
   * Compiles the region of a function again, so that more of its accesses take the long way only where they may touch a
   * watch.
   */
  private testWatches(func: number): void {
    this.visits = 0;
    const installed = this.regions.get(func);
    if (installed === undefined || installed.level === WatchLevel.All) return;
    this.remake([installed], installed.level + 1);
  }

  watchesChanged(): void {
    const { cache, watches } = this.wiring;
    for (const { code, watched } of [...this.regions.values()]) {
      if (watched.length > 0 && !(watches.active && cover(watched, watches.list))) cache.dropCompiled(code);
    }
  }

  sample(mode: Mode, instructions: number): void {
    // A trace makes many short slices.
    if (!this.executed.isOn && !this.repeats(mode)) this.count(mode, instructions / this.thresholds.interpreted);
  }

  /**
   * Whether a repeated string instruction is next. Compiling would save nothing there: its iterations are executed by
   * the page anyway.
   */
  private repeats(mode: Mode): boolean {
    if (!mode.flatCs) return false;
    const [first] = this.wiring.fetcher.peek(mode, this.wiring.state.get(S.Eip), 1) ?? [];
    return first !== undefined && isRepeated(first);
  }

  missed(mode: Mode): void {
    this.count(mode, 1 / this.thresholds.misses);
  }

  /** Adds to the weight of CS:EIP and compiles there once the weight is enough, if the exec TLB holds the page. */
  private count(mode: Mode, weight: number): void {
    const eip = this.wiring.state.get(S.Eip);
    const table = this.wiring.cache.knownTable(mode.slot, eip >>> 12);
    if (!mode.flatCs || table === 0 || this.isEnter(this.recordAt(mode, eip))) return;
    const key = placeOf(mode, eip);
    if (this.weights.size > MOST_PLACES) this.forgetHeat();
    const before = this.weights.get(key) ?? 0;
    this.weights.set(key, before + weight);
    if (before >= 1 || before + weight < 1) return;
    if (this.thresholds.trace === 0) return this.compile(mode, [eip]);
    // Where the trace makes no code of it, it has to become hot anew.
    this.weights.set(key, 0);
    if (!this.executed.isOn) this.executed.begin(this.thresholds.trace);
  }

  isTracing(): boolean {
    if (this.executed.isOver()) this.executed.take().forEach((one) => this.compileTraced(one));
    return this.executed.isOn;
  }

  trace(mode: Mode): void {
    this.executed.note(mode, this.wiring.state.get(S.Eip));
  }

  evicted(slot: number): void {
    this.executed.forget(slot);
  }

  /** Regions of what was executed again and again, as many as it takes. */
  private compileTraced({ mode, blocks }: Traced): void {
    let starts = [...blocks.keys()].filter((eip) => this.isWorthwhile(mode, eip, blocks.get(eip) ?? 0));
    while (starts.length > 0) {
      const region = this.finder(mode).findTraced(starts);
      const isMade = region !== undefined && this.make(mode, region);
      const rest = isMade ? starts.filter((eip) => !region.blocks.has(eip)) : [];
      // Where the table was full, code can be compiled, and is to come back.
      if (region === undefined) this.loseHeatOf(mode, starts);
      starts = rest.length < starts.length ? rest : [];
    }
  }

  /** Whether a block of a trace is to be compiled: not by chance there, and not written to again and again. */
  private isWorthwhile(mode: Mode, eip: number, times: number): boolean {
    return times >= LEAST_TIMES && (this.weights.get(placeOf(mode, eip)) ?? 0) >= 0;
  }

  /** The record of the block at an offset in CS; 0 where it was not decoded, or its page is not in the exec TLB. */
  private recordAt(mode: Mode, eip: number): number {
    const { cache } = this.wiring;
    const table = cache.knownTable(mode.slot, eip >>> 12);
    return table === 0 ? 0 : cache.entry(table, eip & 0xfff);
  }

  /** Whether a record leads into compiled code. */
  private isEnter(record: number): boolean {
    return record !== 0 && this.wiring.state.get(record + Rec.Op) === (Special.Enter as number);
  }

  reset(): void {
    const { regions, dropped } = this.wiring.state.counters;
    dropped.reset += regions.live;
    regions.live = regions.liveBytes = 0;
    for (let func = 1; func < this.next; func++) this.table.set(func, null);
    this.free.length = 0;
    this.next = 1;
    this.regions.clear();
    this.executed.begin(0);
    this.links.reset();
    this.forgetHeat();
  }

  private compile(mode: Mode, starts: readonly number[], tests = WatchLevel.None): void {
    const region = this.finder(mode).find(starts);
    if (region) this.make(mode, region, tests);
    else this.loseHeatOf(mode, starts);
  }

  /** Makes room for the Enter records of a region, which may drop all other code, and what finds the region. */
  private finder(mode: Mode): RegionFinder {
    const { cache, fetcher } = this.wiring;
    cache.reserve(MAX_BLOCKS);
    const follows = (at: number): boolean => this.thresholds.trace === 0 || this.isInterpreted(mode, at);
    return new RegionFinder(
      (at) => fetcher.peek(mode, at),
      (at) => fetcher.isMarked(at),
      follows,
    );
  }

  /** Whether the interpreter, and no compiled code, executes what stands at an offset in CS, and has done so before. */
  private isInterpreted(mode: Mode, eip: number): boolean {
    const record = this.recordAt(mode, eip);
    return record !== 0 && !this.isEnter(record);
  }

  /** Compiles a region; false where the table is full: then all regions go, and the hot ones come back. */
  private make(mode: Mode, region: Region, tests = WatchLevel.None): boolean {
    const { cache, watches } = this.wiring;
    const func = this.takeFunction();
    if (func === 0) {
      cache.reset();
      return false;
    }
    const began = this.hostNow();
    for (const block of region.blocks.values()) {
      for (const insn of block.insns)
        insn.immAt = straddles(insn) ? 0 : cache.patchedTail(mode.slot, insn.eip, insn.length, liveBytes(insn));
      liveFlags(block.insns).forEach((live, n) => (block.insns[n].flags = live || !hasFlaglessForm(block.insns[n])));
    }
    const level = watches.active ? tests : WatchLevel.None;
    const watched = level === WatchLevel.None ? [] : rangesOver(watches.list);
    const bytes = compileRegion({
      region,
      func,
      tlb: dataTlbs(mode.ring),
      tlbExec: cache.execEntry(mode.slot, 0),
      csLimit: mode.csLimit,
      unaligned: region.starts.some((start) => this.unaligned.has(placeOf(mode, start))),
      watched,
      testsAll: level === WatchLevel.All,
      guard: (page) => ({ execEntry: cache.execEntry(mode.slot, page), table: cache.knownTable(mode.slot, page) }),
    });
    const exports = this.wiring.instantiate(bytes, this.env, false);
    this.table.set(func, exports["f"]);
    this.install({ mode, region, watched, level, func, bytes: bytes.length });
    this.countRegion(region, bytes.length, began);
    return true;
  }

  private countRegion(region: Region, bytes: number, began: number): void {
    const { regions } = this.wiring.state.counters;
    regions.compiled++;
    regions.live++;
    regions.bytes += bytes;
    regions.liveBytes += bytes;
    for (const block of region.blocks.values()) regions.instructions += block.insns.length;
    regions.compileMilliseconds += this.hostNow() - began;
  }

  private takeFunction(): number {
    return this.free.pop() ?? (this.next < TABLE_SIZE ? this.next++ : 0);
  }

  /** Puts Enter records at the region's entries and ties the region to the pages that it was made from. */
  private install(made: Omit<Installed, "size" | "records" | "code">): void {
    const { cache } = this.wiring;
    const { mode, region, func } = made;
    const blocks = [...region.blocks.values()];
    const records: number[] = [];
    const code: CompiledCode = { extents: [], isCompiled: true, stale: (written) => this.lose(installed, written) };
    const insns = blocks.reduce((sum, block) => sum + block.insns.length, 0);
    const size = Math.max(insns / MAX_INSNS, blocks.length / MAX_BLOCKS);
    const installed: Installed = { ...made, size, records, code };
    blocks.forEach((block, node) => {
      // Another page that is mapped there one day has to become hot by itself.
      if (block.isEntry) this.weights.delete(placeOf(mode, block.start));
      for (const [from, to] of dependencies(block.start, block.end, block.insns))
        cache.noteCompiled(mode.slot, from, to - from, code);
      if (block.isEntry) records.push(this.enterRecord(mode, block, func, node));
    });
    this.regions.set(func, installed);
  }

  /** Overwrites the block's first record, if there is one, so that links to it lead here too. */
  private enterRecord(mode: Mode, { start: eip, insns }: Block, func: number, node: number): number {
    const { cache, state } = this.wiring;
    const table = cache.knownTable(mode.slot, eip >>> 12);
    // The region does not depend on the bytes that the block's old records were decoded from.
    const record = cache.place(table, eip & 0xfff, 1);
    cache.enter(table, eip & 0xfff, record);
    for (let at = 0; at < RECORD_BYTES; at += 4) state.set(record + at, 0);
    state.set(record + Rec.Op, Special.Enter);
    state.set(record + Rec.A, func);
    state.set(record + Rec.B, node);
    state.set(record + Rec.Imm, insns.length);
    state.set(record + Rec.Eip, eip);
    return record;
  }

  /**
   * Each loss by a write to its code doubles the heat that a place needs to be compiled again. A place that was lost
   * for another reason is compiled again as soon as it runs.
   */
  private lose(installed: Installed, written: boolean): void {
    const { mode, region, func, code } = installed;
    this.wiring.cache.forgetCompiled(mode.slot, code);
    this.regions.delete(func);
    this.wiring.state.counters.dropped[written ? "written" : "remade"]++;
    for (const eip of region.blocks.keys()) {
      const place = placeOf(mode, eip);
      this.weights.set(place, written ? this.cold(place) : ALMOST_HOT);
    }
    if (written) for (const start of region.starts) this.loseHeat(placeOf(mode, start));
    this.drop(installed);
  }

  private forgetHeat(): void {
    this.weights.clear();
    this.losses.clear();
    this.unaligned.clear();
  }

  /** Of what cannot be compiled: other code may come there. */
  private loseHeatOf(mode: Mode, starts: readonly number[]): void {
    for (const start of starts) this.loseHeat(placeOf(mode, start));
  }

  private loseHeat(place: number): void {
    this.losses.set(place, (this.losses.get(place) ?? 0) + 1);
    this.weights.set(place, this.cold(place));
  }

  /** The weight at which a place begins to become hot again. */
  private cold(place: number): number {
    return 1 - 2 ** Math.min(this.losses.get(place) ?? 0, MOST_DOUBLINGS);
  }

  private drop({ func, bytes, records }: Installed): void {
    const { state, cache } = this.wiring;
    for (const record of records) {
      // Another region may have taken the record over meanwhile.
      if (state.get(record + Rec.A) === func) cache.poison(record, 1);
    }
    const { regions } = state.counters;
    regions.live--;
    regions.liveBytes -= bytes;
    // A system instruction in a region may drop that very region, which must not go on then.
    state.set(S.Stop, 1);
    this.table.set(func, null);
    this.free.push(func);
  }
}
