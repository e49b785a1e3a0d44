import { Flag } from "../base/arch";
import { Count, RECORDS, REPLAY, S } from "../base/layout";
import type { State } from "../base/state";
import { Decoder } from "../isa/decode";
import { SYSTEM_DONE, SYSTEM_FAULT, SYSTEM_LEAVE, SystemOp } from "../isa/system-ops";
import { MemorySystem } from "../memory/memory-system";
import type { Touched, Watch, Watches } from "../memory/watches";
import { CodeCache } from "./code-cache";
import type { Compiler } from "./compiler";
import { Exit } from "./exit";
import { Fetcher, MOST_RECORDS } from "./fetcher";
import { type Mode, Modes } from "./mode";
import { System } from "./system/system";
import { BlockWriter } from "./tier0/block";
import { tier0Image } from "./tier0/image";
import { MAX_BLOCK, MISC_OWN_SHIFT, Rec, RECORD_BYTES, Special } from "./tier0/record";
import type { TransferLog } from "./transfer-log";
import { CpuStop, type CpuWiring, type FaultRecord, instanceOf, type Transfer } from "./wiring";

/** Instructions in one call of generated code: short enough that V8 can put better code in between calls. */
const SLICE = 50_000;

/**
 * How much is done between two questions whether a run is due to come back, in units of 1,024 instructions of
 * generated code, or of one return from it: each takes a few microseconds at most.
 */
const EFFORT = 64;
const EFFORT_SHIFT = 10;

/** S.RepeatAt when no instruction is in its midst; the last byte of 4 GiB begins no string instruction. */
const NOWHERE = -1;

/** What a compiler is made from. */
export interface CompilerParts {
  state: State;
  cache: CodeCache;
  fetcher: Fetcher;
  /** Exports of tier 0's module. */
  helpers: Record<string, unknown>;
  instantiate: NonNullable<CpuWiring["instantiate"]>;
  watches: Watches;
  /** MarkPaths.mark. */
  mark(): number;
}

/**
 * The processor: runs generated code in slices and does between them what it
 * cannot: finds code, delivers faults and interrupts, steps, stops.
 */
export class Cpu {
  readonly memory: MemorySystem;
  /** Linear addresses of instructions before which `onMark` is asked. */
  readonly breakpoints = {
    add: (linear: number) => this.mark(linear, true),
    remove: (linear: number) => this.mark(linear, false),
  };
  /** Called with the machine standing before a marked instruction, once each time that it is to be executed: whether to stop. */
  onMark: (linear: number) => boolean = () => true;
  /** Memory whose accesses end a run. */
  readonly watches = {
    add: (watch: Watch) => this.watch(watch, true),
    remove: (watch: Watch) => this.watch(watch, false),
  };
  /** Called before an access that touches a watch; the first one of an instruction to each watch. */
  onTouch: (watch: Watch) => void = () => undefined;
  private readonly system: System;
  private readonly cache: CodeCache;
  private readonly modes: Modes;
  private readonly fetcher: Fetcher;
  private readonly helpers: Record<string, unknown>;
  private readonly execute: (record: number) => void;
  private readonly deliver: () => number;
  private readonly instantiate: CompilerParts["instantiate"];
  private compiler: Compiler | undefined;
  /** Instructions that compiled code retired. */
  compiled = 0;
  private readonly words: Int32Array;
  private readonly marked = new Set<number>();
  /** What made generated code come back, where that ends the run. */
  private stop: CpuStop | undefined;
  /** The first instruction's mark is passed over. */
  private passMark = false;
  /** There are other watches than the compiler knows of. */
  private watchesChanged = false;
  /** Compiled code has just come to a place that is not compiled: it is heard of once its page is in the exec TLB. */
  private cameOut = false;
  /** Inside `onMark`. */
  private telling = false;
  /** Retired before the current slice, and the budget that the slice began with. */
  private before = 0;
  private granted = 0;
  private yielded = false;
  /** Asked now and then during a run whether it is to come back. */
  private isDue: (() => boolean) | undefined;
  private due = false;
  /** What has been done since that was asked. */
  private effort = 0;
  /** Interpreted instructions since the compiler last heard of a place. */
  private unsampled = 0;
  /** INT n, INT3 or INTO went to its handler: that clears TF and with it the trap. */
  private entered = false;
  /** Linear address of the instruction that touched a watch. */
  private toucher = 0;

