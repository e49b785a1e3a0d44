import { describe, expect, it } from "vitest";
import { Cr0, Cr4, Efer, Pte, Seg } from "../../../../emulator/base/arch";
import {
  DATA_LISTS,
  EXEC_LISTS,
  MODE_SLOTS,
  type PageLists,
  RAM,
  S,
  SegField,
  TLB_BYTES,
  TLB_DATA,
  TLB_EXEC,
} from "../../../../emulator/base/layout";
import { State } from "../../../../emulator/base/state";
import { ModuleBuilder } from "../../../../emulator/base/wasm/module";
import { CodeCache } from "../../../../emulator/cpu/code-cache";
import type { Derived } from "../../../../emulator/cpu/code-extents";
import { definePaging, Miss, type PagingFunctions, WALK_REFUSED } from "../../../../emulator/cpu/tier0/flat-paging";
import { MemorySystem } from "../../../../emulator/memory/memory-system";

/**
 * The page walks of generated code against those of memory/paging.ts: two machines with the same random tables are
 * driven alike, one through TypeScript alone, and every word of tables, TLBs and lists must stay equal.
 */

const RAM_BYTES = 4 << 20;
const SCRATCH_BYTES = 64;
const FRAMES = RAM_BYTES >>> 12;
/** Top-level table, then the tables that its entries lead to. */
const TOP = 0x1000;
const TABLES = 0x2000;
const TABLE_COUNT = 4;
const TABLE_WORDS = (TABLE_COUNT + 1) * 1024;
const PAGES = [0, 1, 3, 0x200, 0x3ff, 0x400, 0x5ff, 0x80003, 0xc0000, 0xffc00, 0xffe01, 0xfffff];
const CASES = 60;
const STEPS = 100;

type Functions = Record<keyof PagingFunctions, (...words: number[]) => number>;

const paging = new WebAssembly.Module(pagingModule() as BufferSource);

function pagingModule(): Uint8Array {
  const module = new ModuleBuilder();
  const functions = definePaging(module);
  for (const [name, func] of Object.entries(functions)) module.export(name, func as number);
  return module.bytes();
}

/** Numbers below `n`, the same for the same seed. */
function random(seed: number): (n: number) => number {
  let at = seed;
  return (n) => {
    at = (Math.imul(at, 1664525) + 1013904223) >>> 0;
    return Math.floor((at / 2 ** 32) * n);
  };
}

const pick = (from: readonly number[], next: (n: number) => number): number => from[next(from.length)] ?? 0;

/** A machine's memory, and the functions that work on it. */
class World {
  readonly state = new State(RAM_BYTES);
  readonly memory = new MemorySystem(this.state);
  readonly cache = new CodeCache(this.state, this.memory.tlb, SCRATCH_BYTES);
  readonly functions: Functions;

  constructor() {
    this.memory.physical.tracker = this.cache.extents;
    this.memory.tlb.onFlush = (linear) => this.cache.flush(linear);
    this.functions = new WebAssembly.Instance(paging, { env: { memory: this.state.memory } }).exports as Functions;
  }

  get slot(): number {
    return (this.state.get(S.TlbExec) - TLB_EXEC) / TLB_BYTES;
  }

  /** What Fetcher does with a page that is not in the exec TLB. */
  fetch(): void {
    const { state, memory, cache } = this;
    const linear = state.get(S.Eip);
    if (cache.knownTable(this.slot, linear >>> 12) !== 0) return;
    const at = memory.mmu.translateFetch(linear);
    if (at >= 0 && memory.physical.holds(at)) cache.table(this.slot, linear >>> 12, at >>> 12, memory.paging.global);
  }

  isOpen(linear: number, write: number): boolean {
    return this.memory.tlb.address(linear, this.memory.mmu.ring(), write) !== 0;
  }

