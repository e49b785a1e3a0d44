import { Flag } from "../base/arch";
import { REPLAY, S } from "../base/layout";
import type { State } from "../base/state";
import type { Stateful, StateStream } from "../base/state-stream";
import { Decoder } from "../isa/decode";
import { SYSTEM_DONE, SYSTEM_FAULT, SYSTEM_LEAVE, SystemOp } from "../isa/system-ops";
import { MemorySystem } from "../memory/memory-system";
import type { Touched, Watch, Watches } from "../memory/watches";
import { CodeCache } from "./code-cache";
import type { Compiler } from "./compiler";
import { DebugRegisters } from "./debug-registers";
import { Effort } from "./effort";
import { Exit } from "./exit";
import { Fetcher, MOST_RECORDS } from "./fetcher";
import { InterruptWindow } from "./interrupt-window";
import { Marks } from "./marks";
import { type Mode, Modes } from "./mode";
import { passRegisters } from "./processor-state";
import { Recorders } from "./recorders";
import { NOWHERE, Slice } from "./slice";
import { System } from "./system/system";
import { BlockWriter } from "./tier0/block";
import { tier0Image } from "./tier0/image";
import { MAX_BLOCK, Rec, RECORD_BYTES, Special } from "./tier0/record";
import { Tier0 } from "./tier0-run";
import type { TransferLog } from "./transfer-log";
import { WatchStops } from "./watch-stops";
import { CpuStop, type CpuWiring, type FaultRecord, instanceOf, type Transfer } from "./wiring";

/** Instructions in one call of generated code. Calls are short so that V8 can put better code in place between them. */
const SLICE = 50_000;

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
 * The processor, with its parts wired up. It runs generated code in slices, and between them does what generated code
 * cannot. The parts are in slice.ts, interrupt-window.ts, tier0-run.ts, marks.ts, recorders.ts, watch-stops.ts,
 * debug-registers.ts and effort.ts.
 */
export class Cpu implements Stateful {
  readonly memory: MemorySystem;
  /** Linear addresses of instructions before which `onMark` is asked. */
  readonly breakpoints: Pick<Marks, "add" | "remove">;
  /** What generated code notes by itself at marked instructions, instead of asking `onMark`. */
  readonly recorders: Recorders;
  /** Memory whose accesses end a run. */
  readonly watches: Pick<WatchStops, "add" | "remove">;
  /** Instructions that compiled code retired. */
  compiled = 0;
  private readonly words: Int32Array;
  private readonly system: System;
  private readonly cache: CodeCache;
  private readonly modes: Modes;
  private readonly fetcher: Fetcher;
  private readonly slice: Slice;
  private readonly window: InterruptWindow;
  private readonly marks: Marks;
  private readonly watchStops: WatchStops;
  private readonly debug: DebugRegisters;
  private readonly tier0: Tier0;
  private readonly helpers: Record<string, unknown>;
  private readonly instantiate: CompilerParts["instantiate"];
  private compiler: Compiler | undefined;
  /**
   * Whether compiled code has just come to a place that is not compiled. The compiler is told once the page is in the
   * exec TLB.
   */
  private cameOut = false;
  private readonly effort = new Effort();
  private yielded = false;

  constructor(private readonly wiring: CpuWiring) {
    const { state } = wiring;
    const image = tier0Image();
    const now = (): number => wiring.now();
    this.words = state.i32;
    this.slice = new Slice(state, now);
    this.memory = new MemorySystem(state);
    this.system = new System({ state, memory: this.memory, ports: wiring.ports, now });
    this.cache = new CodeCache(state, this.memory.tlb, MOST_RECORDS * RECORD_BYTES);
    this.memory.physical.tracker = this.cache.extents;
    this.memory.tlb.onFlush = (linear) => this.cache.flush(linear);
    this.system.reset();
    this.modes = new Modes(state, this.memory.tlb, (slot) => this.evict(slot));
    this.window = new InterruptWindow(state, wiring.interrupts, this.system);
    this.recorders = new Recorders(state, this.slice);
    this.breakpoints = this.marks = new Marks(state, this.cache, this.modes, this.effort, this.recorders);
    this.watches = this.watchStops = new WatchStops(state, this.memory, this.modes, this.marks, this.recorders);
    this.debug = new DebugRegisters(state, this.memory, this.marks, this.watchStops);
    this.system.onDebugRegister = () => this.armBreakpoints();
    const writer = new BlockWriter(state, image.handlers);
    this.fetcher = new Fetcher(state, this.memory, this.cache, new Decoder(), writer, this.marks);
    this.instantiate = wiring.instantiate ?? instanceOf;
    this.helpers = this.instantiate(image.bytes, this.imports(), true);
    const { memory, cache, fetcher, system, slice, window, debug, recorders, helpers } = this;
    this.tier0 = new Tier0({ state, memory, cache, fetcher, system, slice, window, debug, recorders, helpers });
  }