  constructor(private readonly wiring: CpuWiring) {
    const { state } = wiring;
    const image = tier0Image();
    this.words = state.i32;
    this.words[S.RepeatAt >> 2] = NOWHERE;
    this.memory = new MemorySystem(state);
    this.memory.watches.onTouch = (watch) => this.touching(watch);
    this.system = new System({ state, memory: this.memory, ports: wiring.ports, now: () => wiring.now() });
    this.cache = new CodeCache(state, this.memory.tlb, MOST_RECORDS * RECORD_BYTES);
    this.memory.physical.tracker = this.cache.extents;
    this.memory.tlb.onFlush = (linear) => this.cache.flush(linear);
    this.system.reset();
    this.modes = new Modes(state, this.memory.tlb, (slot) => this.cache.evictSlot(slot));
    this.fetcher = new Fetcher(
      state,
      this.memory,
      this.cache,
      new Decoder(),
      new BlockWriter(state, image.handlers),
      this.marked,
    );
    this.instantiate = wiring.instantiate ?? instanceOf;
    this.helpers = this.instantiate(image.bytes, this.imports(), true);
    this.execute = this.helpers["run"] as (record: number) => void;
    this.deliver = this.helpers["deliver"] as () => number;
  }

  /** What tier 0's module imports. */
  private imports(): Record<string, unknown> {
    const { paths } = this.memory;
    return {
      memory: this.wiring.state.memory,
      read: (linear: number, sizeSeg: number) => paths.read(linear >>> 0, sizeSeg),
      readForWrite: (linear: number, sizeSeg: number) => paths.readForWrite(linear >>> 0, sizeSeg),
      write: (linear: number, value: number, sizeSeg: number) => paths.write(linear >>> 0, value, sizeSeg),
      readForDataWrite: (linear: number, sizeSeg: number) => paths.readForDataWrite(linear >>> 0, sizeSeg),
      writeData: (linear: number, value: number, sizeSeg: number) => paths.writeData(linear >>> 0, value, sizeSeg),
      segment: (offset: number, access: number) => paths.segment(offset >>> 0, access),
      system: (op: number, a: number, b: number) => this.systemCall(op, a, b),
      // Bound: what V8 optimizes of a closure, all listeners inlined, is gone with the closure's machine.
      mark: this.reachMark.bind(this),
    };
  }

  /** Lets a compiler take over hot code from now on. */
  attach(make: (parts: CompilerParts) => Compiler): void {
    const { cache, fetcher, helpers } = this;
    const { state } = this.wiring;
    this.compiler = make({
      state,
      cache,
      fetcher,
      helpers,
      instantiate: this.instantiate,
      watches: this.memory.watches,
      mark: this.reachMark.bind(this),
    });
    this.cache.onReset = () => this.compiler?.reset();
  }

  /** All decoded code goes: for who has written guest memory behind the processor's back. */
  forgetCode(): void {
    this.cache.reset();
  }

  /** Instructions retired so far; exact at any time, in a port handler too. */
  get retired(): number {
    return this.before + this.granted - this.words[S.Budget >> 2];
  }

  get faultChain(): readonly FaultRecord[] {
    return this.system.faultChain;
  }

  get onTransfer(): ((transfer: Transfer) => void) | undefined {
    return this.system.onTransfer;
  }

  /** The latest changes to an inner ring, while that is enabled. */
  get transfers(): TransferLog {
    return this.system.transfers;
  }

  set onTransfer(listener: ((transfer: Transfer) => void) | undefined) {
    this.system.onTransfer = listener;
    this.words[S.SlowTransfers >> 2] = listener ? 1 : 0;
  }

  /** Makes `run` come back after the instruction in progress. */
  yield(): void {
    this.yielded = true;
  }

  /**
   * Retires up to `count` instructions, taking a pending interrupt first when it may.
   * @param passMark pass over the first instruction's mark
   * @param isDue asked now and then, wherever much is done outside of generated code too: true ends the run
   */
  run(count: number, passMark = false, isDue?: () => boolean): CpuStop {
    this.yielded = false;
    this.due = false;
    this.isDue = isDue;
    this.passMark = passMark;
    this.words[S.InhibitBudget >> 2] = this.words[S.Budget >> 2];
    const stop = this.runTo(this.retired + count);
    this.settleInhibit();
    return stop;
  }

