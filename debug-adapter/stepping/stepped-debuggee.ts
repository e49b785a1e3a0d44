import type { Transfer, WatchpointHit } from "../../emulator/index";
import type { Instruction } from "../disassembly/instruction";
import type { MachineFrame } from "../stack/unwinder";

/** Why execution came to an end before the step did. */
export type Halt =
  | { kind: "breakpoint" }
  /** Watched memory was touched. */
  | { kind: "watchpoint"; hits: readonly WatchpointHit[] }
  | { kind: "pause" }
  /** The machine is over, or nothing will ever wake it: the runner keeps what it said. */
  | { kind: "ended" };

/** A place to run to, in the context that the step began in. */
export interface Destination {
  linear: number;
  ring: number;
  /** The vCPU, as `SteppedDebuggee.context` names it. */
  context: number;
  /** ESP must lie in between: tells this call from a recursive one, and this stack from others. */
  lowestEsp: number;
  highestEsp: number;
  /** The place is a fault's handler: it counts when the instruction there is the one that faulted. */
  faultOf?: number;
}

/** Source text at an instruction. */
export interface SourcePlace {
  file: string;
  line: number;
  /** The instruction begins a statement. */
  isStart: boolean;
  /** Entry of the function whose code it is. */
  function: number;
  /** Functions that stand at the instruction: 1, and 1 more for each that was inlined. */
  depth: number;
  isAssembly: boolean;
}

/** The machine as the stepper drives it; the session implements it, tests fake it. */
export interface SteppedDebuggee {
  readonly pc: number;
  readonly ring: number;
  readonly esp: number;
  /** Which vCPU's context this is; 0 in the hypervisor's own. */
  readonly context: number;
  /** The stack's machine frames, innermost first. */
  frames(limit?: number): readonly MachineFrame[];
  /** Source at an instruction, `pc - 1` for return addresses. */
  sourceAt(linear: number, ring: number): SourcePlace | undefined;
  /** The address behind the prologue when `linear` is a function's entry; undefined elsewhere. */
  behindPrologue(linear: number, ring: number): number | undefined;
  /** Functions that "step in" leaves aside. */
  isSkipped(linear: number, ring: number): boolean;
  /** The next instruction; undefined where its bytes cannot be read or mean nothing. */
  instruction(): Instruction | undefined;
  /** Bytes of the instruction at a place; undefined where they cannot be read or mean nothing. */
  lengthAt(linear: number): number | undefined;
  /** Where the hypervisor may send the guest in whose context the machine is, when it hands it a fault. */
  faultHandlers(): readonly Pick<Destination, "linear" | "ring">[];
  /** The handlers of the processor's exceptions, for the instruction at an address. */
  exceptionsOf(linear: number): readonly Destination[];
  /** Executes one instruction. `entered`: it made or met this entry into a handler, of an inner ring or its own. */
  advance(): { halt: Halt | undefined; entered: Transfer["kind"] | undefined };
  /** Runs until a target, or something else. Undefined: a target was reached. */
  runTo(targets: readonly Destination[]): Promise<Halt | undefined>;
  /** A breakpoint of the user stands at the pc and its condition holds. */
  isAtBreakpoint(): boolean;
  /** Lets the event loop run when it is time to; true when the user asked for a pause meanwhile. */
  breathe(): Promise<boolean>;
}