  /** All words that a walk, a fill or a flush may change. */
  words(): Buffer {
    const { state } = this;
    const words = (at: number, count: number): Uint32Array => state.u32.subarray(at >> 2, (at >> 2) + count);
    const listed = ({ lists, counts, length }: PageLists, count: number): Uint32Array[] =>
      Array.from({ length: count }, (_, n) => words(lists + n * length * 4, state.get(counts + n * 4)));
    const entries = (base: number, count: number): number[] =>
      Array.from({ length: count }, (_, n) => PAGES.map((page) => state.get(base + n * TLB_BYTES + page * 4))).flat();
    const parts = [
      ...[words(S.Gpr, 0x500), words(RAM + TOP, TABLE_WORDS), words(RAM + RAM_BYTES + TOP / 8, TABLE_WORDS / 8)],
      ...[entries(TLB_DATA, 6), entries(TLB_EXEC, MODE_SLOTS)],
      ...[...listed(DATA_LISTS, 6), ...listed(EXEC_LISTS, MODE_SLOTS * 2)],
    ];
    return Buffer.from(Uint32Array.from(parts.flatMap((part) => [...part])).buffer);
  }
}

/** Something that code was made from. */
const derived = (): Derived => ({ extents: [], isCompiled: false, stale: () => undefined });

/** Sets a world up by a seed. `odd`: with reserved bits, holes in RAM, ring limits, tables among code and watches. */
function setUp(world: World, seed: number, pae: boolean, odd: boolean): void {
  const next = random(seed);
  const oddly = (): boolean => odd && next(8) === 0;
  const { state, memory, cache } = world;
  state.set(S.Cr0, Cr0.Pe | (oddly() ? 0 : Cr0.Pg) | (next(2) * Cr0.Wp));
  state.set(S.Cr4, (pae ? Cr4.Pae : 0) | (next(2) * Cr4.Pse) | (next(2) * Cr4.Pge));
  state.set(S.Efer, next(2) * Efer.Nxe);
  state.set(S.Cr3, TOP);
  for (let n = 0; n < 4; n++) {
    state.set(S.Pdpte + n * 8, oddly() ? next(2 ** 32) : TOP | (next(8) > 0 ? Pte.P : 0));
    state.set(S.Pdpte + n * 8 + 4, oddly() ? next(16) : 0);
  }
  fillTables(world, next, pae, oddly);
  for (let n = 0; n < 16; n++) cache.extents.add(derived(), (8 + next(FRAMES - 8)) << 12, 1);
  if (oddly()) cache.extents.add(derived(), TOP + (next(TABLE_COUNT + 1) << 12), 4096);
  if (oddly()) memory.tlb.setRingLimit(next(3), (pick(PAGES, next) << 12) | 0xfff);
  if (oddly()) {
    const watch = { linear: pick(PAGES, next) << 12, length: 4, touches: 1 + next(3) };
    memory.watches.add(watch);
    memory.tlb.rewatch(watch);
  }
  state.setSeg(Seg.Cs, SegField.Limit, 0xffffffff);
  state.set(S.TlbExec, TLB_EXEC + TLB_BYTES);
}

/** Entries for PAGES, in a top-level table and in the tables below. */
function fillTables(
  { state, memory: { physical } }: World,
  next: (n: number) => number,
  pae: boolean,
  oddly: () => boolean,
): void {
  const bytes = pae ? 8 : 4;
  const entries = 4096 / bytes;
  const isNx = state.get(S.Efer) !== 0;
  const rights = (): number => (next(8) > 0 ? Pte.P : 0) | (next(0x40) << 1) | (next(2) * Pte.G);
  const frame = (): number => (oddly() ? next(2 ** 20) : next(FRAMES)) << 12;
  const write = (at: number, low: number): void => {
    physical.write32(at, low >>> 0);
    if (pae) physical.write32(at + 4, oddly() ? next(2 ** 32) : isNx && next(2) === 0 ? 0x80000000 : 0);
  };
  for (const page of PAGES) {
    const isLarge = next(4) === 0;
    const large = (oddly() ? next(0x400) << 12 : pae ? next(2) << 21 : 0) | Pte.Ps;
    const table = oddly() ? frame() : TABLES + next(TABLE_COUNT) * 4096;
    write(TOP + (Math.floor(page / entries) % entries) * bytes, (isLarge ? large : table) | rights());
    for (let n = 0; n < TABLE_COUNT; n++) write(TABLES + n * 4096 + (page % entries) * bytes, frame() | rights());
  }
}

