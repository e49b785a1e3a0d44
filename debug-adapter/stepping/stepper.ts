import { beginning, type InlinedCall } from "../stack/inlined-calls";
import type { MachineFrame } from "../stack/unwinder";
import type { Instruction } from "../disassembly/instruction";
import type { SteppedDebuggee, Halt, SourcePlace, Destination } from "./stepped-debuggee";

/**
 * "guest": out of the hypervisor, from any depth, to where the guest continues: after its call, where it was
 * interrupted, or in its handler.
 */
export type StepKind = "in" | "over" | "out" | "guest";
export type Granularity = "line" | "instruction";

/** How a step ended: where it was meant to, with some inlined calls there still to come, or earlier. */
export type StepEnd = { kind: "done"; hiddenCalls?: number } | { kind: "nowhere" } | Halt;

/** A callee that returns a structure pops up to this many bytes more than the caller has pushed. */
const POPPED = 64;
/** Any stack pointer is at most this. */
const TOP = 0xffffffff;
/** How many instructions are executed between two questions whether the event loop must run. */
const BREATH = 16;

const DONE: StepEnd = { kind: "done" };

interface Origin {
  place: SourcePlace | undefined;
  /** The line that is stepped through, and the inlined calls that it stands in. */
  line: Line;
  calls: readonly InlinedCall[];
  ring: number;
  cfa: number;
  context: number;
}

type Line = { file: string; line: number } | undefined;

/**
 * Steps by line or by instruction, across rings. A step stays in its context: interrupts that arrive meanwhile run and
 * return. "In" follows calls, software interrupts and faults; "over" and "out" let them run.
 */
export class Stepper {
  constructor(private readonly debuggee: SteppedDebuggee) {}

  step(kind: StepKind, granularity: Granularity): Promise<StepEnd> {
    if (kind === "out") return this.out();
    if (kind === "guest") return this.toGuest();
    return granularity === "instruction" ? this.instruction(kind) : this.line(kind);
  }

  private async instruction(kind: "in" | "over"): Promise<StepEnd> {
    const { pc } = this.debuggee;
    for (;;) {
      const met = await this.advance(kind);
      if (met !== undefined && met !== "interrupted") return met;
      // An interrupt came first, so the instruction itself is still to be executed.
      if (met === undefined || this.debuggee.pc !== pc) return DONE;
      if (await this.debuggee.breathe()) return { kind: "pause" };
    }
  }

  private async line(kind: "in" | "over"): Promise<StepEnd> {
    const origin = this.origin();
    if (origin.place === undefined) return this.instruction(kind);
    const { hiddenCalls } = this.debuggee;
    // To go into an inlined call takes no instruction: it is the next one's.
    if (kind === "in" && hiddenCalls > 0) return { kind: "done", hiddenCalls: hiddenCalls - 1 };
    for (let count = 1; ; count++) {
      const met = await this.advance(kind);
      if (met !== undefined && met !== "interrupted") return met;
      const end = await this.afterInstruction(kind, origin);
      if (end !== undefined) return end;
      if (this.debuggee.isAtBreakpoint()) return { kind: "breakpoint" };
      if (count % BREATH === 0 && (await this.debuggee.breathe())) return { kind: "pause" };
    }
  }

  private origin(): Origin {
    const { pc, ring, context, hiddenCalls } = this.debuggee;
    const place = this.debuggee.sourceAt(pc, ring);
    return { place, ...shown(place, hiddenCalls), ring, context, cfa: this.cfa() };
  }

  /** The step ends here, before the inlined calls that begin here. */
  private arrived(): StepEnd {
    const { pc, ring } = this.debuggee;
    return done(beginning(this.debuggee.sourceAt(pc, ring)?.calls ?? []));
  }

  private cfa(): number {
    return this.debuggee.frames(1)[0]?.cfa ?? this.debuggee.esp;
  }