  /** The functions that tier 0's module imports. */
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
      // The method is bound: a closure would be optimised with all its listeners inlined, and that work is lost when
      // the closure's machine is gone.
      mark: this.marks.reach.bind(this.marks),
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
      mark: helpers["mark"] as () => number,
    });
    this.cache.onReset = () => this.compiler?.reset();
  }

  /** Drops all decoded code. Anyone who has written guest memory without the processor's knowledge must call this. */
  forgetCode(): void {
    this.cache.reset();
  }

  /** The number of instructions retired so far. It is exact at any time, also in a port handler. */
  get retired(): number {
    return this.slice.retired;
  }

  get faultChain(): readonly FaultRecord[] {
    return this.system.faultChain;
  }

  get onTransfer(): ((transfer: Transfer) => void) | undefined {
    return this.system.onTransfer;
  }

  set onTransfer(listener: ((transfer: Transfer) => void) | undefined) {
    this.system.onTransfer = listener;
    this.chooseTransfers();
  }

  /** Arms the guest's own breakpoints, which are in its debug registers. */
  private armBreakpoints(): void {
    this.debug.update();
    this.system.hasBreakpoints = this.debug.armed;
    this.chooseTransfers();
  }

  /** Makes INT, IRET and faults take the long way where somebody is told of them, or where RF has a meaning. */
  private chooseTransfers(): void {
    this.words[S.SlowTransfers >> 2] = this.system.onTransfer !== undefined || this.debug.armed ? 1 : 0;
  }

  /** The latest changes to an inner ring, while that is enabled. */
  get transfers(): TransferLog {
    return this.system.transfers;
  }

  /**
   * Called before a marked instruction, once each time that it is to be executed, with the machine stopped there.
   * Answers whether to stop.
   */
  set onMark(listener: (linear: number) => boolean) {
    this.marks.onMark = listener;
  }

  /**
   * Whether execution is between two iterations of a marked string instruction, about whose mark `onMark` has been
   * asked.
   */
  get isRepeating(): boolean {
    return this.marks.isRepeating;
  }

  /**
   * Called before an access that touches a watch: for each instruction and each watch, before the first such access.
   */
  set onTouch(listener: (watch: Watch) => void) {
    this.watchStops.onTouch = listener;
  }

  /**
   * What the last stop for a watch was for, and the linear address of the instruction that did it. It can be taken
   * once.
   */
  takeTouched(): { instruction: number; touched: readonly Touched[] } {
    return this.watchStops.take();
  }

  /** Makes `run` come back after the instruction in progress. */
  yield(): void {
    this.yielded = true;
  }

  /**
   * Retires up to `count` instructions; takes a pending interrupt first when that is possible.
   * @param passMark whether to pass over the first instruction's mark
   * @param isDue asked now and then, by how much has been done in and outside of generated code; true ends the run
   */
  run(count: number, passMark = false, isDue?: () => boolean): CpuStop {
    this.yielded = false;
    this.effort.begin(isDue);
    this.marks.pass = passMark;
    this.window.keep();
    const stop = this.runTo(this.retired + count);
    this.window.settle();
    return stop;
  }

  private runTo(end: number): CpuStop {
    const { marks, memory, tier0, effort } = this;
    const start = this.retired;
    while (this.retired < end) {
      if (this.yielded) return CpuStop.Yield;
      // A mark that has been asked about is passed first, so that nobody is asked twice about one execution.
      if (effort.due && !marks.pass && this.retired > start) return CpuStop.Due;
      if (this.watchStops.takeChanged()) this.compiler?.watchesChanged();
      if (!this.window.take() || !this.deliverDataBreakpoints()) return CpuStop.TripleFault;
      if (memory.watches.touched) return CpuStop.Watchpoint;
      if (this.words[S.Halted >> 2] !== 0) return CpuStop.Halted;
      const mode = this.modes.update();
      // Slices that were cut short by stores to code or by faults also tell where the time goes.
      if (tier0.unsampled >= SLICE) this.sample(mode);
      if (!this.advance(mode, end - this.retired) || !this.deliverDataBreakpoints()) return CpuStop.TripleFault;
      if (tier0.isSpent) this.sample(mode);
      if (marks.takeStop()) return CpuStop.Breakpoint;
      if (memory.watches.touched) return CpuStop.Watchpoint;
    }
    return CpuStop.Count;
  }

  /**
   * Runs one piece: a slice, or fewer instructions where something has to happen after them. @returns false after a
   * triple fault
   */
  private advance(mode: Mode, left: number): boolean {
    const { marks, fetcher, tier0, debug, words } = this;
    const resumes = (words[S.Eflags >> 2] & Flag.Rf) !== 0;
    const causes = resumes ? 0 : debug.at((mode.csBase + words[S.Eip >> 2]) >>> 0);
    if (causes !== 0) return this.system.deliverDebug(causes);
    const pass = marks.pass || marks.isRepeating;
    const trap = (words[S.Eflags >> 2] & Flag.Tf) !== 0;
    // An interrupt or a data breakpoint's trap that waits here was held off for one instruction.
    const single = trap || resumes || debug.pending !== 0 || this.window.waits;
    marks.pass = false;
    tier0.isSpent = false;
    if (resumes) return this.resume(mode, pass);
    const { compiler } = this;
    const isTracing = compiler?.isTracing() ?? false;
    const budget = single ? 1 : Math.min(left, isTracing ? MAX_BLOCK : SLICE);
    const record =
      pass || budget < MAX_BLOCK ? fetcher.scratchBlock(mode, Math.min(budget, MAX_BLOCK), pass) : this.findHot(mode);
    if (record === 0) return tier0.fault();
    this.effort.spend(budget);
    if (compiler && this.isEnter(record))
      return this.runCompiled(compiler, record, isTracing ? Math.min(left, SLICE) : budget);
    if (isTracing && budget >= MAX_BLOCK) compiler?.trace(mode);
    return tier0.run(record, budget, mode);
  }

  /**
   * Executes the instruction for which EFLAGS.RF is set. RF is cleared with it, but not between the iterations of a
   * string instruction.
   */
  private resume(mode: Mode, pass: boolean): boolean {
    const { words, marks, fetcher, tier0 } = this;
    words[S.Eflags >> 2] &= ~Flag.Rf;
    marks.resumes = true;
    const record = fetcher.scratchBlock(mode, 1, pass);
    const goesOn = record === 0 ? tier0.fault() : tier0.run(record, 1, mode);
    marks.resumes = false;
    const isUndone = record !== 0 && words[S.Exit >> 2] === (Exit.Mark as number);
    if (isUndone || words[S.RepeatAt >> 2] === words[S.Eip >> 2]) words[S.Eflags >> 2] |= Flag.Rf;
    return goesOn;
  }

  /**
   * Delivers the #DB of data breakpoints that the last instruction, or a delivery, has hit. @returns false after a
   * triple fault
   */
  private deliverDataBreakpoints(): boolean {
    const { debug, system, window } = this;
    if (this.memory.watches.touched) debug.collect();
    if (debug.pending === 0) return true;
    window.settle();
    return system.holdsTraps || system.deliverDebug(debug.takePending());
  }

  private evict(slot: number): void {
    this.cache.evictSlot(slot);
    this.compiler?.evicted(slot);
  }

  private isEnter(record: number): boolean {
    return this.words[(record + Rec.Op) >> 2] === (Special.Enter as number);
  }

  /**
   * The block at CS:EIP. A block to which a fault has just led counts for its heat, because a slice ends after a
   * handler and never in it.
   */
  private findHot(mode: Mode): number {
    const { compiler, fetcher } = this;
    const record = fetcher.find(mode);
    const cameOut = this.cameOut;
    this.cameOut = false;
    if (!compiler || record === 0 || this.isEnter(record) || (!cameOut && !this.slice.followsFault)) return record;
    compiler.missed(mode);
    return fetcher.find(mode);
  }

  private sample(mode: Mode): void {
    this.compiler?.sample(mode, this.tier0.unsampled);
    this.tier0.unsampled = 0;
  }

  // ---- saved states

  /** Is called between two runs. Memory is not part of it and must be in place before a state is loaded. */
  passState(stream: StateStream): void {
    const { state } = this.wiring;
    passRegisters(stream, state);
    this.slice.passState(stream);
    this.debug.passState(stream);
    this.modes.passState(stream);
    this.cache.passState(stream);
    this.memory.tlb.passState(stream);
    if (!stream.isLoading) return;
    this.memory.tlb.select(state.get(S.Cpl));
    this.memory.watches.take();
    this.armBreakpoints();
    this.modes.update();
    this.window.keep();
  }

  // ---- compiled code

  private runCompiled(compiler: Compiler, record: number, budget: number): boolean {
    this.tier0.begin(budget);
    compiler.run(record);
    this.recorders.drain();
    const { left, spent } = this.slice;
    this.compiled += spent;
    this.countExit(left);
    if (this.words[S.Fault >> 2] !== 0) return this.tier0.failed(this.modes.update(), false);
    this.cameOut = left >= MAX_BLOCK && this.words[S.Stop >> 2] === 0;
    return true;
  }

  /** Counts why compiled code came back with `left` of its budget. */
  private countExit(left: number): void {
    const { words } = this;
    const exits = this.wiring.state.counters.compiledExits;
    if (words[S.Fault >> 2] === REPLAY) exits.replay++;
    else if (words[S.Fault >> 2] !== 0) exits.fault++;
    else if (words[S.Stop >> 2] !== 0) exits.mark++;
    else if (left < MAX_BLOCK) exits.budget++;
    else exits.uncompiled++;
  }

  // ---- system instructions

  /** SystemPaths.system; the instruction is not charged yet. */
  private systemCall(op: SystemOp, a: number, b: number): number {
    const { words, window } = this;
    // Listeners may be told of what the instruction does.
    this.recorders.drain();
    const next = words[S.Eip >> 2];
    const exec = words[S.TlbExec >> 2];
    window.beginInsn();
    if (this.system.system(op, a, b) !== 0) return SYSTEM_FAULT;
    if (op <= SystemOp.Into) this.tier0.entered = words[S.Eip >> 2] !== next;
    if (op === SystemOp.Ins || op === SystemOp.Outs)
      words[S.RepeatAt >> 2] = words[S.Eip >> 2] === next ? NOWHERE : words[S.Eip >> 2];
    window.endInsn();
    if (this.needsCore()) words[S.Stop >> 2] = 1;
    const isSameMode = this.modes.update().flatCs && words[S.TlbExec >> 2] === exec;
    return isSameMode && words[S.Stop >> 2] === 0 && op !== SystemOp.Invlpg ? SYSTEM_DONE : SYSTEM_LEAVE;
  }

  /** Whether something has to be done before the next instruction that generated code does not do. */
  private needsCore(): boolean {
    const { words } = this;
    if (this.window.waits || this.memory.watches.touched || this.yielded) return true;
    return words[S.Halted >> 2] !== 0 || (words[S.Eflags >> 2] & (Flag.Tf | Flag.Rf)) !== 0;
  }
}

export { CpuStop, type CpuWiring, type FaultRecord, type Transfer } from "./wiring";