  private runTo(end: number): CpuStop {
    const start = this.retired;
    while (this.retired < end) {
      if (this.yielded) return CpuStop.Yield;
      // A mark that has been asked about is passed first: nobody is asked twice about one execution.
      if (this.due && !this.passMark && this.retired > start) return CpuStop.Due;
      if (this.watchesChanged) this.tellCompiler();
      if (!this.takeInterrupt()) return CpuStop.TripleFault;
      if (this.memory.watches.touched) return CpuStop.Watchpoint;
      if (this.words[S.Halted >> 2] !== 0) return CpuStop.Halted;
      const mode = this.modes.update();
      // Slices that stores to code or faults cut short tell where the time goes, too.
      if (this.unsampled >= SLICE) this.sample(mode);
      if (!this.advance(mode, end - this.retired)) return CpuStop.TripleFault;
      if (this.stop !== undefined) return this.takeStop(this.stop);
      if (this.memory.watches.touched) return CpuStop.Watchpoint;
    }
    return CpuStop.Count;
  }

  /** Something was done that takes time: now and then that is a reason to come back. */
  private spend(effort: number): void {
    this.effort += effort;
    if (this.effort < EFFORT) return;
    this.effort = 0;
    this.due = this.isDue?.() ?? false;
  }

  /** Before the next slice: who sets other watches one by one may end with what was there. */
  private tellCompiler(): void {
    this.watchesChanged = false;
    this.compiler?.watchesChanged();
  }

  private takeStop(stop: CpuStop): CpuStop {
    this.stop = undefined;
    return stop;
  }

  /** Takes what waits, unless it is held off; false after a triple fault. */
  private takeInterrupt(): boolean {
    while (this.interruptWaits()) {
      this.settleInhibit();
      if (this.words[S.Inhibit >> 2] !== 0) return true;
      this.wiring.state.counters.interrupts++;
      this.words[S.InsnEip >> 2] = this.words[S.Eip >> 2];
      if (!this.system.deliverInterrupt(this.wiring.interrupts.acknowledge())) return false;
    }
    return true;
  }

  private interruptWaits(): boolean {
    const waits = this.wiring.interrupts.pending();
    this.words[S.InterruptWaits >> 2] = waits ? 1 : 0;
    return waits && (this.words[S.Eflags >> 2] & Flag.If) !== 0;
  }

  /** S.Inhibit speaks of one instruction, and nobody clears it behind that until somebody asks. */
  private settleInhibit(): void {
    if (this.words[S.Budget >> 2] !== this.words[S.InhibitBudget >> 2]) this.words[S.Inhibit >> 2] = 0;
  }

  /** SystemPaths.system, with the instruction not charged yet. */
  private systemCall(op: SystemOp, a: number, b: number): number {
    const { words } = this;
    const next = words[S.Eip >> 2];
    const exec = words[S.TlbExec >> 2];
    words[S.Inhibit >> 2] = 0;
    if (this.system.system(op, a, b) !== 0) return SYSTEM_FAULT;
    if (op <= SystemOp.Into) this.entered = words[S.Eip >> 2] !== next;
    if (op === SystemOp.Ins || op === SystemOp.Outs)
      words[S.RepeatAt >> 2] = words[S.Eip >> 2] === next ? NOWHERE : words[S.Eip >> 2];
    words[S.InhibitBudget >> 2] = words[S.Budget >> 2] - 1;
    if (this.needsCore()) words[S.Stop >> 2] = 1;
    const isSameMode = this.modes.update().flatCs && words[S.TlbExec >> 2] === exec;
    return isSameMode && words[S.Stop >> 2] === 0 && op !== SystemOp.Invlpg ? SYSTEM_DONE : SYSTEM_LEAVE;
  }

  /** Whether there is something to be done before the next instruction that generated code does not do. */
  private needsCore(): boolean {
    const { words } = this;
    if (this.interruptWaits() || this.memory.watches.touched || this.yielded) return true;
    return words[S.Halted >> 2] !== 0 || (words[S.Eflags >> 2] & Flag.Tf) !== 0;
  }

  /** Runs one piece: a slice, or fewer instructions where something has to happen after them. */
  private advance(mode: Mode, left: number): boolean {
    const { state } = this.wiring;
    const pass = this.passMark || this.isRepeating;
    const trap = (state.get(S.Eflags) & Flag.Tf) !== 0;
    // An interrupt that waits here is held off for one instruction.
    const single = trap || this.interruptWaits();
    this.passMark = false;
    const budget = single ? 1 : Math.min(left, SLICE);
    const record =
      pass || budget < MAX_BLOCK
        ? this.fetcher.scratchBlock(mode, Math.min(budget, MAX_BLOCK), pass)
        : this.findHot(mode);
    if (record === 0) return this.fault();
    this.spend(1 + (budget >> EFFORT_SHIFT));
    this.begin(budget);
    if (this.compiler && this.words[(record + Rec.Op) >> 2] === (Special.Enter as number))
      return this.runCompiled(this.compiler, record);
    this.entered = false;
    this.execute(record);
    return this.afterExit(mode, trap);
  }

