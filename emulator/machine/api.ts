/**
 * The machine as its users see it: the command line, the debug adapter and tests. `Machine` (machine.ts) implements
 * `MachineApi`. Everything here is synchronous, and nothing reads the host's clock. Addresses are named linear,
 * physical or offset.
 */
import type { StateValue } from "../base/state-stream";
import type { RecordedWords, RecordSink } from "../cpu/recorders";
import type { FaultRecord, LoggedTransfer, Transfer } from "../cpu/wiring";
import type { Statistics } from "./statistics";

/**
 * "auto" compiles code that runs long enough to pay for it, and "compiled" compiles much sooner. Both interpret the
 * rest.
 */
export type Engine = "auto" | "interpreter" | "compiled";

export interface MachineOptions {
  /** Guest RAM in bytes: a multiple of 64 KiB, from 1 MiB to 2047 MiB. */
  memoryBytes: number;
  engine?: Engine;
  /** The host's time in milliseconds, for `Statistics.regions.compileSeconds` and nothing else. */
  hostNow?: () => number;
  /**
   * Wraps the making of each WebAssembly module with its instance, for hosts that set up their engine for it. `lazily`
   * tells that most of the module's functions may never be called.
   */
  compiling?: <T>(make: () => T, lazily: boolean) => T;
  /** Takes bytes that left COM1 (0) or COM2 (1), in order. It is called at the end of a slice, before `run` returns. */
  onSerial?(port: SerialPort, bytes: Uint8Array): void;
  /** Input from outside at its recorded moments (`Machine.inputs` of an earlier run), to repeat that run exactly. */
  replay?: readonly InputRecord[];
}

/** 0 = COM1, 1 = COM2. */
export type SerialPort = 0 | 1;

export interface BootModule {
  bytes: Uint8Array;
  /** The string that multiboot hands over for the module. */
  commandLine: string;
}

export interface BootOptions {
  commandLine?: string;
  modules?: readonly BootModule[];
}

/** A device that takes input from outside. */
export type InputDevice = "com1" | "com2";

/** Input for a device, and the moment at which the machine took it. */
export interface InputRecord {
  instructions: number;
  ticks: number;
  device: InputDevice;
  /** The input itself. What the bytes mean is up to the device; for a serial port they are what was typed. */
  bytes: Uint8Array;
}

export interface RunOptions {
  /** How many instructions are retired at most. By default there is no bound. */
  instructions?: number;
  /**
   * What HLT does to time while a timer is armed. false (the default): time jumps to the timer, and the run goes on.
   * true: `run` returns "idle", and the caller sleeps and calls `skip`.
   */
  stopWhenIdle?: boolean;
  /**
   * Is called after each few hundred microseconds of work, whatever the work is. When it answers true, `run` returns
   * "count" early. The caller may look at a clock here, since what the machine computes does not depend on where a run
   * is cut.
   */
  isDue?(): boolean;
}

/**
 * Why `run` or `step` came back. After "exit" and "triple-fault" the machine is over, and both answer the same again.
 */
export type Stop =
  /** The instructions that were asked for are retired, or the run was due to come back. */
  | { kind: "count" }
  /** The next instruction is on a breakpoint whose condition held. */
  | { kind: "breakpoint"; linear: number }
  /** The last instruction, or the delivery of an interrupt or a fault, touched watched memory, and a condition held. */
  | { kind: "watchpoint"; hits: readonly WatchpointHit[] }
  /** `value` was written to the debug-exit port. */
  | { kind: "exit"; value: number }
  | { kind: "triple-fault"; chain: readonly FaultRecord[] }
  /** HLT, and no timer will ever wake the processor. `interruptible`: serial input still can. */
  | { kind: "halted"; interruptible: boolean }
  /** HLT, with a timer due in `ticks` (only with stopWhenIdle). */
  | { kind: "idle"; ticks: number };

/**
 * The part of a machine that trace points and breakpoint conditions may read.
 * The two `probe` methods are probes/bytecode.ts's ProbeTarget.
 */
export interface MachineView {
  readonly registers: Registers;
  readonly memory: DebugMemory;
  readonly instructions: number;
  /** The register PROBE_REGISTERS[index]; for a segment register its selector. */
  probeRegister(index: number): number;
  /** Zero-extended value of 1, 2 or 4 bytes at a linear address, or -1 when a page of it is not mapped. */
  probeLoad(linear: number, size: 1 | 2 | 4): number;
}