  /** The end of the step, if it ends at the instruction at the pc. */
  private async afterInstruction(kind: "in" | "over", origin: Origin): Promise<StepEnd | undefined> {
    const { pc, ring } = this.debuggee;
    const place = this.source(origin, pc, ring);
    if (place !== undefined && ring === origin.ring && isWithin(place, origin)) return undefined;
    const cfa = this.cfa();
    if (ring === origin.ring && cfa === origin.cfa) return place && this.inFrame(kind, origin, place);
    const isOuter = ring > origin.ring || (ring === origin.ring && cfa > origin.cfa);
    if (isOuter) return this.arriveOutside(kind, place);
    return place === undefined ? undefined : this.enter(pc, ring, origin);
  }

  /**
   * As gdb steps (its process_event_stop_test): an inlined call is a call. Where its code begins the step is still in the caller, at
   * the line of the call; inside of it a step over goes on. In the middle of a line the step goes on to the end of that line.
   */
  private inFrame(kind: "in" | "over", origin: Origin, place: SourcePlace): StepEnd | undefined {
    const starting = beginning(place.calls);
    const { line, calls } = shown(place, starting);
    const isSameFrame = calls.length === origin.calls.length && isInside(calls, origin.calls);
    if (isSameFrame && starting > 0) {
      const isCalledHere = isSameLine(line, origin.line);
      if (kind === "over") return isCalledHere ? undefined : done(starting);
      return done(isCalledHere ? starting - 1 : starting);
    }
    if (!isSameFrame && isInside(calls, origin.calls)) return kind === "over" ? undefined : done(starting);
    const isNew = place.isRow && !isSameLine(place, origin.line);
    if (isNew && place.isStatement) return done(starting);
    // Code that was moved here from another line, and begins no statement, is passed over.
    if (place.isStatement || !isSameFrame) Object.assign(origin, { place, line, calls });
    return undefined;
  }

  /** The frame is gone. Stops in the caller's line, or goes on to the next frame that has source. */
  private async arriveOutside(kind: "in" | "over", place: SourcePlace | undefined): Promise<StepEnd | undefined> {
    if (place !== undefined) return this.arrived();
    if (kind === "in") return undefined;
    const targets = this.targets(this.debuggee.frames().slice(1));
    return targets.length === 0 ? undefined : ((await this.debuggee.runTo(targets)) ?? this.arrived());
  }

  /** A function with source was entered. Stops after its prologue, unless the function must not be entered. */
  private async enter(pc: number, ring: number, origin: Origin): Promise<StepEnd | undefined> {
    const { debuggee } = this;
    if (debuggee.isSkipped(pc, ring)) {
      const caller = this.targets(debuggee.frames(2).slice(1), true);
      if (caller.length === 0) return undefined;
      return (await debuggee.runTo(caller)) ?? this.afterInstruction("in", origin);
    }
    const body = debuggee.afterPrologue(pc, ring);
    if (body === undefined || body === pc) return this.arrived();
    const { context, esp } = debuggee;
    const target: Destination = { linear: body, ring, context, lowestEsp: 0, highestEsp: esp };
    return (await debuggee.runTo([target])) ?? this.arrived();
  }

  /** The source at the place, if it is of the kind in which the step began: from C, assembly is stepped through. */
  private source(origin: Origin, pc: number, ring: number): SourcePlace | undefined {
    const place = this.debuggee.sourceAt(pc, ring);
    return place?.isAssembly === true && origin.place?.isAssembly !== true ? undefined : place;
  }

  private async out(): Promise<StepEnd> {
    const here = this.debuggee.sourceAt(this.debuggee.pc, this.debuggee.ring);
    const calls = shown(here, this.debuggee.hiddenCalls).calls;
    const call = calls.at(-1);
    if (here !== undefined && call !== undefined) return this.outOfInlined(here, call);
    const callers = this.debuggee.frames().slice(1);
    if (this.isHandler(callers)) return this.outOfHandler(callers);
    const targets = this.targets(callers);
    if (targets.length === 0) return { kind: "nowhere" };
    return (await this.debuggee.runTo(targets)) ?? DONE;
  }

