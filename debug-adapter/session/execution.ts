import { flowOf, type Stop, type Transfer } from "../../emulator/index";
import type { BreakpointTable, Site } from "../breakpoints/table";
import { MAX_INSTRUCTION, type Bitness, type Disassembler } from "../disassembly/disassembler";
import { inlinedCalls } from "../stack/inlined-calls";
import type { MachineFrame } from "../stack/unwinder";
import type { Instruction } from "../disassembly/instruction";
import type { Destination, Halt, SourcePlace, SteppedDebuggee } from "../stepping/stepped-debuggee";
import { exceptionGates } from "../debuggee/exception-gates";
import { Driver } from "../launch/driver";
import type { DebugHost } from "../launch/host";
import { Pause } from "./pause";
import { TouchedMemory } from "./touched-memory";
import type { Debuggee } from "../debuggee/debuggee";

/** Milliseconds between two looks at the event loop during a step. */
const BREATH_MS = 10;
/** Functions of the hypervisor that "step in" does not enter: its trace points. */
const SKIPPED = /^trace_/;

/** Why the machine came to its end. */
export type Ending = Exclude<Stop, { kind: "count" | "breakpoint" | "watchpoint" | "idle" }>;

type Watched = Extract<Halt, { kind: "watchpoint" }>;

/** Runs the machine in slices from the event loop, and steps it for the stepper. */
export class Execution implements SteppedDebuggee {
  /** The reason for which the machine ended, if it did. It cannot run on then. */
  ending: Ending | undefined;
  hiddenCalls = 0;
  /** Called between slices. */
  onSlice: (() => void) | undefined;
  private readonly pauseRequest: Pause;
  private readonly driver: Driver;
  private readonly disassembler: Disassembler;
  /** Whether the machine stopped at a breakpoint whose condition held. */
  private atBreakpoint = false;
  /** Whether the machine is halted until input comes, so that there is nothing to step through meanwhile. */
  private awaitsInput = false;
  /** When a step last let the event loop run. */
  private breathed = 0;
  /** Places that were looked up during this step, because a loop passes the same instructions many times. */
  private readonly places = new Map<number, SourcePlace | undefined>();
  private readonly instructions = new Map<number, Instruction | undefined>();

  constructor(
    private readonly debuggee: Debuggee,
    private readonly table: BreakpointTable,
    private readonly host: DebugHost,
  ) {
    this.pauseRequest = new Pause(host);
    this.driver = new Driver(debuggee.machine, host, this.pauseRequest, () => this.onSlice?.());
    this.disassembler = host.disassembler;
  }

  /** Makes a running or sleeping machine stop soon. It has no effect on one that is stopped. */
  pause(): void {
    this.pauseRequest.ask();
  }

  /** Wakes a machine that waits for input. */
  wake(): void {
    this.pauseRequest.wake();
  }

  /** Must be called when the user sets the machine going: earlier requests to pause are dropped. */
  begin(): void {
    this.pauseRequest.clear();
    this.forget();
  }

  /** Forgets the places, because in another context, or after code was loaded, something else may be at an address. */
  private forget(): void {
    this.places.clear();
    this.instructions.clear();
  }

  /** Runs until something stops it. */
  async run(): Promise<Halt> {
    for (;;) {
      const halt = await this.slice();
      if (halt !== undefined) return halt;
    }
  }

  private async slice(): Promise<Halt | undefined> {
    if (this.pauseRequest.asked) return { kind: "pause" };
    const stop = await this.driver.slice({ stopWhenIdle: true });
    this.atBreakpoint = stop?.kind === "breakpoint";
    if (stop === undefined) return undefined;
    switch (stop.kind) {
      case "count":
      case "idle":
        return undefined;
      case "breakpoint":
        return { kind: "breakpoint" };
      case "watchpoint":
        return this.throughRepeat(stop);
      default:
        return this.end(stop);
    }
  }