/** Pages that generated code entered in an exec TLB. */
let refetched = 0;

/** What one step did in generated code. */
type Step = "done" | "refused";

/** One random access, fetch, flush, or change of ring or rights, made in generated code where `native`. */
function step(world: World, next: (n: number) => number, native: boolean): Step {
  const { memory, functions } = world;
  const linear = ((pick(PAGES, next) << 12) | next(4096)) >>> 0;
  const detail = next(4);
  switch (next(16)) {
    case 0:
      return setRing(world, detail, 1 + next(2));
    case 1:
    case 2:
      if (!native || functions.flushPage(linear) === WALK_REFUSED) memory.tlb.flushPage(linear);
      return "done";
    case 3:
      if (native) functions.flushLocal();
      else memory.tlb.flushLocal();
      return "done";
    case 4:
    case 5:
    case 6:
      return fetch(world, linear, native);
    case 7:
      return changeRights(world, linear, next);
    default:
      return access(world, linear, detail & 1, native);
  }
}

function setRing({ state, memory }: World, cpl: number, slot: number): Step {
  state.set(S.Cpl, cpl);
  memory.tlb.select(cpl);
  state.set(S.TlbExec, TLB_EXEC + slot * TLB_BYTES);
  return "done";
}

/** Changes a bit of each entry that may map the page, and flushes it. */
function changeRights({ state, memory }: World, linear: number, next: (n: number) => number): Step {
  const isPae = (state.get(S.Cr4) & Cr4.Pae) !== 0;
  const isHigh = isPae && state.get(S.Efer) !== 0 && next(3) === 0;
  const index = isPae ? ((linear >>> 12) & 0x1ff) * 8 : ((linear >>> 12) & 0x3ff) * 4;
  const bit = isHigh ? 0x80000000 : pick([Pte.P, Pte.Rw, Pte.Us, Pte.G], next);
  for (let table = 0; table < TABLE_COUNT; table++) {
    const at = TABLES + table * 4096 + index + (isHigh ? 4 : 0);
    memory.physical.write32(at, (memory.physical.read32(at) ^ bit) >>> 0);
  }
  memory.tlb.flushPage(linear);
  return "done";
}

function fetch(world: World, linear: number, native: boolean): Step {
  const { state, functions } = world;
  state.set(S.Eip, linear);
  const misses = state.counters.fetchMisses;
  if (native) functions.refetch();
  if (state.counters.fetchMisses > misses) refetched++;
  world.fetch();
  return "done";
}

function access(world: World, linear: number, write: number, native: boolean): Step {
  if (world.isOpen(linear, write)) return "done";
  if (native && (world.functions.miss(linear, write) as Miss) !== Miss.Refused) return "done";
  const ring = world.memory.mmu.ring();
  world.memory.mmu.translate(linear, ring, write);
  return "refused";
}

/** How many accesses were refused. */
function compare(pae: boolean, odd: boolean, firstSeed: number): number {
  let refused = 0;
  for (let seed = firstSeed; seed < firstSeed + CASES; seed++) {
    const [ours, theirs] = [new World(), new World()];
    for (const world of [ours, theirs]) setUp(world, seed, pae, odd);
    const [first, second] = [random(seed), random(seed)];
    for (let n = 0; n < STEPS; n++) {
      if (step(ours, first, true) === "refused") refused++;
      step(theirs, second, false);
      for (const world of [ours, theirs]) world.state.set(S.Fault, 0);
    }
    expect(Buffer.compare(ours.words(), theirs.words()), `seed ${seed.toString()}`).toBe(0);
  }
  return refused;
}

describe.each([
  ["32-bit paging", false],
  ["PAE paging", true],
] as const)("walks in WebAssembly, %s", (_, pae) => {
  it("do what those in TypeScript do, and refuse nothing usual", () => {
    refetched = 0;
    expect(compare(pae, false, 1)).toBe(0);
    expect(refetched).toBeGreaterThan(CASES);
  });

  it("leave what is unusual to TypeScript", () => {
    expect(compare(pae, true, 100_001)).toBeGreaterThan(0);
  });
});