  /** Whether a marked string instruction goes on that the last slice ended in: its mark has been asked about. */
  get isRepeating(): boolean {
    const eip = this.words[S.Eip >> 2];
    return this.words[S.RepeatAt >> 2] === eip && this.marked.has((this.modes.current.csBase + eip) >>> 0);
  }

  /** The block at CS:EIP. Where a fault has just led to it, that counts: a slice ends behind a handler, never in it. */
  private findHot(mode: Mode): number {
    const { compiler, fetcher } = this;
    const record = fetcher.find(mode);
    const cameOut = this.cameOut;
    this.cameOut = false;
    if (!compiler || record === 0 || (!cameOut && this.words[S.FaultBudget >> 2] !== this.words[S.Budget >> 2]))
      return record;
    if (this.words[(record + Rec.Op) >> 2] === (Special.Enter as number)) return record;
    compiler.missed(mode);
    return fetcher.find(mode);
  }

  private runCompiled(compiler: Compiler, record: number): boolean {
    compiler.run(record);
    const left = this.words[S.Budget >> 2];
    this.compiled += this.granted - left;
    this.countExit(left);
    if (this.words[S.Fault >> 2] !== 0) return this.failed(this.modes.update(), false);
    this.cameOut = left >= MAX_BLOCK && this.words[S.Stop >> 2] === 0;
    return true;
  }

  /** The instruction at S.Eip was left undone: its fault is delivered, or it is done again. */
  private failed(mode: Mode, trap: boolean): boolean {
    return this.words[S.Fault >> 2] === REPLAY ? this.replay(mode, trap) : this.fault();
  }

  /** Does the instruction at S.Eip, which generated code must not do itself, alone and with its touches noted. */
  private replay(mode: Mode, trap: boolean): boolean {
    const { words, memory } = this;
    words[S.Fault >> 2] = 0;
    words[S.InsnEip >> 2] = words[S.Eip >> 2];
    const record = this.fetcher.scratchBlock(mode, 1, true);
    if (record === 0) return this.fault();
    this.begin(1);
    this.entered = false;
    memory.watches.armed = true;
    this.execute(record);
    memory.watches.armed = false;
    return this.afterExit(mode, trap);
  }

  /** Why compiled code came back with `left` of its budget. */
  private countExit(left: number): void {
    const { words } = this;
    const exits = this.wiring.state.counters.compiledExits;
    if (words[S.Fault >> 2] === REPLAY) exits.replay++;
    else if (words[S.Fault >> 2] !== 0) exits.fault++;
    else if (words[S.Stop >> 2] !== 0) exits.mark++;
    else if (left < MAX_BLOCK) exits.budget++;
    else exits.uncompiled++;
  }

  private begin(budget: number): void {
    this.settleInhibit();
    this.before = this.retired;
    this.granted = budget;
    this.words[S.FaultBudget >> 2] = this.words[S.FaultBudget >> 2] === this.words[S.Budget >> 2] ? budget : -1;
    this.words[S.Budget >> 2] = budget;
    this.words[S.InhibitBudget >> 2] = budget;
    this.words[S.Stop >> 2] = 0;
    this.words[S.RepeatAt >> 2] = NOWHERE;
    const end = this.wiring.now() + budget;
    this.words[S.TimeAtEnd >> 2] = end;
    this.words[(S.TimeAtEnd >> 2) + 1] = end / 2 ** 32;
  }

  private afterExit(mode: Mode, trap: boolean): boolean {
    const exit = this.words[S.Exit >> 2] as Exit;
    this.wiring.state.counters.interpreterExits[exit]++;
    // The exact remainder of a run ends anywhere: only longer slices tell where the time goes.
    if (this.granted >= MAX_BLOCK) this.unsampled += this.granted - this.words[S.Budget >> 2];
    switch (exit) {
      case Exit.Fault:
        this.leaveRecord();
        return this.failed(mode, trap);
      case Exit.SystemFault:
        return this.fault();
      case Exit.Stale:
        this.leaveRecord();
        this.fetcher.forget(mode, this.words[S.ExitRecord >> 2]);
        return true;
      case Exit.Guard:
        return this.fetcher.revalidate(mode, this.words[S.ExitRecord >> 2]) || this.fault();
      case Exit.Budget:
        if (this.granted >= MAX_BLOCK) this.sample(mode);
        break;
      case Exit.Mark:
        return true;
      case Exit.Lookup:
        if (!trap) this.link(mode);
        break;
      default:
        break;
    }
    if (!trap || this.entered) return true;
    this.settleInhibit();
    return this.system.deliverSingleStep();
  }