  /**
   * Whether a stub in assembly called this function, and what it interrupted is the next frame with source, in the same
   * ring.
   */
  private isHandler([stub, interrupted]: readonly MachineFrame[]): boolean {
    if (stub?.crossing === undefined || interrupted === undefined || this.hasSource(stub)) return false;
    return interrupted.ring === stub.ring && stub.ring === this.debuggee.ring && this.hasSource(interrupted);
  }

  /** Goes out through the stub, since a handler may have changed where its frame returns to. */
  private async outOfHandler(callers: readonly MachineFrame[]): Promise<StepEnd> {
    const { debuggee } = this;
    const met = await debuggee.runTo(this.targets(callers.slice(0, 1), true));
    if (met !== undefined) return met;
    const lowest = debuggee.esp;
    for (let count = 1; ; count++) {
      const halt = await this.advance("over");
      if (halt !== undefined && halt !== "interrupted") return halt;
      const place = debuggee.sourceAt(debuggee.pc, debuggee.ring);
      if (place !== undefined && !place.isAssembly && debuggee.esp > lowest) return DONE;
      if (debuggee.isAtBreakpoint()) return { kind: "breakpoint" };
      if (count % BREATH === 0 && (await debuggee.breathe())) return { kind: "pause" };
    }
  }

  private async toGuest(): Promise<StepEnd> {
    const frames = this.debuggee.ring > 0 ? [] : this.debuggee.frames();
    const first = frames.findIndex(({ ring }) => ring > 0);
    const [guest] = first < 0 ? [] : frames.slice(first);
    if (guest === undefined) return { kind: "nowhere" };
    const cause = frames[first - 1]?.crossing?.cause.kind;
    const isFault = cause === "exception" || cause === "int" || cause === "unknown";
    const targets = isFault ? this.afterFault(guest) : this.targets(frames.slice(first).filter(({ ring }) => ring > 0));
    return (await this.debuggee.runTo(targets)) ?? DONE;
  }

  /**
   * Where a guest continues after a fault: at its instruction, which the hypervisor has made possible; at the next one,
   * if the hypervisor has done the instruction's work; or in the guest's own handler, on whatever stack.
   */
  private afterFault(guest: MachineFrame): Destination[] {
    const { debuggee } = this;
    const again = this.targets([guest], true);
    const length = debuggee.lengthAt(guest.pc) ?? 0;
    const done = again.map((target) => ({ ...target, linear: target.linear + length, lowestEsp: 0, highestEsp: TOP }));
    const { context } = debuggee;
    const handlers = debuggee
      .faultHandlers()
      .map((handler) => ({ ...handler, context, lowestEsp: 0, highestEsp: TOP }));
    return [...again, ...done, ...handlers];
  }

  private async outOfInlined(here: SourcePlace, call: InlinedCall): Promise<StepEnd> {
    const origin = this.origin();
    for (let count = 1; ; count++) {
      const met = await this.advance("over");
      if (met !== undefined && met !== "interrupted") return met;
      const { pc, ring } = this.debuggee;
      const place = this.source(origin, pc, ring);
      const outside =
        place !== undefined && place.function === here.function && place.calls.every(({ id }) => id !== call.id);
      if (outside || ring !== origin.ring || this.cfa() > origin.cfa) return this.arrived();
      if (this.debuggee.isAtBreakpoint()) return { kind: "breakpoint" };
      if (count % BREATH === 0 && (await this.debuggee.breathe())) return { kind: "pause" };
    }
  }

  /** Frames to return to. Those without C source are among them only if there are no others, or if `all` are wanted. */
  private targets(callers: readonly MachineFrame[], all = false): Destination[] {
    const { context } = this.debuggee;
    const target = (frame: MachineFrame): Destination => {
      const esp = frame.registers[4] ?? 0;
      return {
        linear: frame.pc,
        ring: frame.ring,
        context,
        lowestEsp: esp,
        highestEsp: esp + (frame.isReturnAddress ? POPPED : 0),
      };
    };
    const withSource = all ? callers : callers.filter((frame) => this.hasSource(frame));
    return (withSource.length > 0 ? withSource : callers).map(target);
  }