  /**
   * To the machine, each iteration of a repeated instruction is an instruction, and each may touch what is watched. To
   * the user it is one instruction. So it goes on to its end, and the stop tells what all iterations touched.
   */
  private async throughRepeat(first: Watched): Promise<Halt> {
    const { linear, ring, esp, context } = { linear: this.pc, ring: this.ring, esp: this.esp, context: this.context };
    const instruction = this.instructionAt(linear);
    const isRepeated = instruction?.flow === "repeat" && first.hits.every((hit) => hit.instruction === linear);
    if (instruction === undefined || !isRepeated) return first;
    const next = { linear: linear + instruction.length, ring, context, lowestEsp: esp, highestEsp: esp };
    const site: Site = { condition: { stops: () => this.isAt(next) } };
    const touched = new TouchedMemory(first.hits);
    this.table.add(next.linear, site);
    try {
      // Interrupts may come between iterations; the last one leaves the machine at the next instruction.
      while (!this.isAt(next) && !this.pauseRequest.asked) {
        const stop = await this.driver.slice({ stopWhenIdle: true });
        if (stop === undefined) continue;
        if (stop.kind === "exit" || stop.kind === "triple-fault" || stop.kind === "halted") return this.end(stop);
        if (stop.kind !== "watchpoint" || stop.hits.some((hit) => hit.instruction !== linear)) break;
        touched.add(stop.hits);
      }
    } finally {
      this.table.remove(next.linear, site);
    }
    return { kind: "watchpoint", hits: touched.hits };
  }

  private end(stop: NonNullable<Execution["ending"]>): Halt {
    this.ending = stop;
    return { kind: "ended" };
  }

  // SteppedDebuggee

  get pc(): number {
    return this.debuggee.machine.pc;
  }

  get ring(): number {
    return this.debuggee.machine.cpl;
  }

  get esp(): number {
    return this.debuggee.machine.registers.get("esp");
  }

  get context(): number {
    return this.debuggee.vcpu;
  }

  frames(limit?: number): MachineFrame[] {
    return this.debuggee.liveFrames(limit);
  }

  sourceAt(linear: number, ring: number): SourcePlace | undefined {
    const key = linear * 4 + ring;
    if (!this.places.has(key)) this.places.set(key, this.findSource(linear, ring));
    return this.places.get(key);
  }

  private findSource(linear: number, ring: number): SourcePlace | undefined {
    const symbols = this.imageAt(linear, ring)?.symbols;
    const row = symbols?.lineAt(linear);
    if (symbols === undefined || row === undefined) return undefined;
    return {
      file: row.file,
      line: row.line,
      isRow: row.start === linear,
      isStatement: row.isStmt,
      function: symbols.functionAt(linear)?.entry ?? 0,
      calls: inlinedCalls(symbols.framesAt(linear), linear),
      isAssembly: /\.(s|S|asm|inc)$/.test(row.file),
    };
  }

  afterPrologue(linear: number, ring: number): number | undefined {
    const symbols = this.imageAt(linear, ring)?.symbols;
    const fn = symbols?.functionAt(linear);
    return fn?.entry === linear ? symbols?.prologueEnd(fn) : undefined;
  }

  isSkipped(linear: number, ring: number): boolean {
    if (ring !== 0) return false;
    return SKIPPED.test(this.imageAt(linear, ring)?.symbols.functionAt(linear)?.name ?? "");
  }

  instruction(): Instruction | undefined {
    const { pc } = this;
    if (!this.instructions.has(pc)) this.instructions.set(pc, this.instructionAt(pc));
    return this.instructions.get(pc);
  }

  lengthAt(linear: number): number | undefined {
    return this.instructionAt(linear)?.length;
  }

  faultHandlers(): { linear: number; ring: number }[] {
    const { vmm, machine, vcpu } = this.debuggee;
    if (vmm === undefined || vcpu === 0) return [];
    return vmm.faultHandlers(machine, vcpu).map(({ linear, cs }) => ({ linear, ring: cs & 3 }));
  }

  exceptionsOf(faultOf: number): Destination[] {
    const { context } = this;
    const gates = exceptionGates(this.debuggee.machine);
    return gates.map((gate) => ({ ...gate, context, lowestEsp: 0, highestEsp: 0xffffffff, faultOf }));
  }