  private sample(mode: Mode): void {
    this.compiler?.sample(mode, this.unsampled);
    this.unsampled = 0;
  }

  /** Goes back to the record that could not be completed: charges what came before it in its block. */
  private leaveRecord(): void {
    const { words } = this;
    const record = words[S.ExitRecord >> 2] >> 2;
    const before = words[record + (Rec.Count >> 2)] - (words[record + (Rec.Misc >> 2)] >>> MISC_OWN_SHIFT);
    words[S.Budget >> 2] -= before;
    words[S.Eip >> 2] = words[record + (Rec.Eip >> 2)];
  }

  /**
   * Delivers the fault that waits; false after a triple fault. A delivery that
   * follows another with no instruction between counts as one, so that a handler
   * that faults at its first instruction uses up its slice like any endless loop.
   */
  private fault(): boolean {
    // What the instruction touched it has not touched if it did not come to its end.
    if (this.memory.watches.touched) this.memory.watches.take();
    if (this.deliver() !== 0) return true;
    const { words } = this;
    if (words[S.FaultBudget >> 2] === words[S.Budget >> 2]) words[S.Budget >> 2]--;
    words[S.FaultBudget >> 2] = words[S.Budget >> 2];
    this.wiring.state.counters.count(Count.Faults);
    return this.system.deliverFault();
  }

  /**
   * Patches the link that led nowhere, when the target lies in the same linear page as its source. A page's start
   * is never linked to: a block that runs on into it comes from the page before, and its Cut record does not tell.
   * Where the slice has ended the next instruction is left alone: whether it is fetched at all an interrupt decides.
   */
  private link(mode: Mode): void {
    const { words } = this;
    if (words[S.Budget >> 2] <= 0) return;
    const link = words[S.ExitLink >> 2];
    const eip = words[S.Eip >> 2];
    if (link === 0 || link < RECORDS || this.cache.isScratch(link)) return;
    const record = link - (link % RECORD_BYTES);
    if ((words[(record + Rec.Eip) >> 2] ^ eip) >>> 12 !== 0 || (eip & 0xfff) === 0) return;
    const { generation } = this.cache;
    const target = this.fetcher.findQuietly(mode);
    if (target !== 0 && generation === this.cache.generation) words[link >> 2] = target;
  }

  /** MarkPaths.mark. A listener that changes marks voids the code that it was called from: the core goes on in its place. */
  private reachMark(): number {
    const { words } = this;
    // Between the iterations of a string instruction, which has been asked about.
    if (words[S.RepeatAt >> 2] === words[S.Eip >> 2]) return 0;
    this.telling = true;
    const stops = this.onMark((this.modes.current.csBase + words[S.Eip >> 2]) >>> 0);
    this.telling = false;
    this.spend(1);
    // The core goes on in place of the code that would run to the end of its slice.
    this.passMark ||= this.due;
    if (stops) this.stop = CpuStop.Breakpoint;
    else if (!this.passMark) return 0;
    words[S.Stop >> 2] = 1;
    return 1;
  }

  /** Only what contains the instruction is made anew. */
  private mark(linear: number, isMarked: boolean): void {
    if (isMarked) this.marked.add(linear);
    else this.marked.delete(linear);
    this.cache.dropAt(linear);
    this.passMark ||= this.telling;
  }

  private watch(watch: Watch, isWatched: boolean): void {
    const { watches, tlb } = this.memory;
    if (isWatched) watches.add(watch);
    else watches.remove(watch);
    tlb.rewatch(watch);
    this.watchesChanged = true;
    this.passMark ||= this.telling;
  }

  private touching(watch: Watch): void {
    this.toucher = (this.modes.current.csBase + this.words[S.InsnEip >> 2]) >>> 0;
    this.onTouch(watch);
  }

  /** What the last stop for a watch was for, and the linear address of the instruction that did it; once. */
  takeTouched(): { instruction: number; touched: readonly Touched[] } {
    return { instruction: this.toucher, touched: this.memory.watches.take() };
  }
}

export { CpuStop, type CpuWiring, type FaultRecord, type Transfer } from "./wiring";