/** Linear memory whose accesses stop the machine. */
export interface Watchpoint {
  linear: number;
  /** The length in bytes, from 1 to MAX_WATCHED. */
  length: number;
  /** Which accesses stop; "access" means reads and writes. Every write counts, even of the same value. */
  access: WatchAccess;
}

export type WatchAccess = "read" | "write" | "access";

/** The length in bytes of the longest watchpoint. */
export const MAX_WATCHED = 4096;

/** What an instruction did with a watchpoint's memory. */
export interface WatchpointHit {
  /** The watchpoint as it was set. */
  watchpoint: Watchpoint;
  /** What was done; "access" means a read-modify-write. */
  access: WatchAccess;
  /** The linear address of the instruction that did it, or before which an interrupt was delivered. */
  instruction: number;
  /** The first byte that the access touched, which may be before the watchpoint, and the number of its bytes. */
  linear: number;
  size: number;
  /** The watched bytes as they were before the instruction. Memory holds what they are now. */
  before: Uint8Array;
}

/** The condition of a breakpoint; emulator/probes makes conditions. It must not change the machine. */
export interface Condition {
  stops(machine: MachineView): boolean;
}

export interface Disposable {
  dispose(): void;
}

/** General registers, EIP (the offset in CS of the next instruction) and EFLAGS. */
export type GeneralName = "eax" | "ecx" | "edx" | "ebx" | "esp" | "ebp" | "esi" | "edi" | "eip" | "eflags";
export type SegmentName = "es" | "cs" | "ss" | "ds" | "fs" | "gs" | "ldtr" | "tr";
export type ControlName = "cr0" | "cr2" | "cr3" | "cr4";
export type DebugName = "dr0" | "dr1" | "dr2" | "dr3" | "dr6" | "dr7";
/** A segment's name stands for its selector. */
export type RegisterName = GeneralName | SegmentName | ControlName | DebugName | "cpl";

/** The registers of `probeRegister`, in the order of probes/bytecode.ts's ProbeRegister. */
export const PROBE_REGISTERS: readonly RegisterName[] = [
  ...(["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip", "eflags"] as const),
  ...(["es", "cs", "ss", "ds", "fs", "gs", "cr0", "cr2", "cr3", "cr4", "cpl"] as const),
];

export interface Registers {
  /** The unsigned 32-bit value. */
  get(name: RegisterName): number;
  /** Writes a general register, EIP or EFLAGS. @throws MachineError register-read-only for any other */
  set(name: GeneralName, value: number): void;
}

/** A descriptor cache. */
export interface SegmentView {
  selector: number;
  base: number;
  /** The highest valid offset (in an expand-down segment, the lowest invalid one). */
  limit: number;
  /** High descriptor dword masked with Desc.Rights (base/arch.ts). */
  rights: number;
  /** False when it is null or unusable, so that every access faults. */
  valid: boolean;
}

export interface TableRegister {
  base: number;
  limit: number;
}

/** One table entry that a walk read. */
export interface WalkLevel {
  /** 3 = PDPTE (PAE), 2 = PDE, 1 = PTE. */
  level: 1 | 2 | 3;
  /** Physical address of the entry. */
  address: number;
  low: number;
  /** High dword, 0 for 4-byte entries. */
  high: number;
}

/** How a linear address is translated, or where its translation ends. */
export interface Walk {
  /** Undefined when the page is not mapped. */
  physical: number | undefined;
  /** The entries in the order of the walk; none when paging is off. The last entry is the one that ended the walk. */
  levels: readonly WalkLevel[];
  /** The rights of the page, all levels combined; false when it is not mapped. */
  writable: boolean;
  user: boolean;
}

/**
 * Memory as the debugger sees it: with the rights of ring 0, without setting accessed or dirty bits, without touching a
 * device.
 */
export interface DebugMemory {
  /** Shorter than `length` when it meets a page that is not mapped. */
  readLinear(linear: number, length: number): Uint8Array;
  /** Returns the number of bytes written, which is less where a page is not mapped. Read-only pages are written too. */
  writeLinear(linear: number, bytes: Uint8Array): number;
  readPhysical(physical: number, length: number): Uint8Array;
  writePhysical(physical: number, bytes: Uint8Array): number;
  translate(linear: number): Walk;
  /**
   * The physical address of a linear one by PAE page tables that need not be the processor's; undefined when the page is
   * not mapped.
   * @param directory physical address of the four L3 entries
   */
  translateBy(directory: number, linear: number): number | undefined;
  /** Little-endian unsigned dword, or undefined when it is not mapped. */
  readDword(linear: number): number | undefined;
}

