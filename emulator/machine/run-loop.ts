import type { Clock, InterruptSource } from "../base/ports";
import type { Stateful, StateStream } from "../base/state-stream";
import { CpuStop } from "../cpu/wiring";
import { NEVER, type Timers } from "../devices/timers";
import type { MachineView, RunOptions, Stop } from "./api";
import type { Breakpoints } from "./breakpoints";
import type { InputLog } from "./input-log";
import type { Processor, Standing } from "./processor";
import type { Watchpoints } from "./watchpoints";

/** The longest slice. Output that the guest writes waits for this many instructions at most. */
const SLICE = 1 << 18;

/**
 * How many timer events in a row may leave a halted processor asleep before it counts as halted for good. This happens
 * with a periodic timer whose interrupt is masked. Every timer of the board wakes the processor within a few edges, if
 * it ever does.
 */
const FRUITLESS_EVENTS = 64;

/** Machine time: instructions retired and the ticks that HLT skipped. */
export class MachineClock implements Clock, Stateful {
  skipped = 0;

  /** @param retired the number of instructions so far */
  constructor(private readonly retired: () => number) {}

  now(): number {
    return this.retired() + this.skipped;
  }

  passState(stream: StateStream): void {
    this.skipped = stream.number(this.skipped);
  }
}

export interface RunLoopParts {
  processor: Processor;
  standing: Standing;
  clock: MachineClock;
  timers: Timers;
  interrupts: InterruptSource;
  inputs: InputLog;
  breakpoints: Breakpoints;
  watchpoints: Watchpoints;
  /** Whether input from outside could wake a halted processor. */
  listening: () => boolean;
  /** Hands on what the guest has written. */
  flushOutput: () => void;
}

/**
 * Runs the processor in slices that end where a timer or recorded input is due. So devices act between instructions,
 * and the run is a function of the instruction count.
 */
export class RunLoop implements Stateful {
  private over: Stop | undefined;
  private fruitless = 0;
  private lastWake = NEVER;
  /** Tick at which the slice in progress ends. */
  private sliceEnd = 0;
  /** Whether the breakpoint at the next instruction, if there is one, has been asked about. */
  private asked = true;

  constructor(
    private readonly parts: RunLoopParts,
    private readonly view: MachineView,
  ) {}

  /** A machine that is over has no state, except what it ended with. */
  passState(stream: StateStream): void {
    this.fruitless = stream.number(this.fruitless);
    this.lastWake = stream.number(this.lastWake);
    if (!stream.isLoading) return;
    this.over = undefined;
    this.asked = true;
  }

  get isOver(): boolean {
    return this.over !== undefined;
  }

  /** Ends the machine, as the guest asked. */
  exit(value: number): void {
    this.over ??= { kind: "exit", value };
    this.parts.processor.yield();
  }

  /** A timer is due earlier: the slice in progress ends where it would go on beyond that. */
  deadlineMoved(): void {
    const { timers, processor } = this.parts;
    if (timers.deadline < this.sliceEnd) processor.yield();
  }

  run(options: RunOptions): Stop {
    const stop = this.runToStop(options, this.asked);
    this.parts.flushOutput();
    return stop;
  }

  /** Executes one instruction, even if there is a breakpoint on it. */
  step(): Stop {
    const stop = this.runToStop({ instructions: 1 }, true);
    this.parts.flushOutput();
    return stop;
  }

  /** Lets time pass for a halted processor, up to the next timer. */
  skip(ticks: number): void {
    const { clock, standing } = this.parts;
    if (standing.halted) clock.skipped += Math.max(0, Math.min(ticks, this.nextWake() - clock.now()));
  }

  /** @param passMark whether to pass over a breakpoint at the first instruction */
  private runToStop(options: RunOptions, passMark: boolean): Stop {
    const { processor, standing, watchpoints } = this.parts;
    this.asked = true;
    const limit = processor.retired + Math.floor(options.instructions ?? Infinity);
    let due = false;
    const isDue = options.isDue && ((): boolean => (due ||= options.isDue?.() ?? false));
    const start = processor.retired;
    for (;;) {
      if (this.over !== undefined) return this.over;
      this.settle();
      if (processor.retired >= limit) return this.atLimit(processor.retired > start);
      if (standing.halted && !this.interruptDue()) {
        const stop = this.sleep(options.stopWhenIdle ?? false);
        if (stop !== undefined) return stop;
        continue;
      }
      this.fruitless = 0;
      const before = processor.retired;
      // If an interrupt is due, the first instruction is the handler's, whose breakpoint has not been asked about yet.
      const reason = processor.run(this.slice(limit), passMark && !this.interruptDue(), isDue);
      if (processor.retired !== before) passMark = false;
      this.parts.flushOutput();
      if (reason === CpuStop.TripleFault) this.over = { kind: "triple-fault", chain: processor.faultChain };
      if (reason === CpuStop.Watchpoint) {
        const hits = watchpoints.hits(this.view);
        this.asked = hits.length === 0;
        passMark = false;
        if (hits.length > 0) return { kind: "watchpoint", hits };
      }
      if (reason === CpuStop.Breakpoint) return { kind: "breakpoint", linear: standing.pc };
      if (due && processor.retired > start) return this.atLimit(true);
    }
  }

  /** Lets devices and recorded input catch up with the clock. */
  private settle(): void {
    const { processor, clock, timers, inputs } = this.parts;
    inputs.replayDue(processor.retired, clock.now());
    timers.runDue();
  }

  private interruptDue(): boolean {
    return this.parts.interrupts.pending() && this.parts.standing.interruptible;
  }

  /** Asks about a breakpoint where the count ends now, since the next run passes over its first instruction's. */
  private atLimit(moved: boolean): Stop {
    const { processor, standing, breakpoints } = this.parts;
    const { pc } = standing;
    if (!moved || standing.halted || !breakpoints.has(pc) || processor.isRepeating || this.interruptDue())
      return { kind: "count" };
    return breakpoints.reached(pc, this.view) ? { kind: "breakpoint", linear: pc } : { kind: "count" };
  }

  private slice(limit: number): number {
    const { processor, clock, timers, inputs } = this.parts;
    const { retired } = processor;
    const untilInput = inputs.nextInstructions - retired;
    const now = clock.now();
    const length = Math.min(SLICE, limit - retired, timers.deadline - now, untilInput > 0 ? untilInput : SLICE);
    this.sliceEnd = now + length;
    return length;
  }

  /** Lets a halted processor sleep until the next event. Answers a Stop when the caller has to decide about that. */
  private sleep(stopWhenIdle: boolean): Stop | undefined {
    const { standing, clock } = this.parts;
    const wake = this.nextWake();
    if (!standing.interruptible) return { kind: "halted", interruptible: false };
    const halted: Stop = { kind: "halted", interruptible: this.parts.listening() };
    if (wake === NEVER) return halted;
    if (wake !== this.lastWake && ++this.fruitless > FRUITLESS_EVENTS) return halted;
    this.lastWake = wake;
    if (stopWhenIdle) return { kind: "idle", ticks: wake - clock.now() };
    clock.skipped += wake - clock.now();
    return undefined;
  }

  private nextWake(): number {
    return Math.min(this.parts.timers.deadline, this.parts.inputs.nextTick(this.parts.processor.retired));
  }
}