  /** Whether the frame has source that is not assembly. */
  private hasSource(frame: MachineFrame): boolean {
    const place = this.debuggee.sourceAt(frame.isReturnAddress ? frame.pc - 1 : frame.pc, frame.ring);
    return place !== undefined && !place.isAssembly;
  }

  /**
   * Executes one instruction. For "over", calls and traps run to their return, and interrupts always do. Undefined: it
   * was executed. "interrupted": it was not its turn.
   */
  private async advance(kind: "in" | "over"): Promise<Halt | "interrupted" | undefined> {
    const { debuggee } = this;
    const instruction = debuggee.instruction();
    const before = { pc: debuggee.pc, ring: debuggee.ring, esp: debuggee.esp, context: debuggee.context };
    const outer = kind === "over" && instruction?.flow === "interrupt" ? debuggee.frames().slice(1) : [];
    if (kind === "over" && instruction?.flow === "call") return this.runPast(before, instruction);
    // To the machine an iteration is an instruction, and there may be millions. To the user they are one instruction,
    // which may fault.
    if (instruction?.flow === "repeat")
      return this.runPast(before, instruction, kind === "in" ? debuggee.exceptionsOf(before.pc) : []);
    const { halt, entered } = debuggee.advance();
    if (halt !== undefined) return halt;
    const back = (linear: number): Destination => ({
      ...before,
      linear,
      lowestEsp: before.esp,
      highestEsp: before.esp,
    });
    if (entered === "interrupt") return (await debuggee.runTo([back(before.pc)])) ?? "interrupted";
    if (entered === undefined || kind === "in") return undefined;
    // After a trap, execution continues at the same instruction, after it, or, if it was a return, in a frame further
    // out.
    const next = back(before.pc + (instruction?.length ?? 0));
    const targets = entered === "exception" ? [back(before.pc), next] : [next, ...this.targets(outer)];
    const met = await debuggee.runTo(targets);
    return met ?? (debuggee.pc === before.pc ? "interrupted" : undefined);
  }

  private async runPast(
    before: Omit<Destination, "linear" | "lowestEsp" | "highestEsp"> & { pc: number; esp: number },
    { length }: Instruction,
    others: readonly Destination[] = [],
  ) {
    const { ring, context, esp } = before;
    const following: Destination = {
      linear: before.pc + length,
      ring,
      context,
      lowestEsp: esp,
      highestEsp: esp + POPPED,
    };
    return this.debuggee.runTo([following, ...others]);
  }
}

function done(hiddenCalls: number): StepEnd {
  return { kind: "done", hiddenCalls };
}

/** What is shown of a place with some of its innermost calls still to come. */
function shown(place: SourcePlace | undefined, hidden: number): { line: Line; calls: readonly InlinedCall[] } {
  const calls = place?.calls ?? [];
  const called = calls[calls.length - hidden];
  return { line: hidden > 0 ? called?.calledAt : place, calls: calls.slice(0, calls.length - hidden) };
}

/** In the line and the inlined copy that are stepped through, with no further call beginning. */
function isWithin(place: SourcePlace, { place: from, line, calls }: Origin): boolean {
  if (place.function !== from?.function || !isSameLine(place, line) || place.calls.length !== calls.length)
    return false;
  return isInside(place.calls, calls) && beginning(place.calls) === 0;
}

/** The calls are those of `outer`, or further ones in them. */
function isInside(calls: readonly InlinedCall[], outer: readonly InlinedCall[]): boolean {
  return outer.every(({ id }, i) => calls[i]?.id === id);
}

function isSameLine(a: Line, b: Line): boolean {
  return a !== undefined && b !== undefined && a.file === b.file && a.line === b.line;
}