/** What `MachineApi.save` gives; `load` takes it unchanged. */
export interface SavedMachine {
  /** What the parts of the machine keep outside of the memory. */
  readonly parts: readonly StateValue[];
  /** Guest RAM from physical address 0. */
  readonly ram: Uint8Array;
}

export interface MachineApi extends MachineView {
  /**
   * Loads a multiboot1 kernel with its modules and sets the start state. Call it once.
   * @throws MachineError for bad images
   */
  boot(kernel: Uint8Array, options?: BootOptions): void;
  /** Runs the machine. It never stops on a breakpoint at the very first instruction. */
  run(options?: RunOptions): Stop;
  /**
   * Executes one instruction, or delivers one interrupt and executes the first instruction of its handler. Breakpoints
   * are ignored.
   */
  step(): Stop;
  /** Lets `ticks` pass for a halted machine, as if the host had slept; but not beyond the next timer. */
  skip(ticks: number): void;

  /** One breakpoint for each linear address; setting it again replaces its condition. */
  setBreakpoint(linear: number, condition?: Condition): void;
  clearBreakpoint(linear: number): void;
  /**
   * Stops after each instruction that touches the memory, and leaves the machine at full speed elsewhere. There may be
   * several watchpoints, overlapping ones too. A processor's own accesses (to gates, descriptors and task states)
   * count; fetches and page walks do not. The condition is evaluated after the instruction. Disposing of the result
   * removes the watchpoint.
   * @throws MachineError watchpoint-length
   */
  setWatchpoint(watchpoint: Watchpoint, condition?: Condition): Disposable;
  /**
   * Sets a trace point. `hit` is called before the instruction at `linear`, with the machine stopped there. It never
   * stops the run.
   */
  onProbe(linear: number, hit: (machine: MachineView) => void): Disposable;
  /**
   * Sets a trace point that only keeps words of memory: each time that the instruction at `linear` is to be executed,
   * `sink` takes the dwords of `spans`, one after another; 0 stands for one that is not mapped. Generated code notes
   * them in passing, so that this costs much less than `onProbe`. The sink is called some thousand instructions later
   * at most, before any other listener and before `run` returns. It must not ask the machine where it stands, nor
   * change it.
   */
  record(linear: number, spans: readonly RecordedWords[], sink: RecordSink): Disposable;
  /**
   * Called at each change of CPL, inside the instruction that makes it. It costs nothing when undefined, and something
   * for each change when set.
   */
  onTransfer: ((transfer: Transfer) => void) | undefined;
  /**
   * Whether changes of CPL to an inner ring and entries of handlers, also those in the same ring, are logged. This
   * costs next to nothing.
   */
  logTransfers: boolean;
  /** How many transfers have been logged. */
  readonly transfersLogged: number;
  /** The transfer that came `back` changes before the latest, if the log still has it; it holds some hundreds. */
  loggedTransfer(back: number): LoggedTransfer | undefined;

  segment(name: SegmentName): SegmentView;
  readonly gdtr: TableRegister;
  readonly idtr: TableRegister;
  /** Linear address of the next instruction. */
  readonly pc: number;
  readonly cpl: number;

  /** The number of retired instructions. An iteration of REP counts as one. */
  readonly instructions: number;
  /** Machine time in ns: instructions, and the ticks skipped in HLT. */
  readonly ticks: number;
  /** The number of instructions that compiled code retired (0 without a compiler). */
  readonly compiledInstructions: number;
  /** Exceptions delivered so far. */
  readonly faults: number;
  /** External interrupts delivered so far. */
  readonly interrupts: number;
  /** What the machine has counted since it was created. */
  statistics(): Statistics;
  /** Guest RAM in bytes. */
  readonly memoryBytes: number;

  /**
   * Everything that decides how the machine goes on, between two runs. Breakpoints, watchpoints and listeners are not
   * part of it.
   * @throws Error when the machine is over
   */
  save(): SavedMachine;
  /** Puts the machine back to where it was saved, or another machine that has the same options. */
  load(saved: SavedMachine): void;
  /** Physical pages (address >>> 12) that may have been written to since the last call, in ascending order. */
  takeWritten(): number[];

  /** Bytes typed at a serial port. They enter at this instant and are recorded. */
  serialInput(port: SerialPort, bytes: Uint8Array): void;
  /** All input so far. */
  readonly inputs: readonly InputRecord[];
}

export type { FaultRecord, LoggedTransfer, RecordedWords, RecordSink, Statistics, Transfer };