  private instructionAt(linear: number): Instruction | undefined {
    const bytes = this.debuggee.machine.memory.readLinear(linear, MAX_INSTRUCTION);
    const known = flowOf(bytes, this.bitness === 32);
    if (known !== undefined) return known;
    // An instruction that this processor lacks raises #UD, and a handler may continue after it. Only the disassembler
    // knows its length.
    const [row] = this.disassembler.disassemble(bytes, linear, this.bitness, 1);
    return row?.text === undefined ? undefined : { length: row.bytes.length, flow: "next" };
  }

  /** The width of the code that runs: the D bit of CS. */
  get bitness(): Bitness {
    return (this.debuggee.machine.segment("cs").rights & D_BIT) !== 0 ? 32 : 16;
  }

  advance(): { halt: Halt | undefined; entered: Transfer["kind"] | undefined } {
    const { machine } = this.debuggee;
    const { ring, pc } = this;
    const instruction = this.instruction();
    const { transfersLogged, faults, interrupts } = machine;
    const stop = machine.step();
    this.atBreakpoint = stop.kind === "breakpoint";
    const isInt = instruction?.flow === "interrupt" && this.pc !== pc + instruction.length;
    const inRing =
      machine.interrupts > interrupts ? "interrupt" : machine.faults > faults ? "exception" : isInt ? "int" : undefined;
    const entered = machine.transfersLogged === transfersLogged ? inRing : machine.loggedTransfer(0)?.kind;
    if (this.ring !== ring) this.forget();
    switch (stop.kind) {
      case "count":
      case "breakpoint":
        return { halt: undefined, entered };
      case "watchpoint":
        return { halt: stop, entered };
      case "idle":
        machine.skip(stop.ticks);
        return { halt: undefined, entered };
      case "halted":
        // The instruction is executed after the interrupt that the input will raise.
        this.awaitsInput = stop.interruptible;
        if (this.awaitsInput) return { halt: undefined, entered: "interrupt" };
        return { halt: this.end(stop), entered };
      default:
        return { halt: this.end(stop), entered };
    }
  }

  async runTo(targets: readonly Destination[]): Promise<Halt | undefined> {
    const { machine } = this.debuggee;
    this.forget();
    const sites = targets.map((target): [number, Site] => [
      target.linear,
      { condition: { stops: () => this.isAt(target) } },
    ]);
    for (const [linear, site] of sites) this.table.add(linear, site);
    try {
      // The machine may already be at a target, where `run` never stops.
      if (targets.some((target) => target.linear === machine.pc && this.isAt(target))) return undefined;
      const halt = await this.run();
      const reached = halt.kind === "breakpoint" && sites.some(([, site]) => this.table.hits.includes(site));
      const isUsers = this.table.hits.some((hit) => !sites.some(([, site]) => site === hit));
      this.atBreakpoint = halt.kind === "breakpoint" && isUsers;
      return reached && !isUsers ? undefined : halt;
    } finally {
      for (const [linear, site] of sites) this.table.remove(linear, site);
    }
  }

  private isAt({ linear, ring, context, lowestEsp, highestEsp, faultOf }: Destination): boolean {
    const { esp } = this;
    if (this.pc !== linear || this.ring !== ring || esp < lowestEsp || esp > highestEsp) return false;
    return this.context === context && (faultOf === undefined || this.isFaultOf(faultOf));
  }

  /** Whether the frame of a fault, with or without an error code, is on top of the stack. */
  private isFaultOf(linear: number): boolean {
    const { memory } = this.debuggee.machine;
    return memory.readDword(this.esp) === linear || memory.readDword(this.esp + 4) === linear;
  }

  isAtBreakpoint(): boolean {
    return this.atBreakpoint;
  }

  async breathe(): Promise<boolean> {
    // The stepper asks after every few instructions, whatever they cost.
    if (!this.awaitsInput && this.host.now() - this.breathed < BREATH_MS) return false;
    this.breathed = this.host.now();
    this.onSlice?.();
    await (this.awaitsInput ? this.pauseRequest.sleep() : this.pauseRequest.turn());
    this.awaitsInput = false;
    return this.pauseRequest.asked;
  }

  private imageAt(linear: number, ring: number) {
    return this.debuggee.images.at(linear, ring, this.debuggee.domain);
  }
}

/** D/B of a descriptor's high dword (SDM vol. 3A, figure 3-8). */
const D_BIT = 1 << 22;
