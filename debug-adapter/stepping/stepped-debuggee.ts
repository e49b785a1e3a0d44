import type { Transfer, WatchpointHit } from "../../emulator/index";
import type { Instruction } from "../disassembly/instruction";
import type { InlinedCall } from "../stack/inlined-calls";
import type { MachineFrame } from "../stack/unwinder";

/** Why execution ended before the step did. */
export type Halt =
  | { kind: "breakpoint" }
  /** Watched memory was touched. */
  | { kind: "watchpoint"; hits: readonly WatchpointHit[] }
  | { kind: "pause" }
  /** The machine is over, or nothing will ever wake it. The runner keeps the reason. */
  | { kind: "ended" };

/** A place to run to, in the context in which the step began. */
export interface Destination {
  linear: number;
  ring: number;
  /** The vCPU, as in `SteppedDebuggee.context`. */
  context: number;
  /** ESP must be between these bounds. They distinguish this call from a recursive one, and this stack from others. */
  lowestEsp: number;
  highestEsp: number;
  /** Set if the place is a fault's handler, which counts only if the instruction at this address faulted. */
  faultOf?: number;
}

/** Source text at an instruction. */
export interface SourcePlace {
  file: string;
  line: number;
  /** The instruction begins a row of the line table, which need not begin a statement. */
  isRow: boolean;
  isStatement: boolean;
  /** The entry of the function to which the code belongs. */
  function: number;
  /** The inlined calls that it stands in, outermost first. */
  calls: readonly InlinedCall[];
  isAssembly: boolean;
}

/** The machine as the stepper drives it. The session implements it, and tests imitate it. */
export interface SteppedDebuggee {
  readonly pc: number;
  readonly ring: number;
  readonly esp: number;
  /** How many of the inlined calls at the pc are shown as still to come. */
  readonly hiddenCalls: number;
  /** The vCPU whose context this is; 0 in the hypervisor's own. */
  readonly context: number;
  /** The stack's machine frames, innermost first. */
  frames(limit?: number): readonly MachineFrame[];
  /** The source at an instruction; for return addresses, at `pc - 1`. */
  sourceAt(linear: number, ring: number): SourcePlace | undefined;
  /** The address after the prologue if `linear` is a function's entry; undefined elsewhere. */
  afterPrologue(linear: number, ring: number): number | undefined;
  /** Whether "step in" does not enter the function. */
  isSkipped(linear: number, ring: number): boolean;
  /** The next instruction; undefined if its bytes cannot be read or are not an instruction. */
  instruction(): Instruction | undefined;
  /** The length of the instruction at a place; undefined if its bytes cannot be read or are not an instruction. */
  lengthAt(linear: number): number | undefined;
  /** Where the hypervisor may send the guest in whose context the machine is, when it passes on a fault. */
  faultHandlers(): readonly Pick<Destination, "linear" | "ring">[];
  /** The handlers of the processor's exceptions for the instruction at an address. */
  exceptionsOf(linear: number): readonly Destination[];
  /**
   * Executes one instruction. `entered` tells that it entered a handler, of an inner ring or its own, by itself or by
   * an interrupt.
   */
  advance(): { halt: Halt | undefined; entered: Transfer["kind"] | undefined };
  /** Runs until a target is reached, or something else happens. Undefined: a target was reached. */
  runTo(targets: readonly Destination[]): Promise<Halt | undefined>;
  /** Whether the user has a breakpoint at the pc whose condition holds. */
  isAtBreakpoint(): boolean;
  /** Lets the event loop run when it is time. True if the user has asked for a pause meanwhile. */
  breathe(): Promise<boolean>;
}
