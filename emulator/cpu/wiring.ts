import type { State } from "../base/state";
import type { InterruptSource, PortSpace } from "../base/ports";

/** Why `Cpu.run` came back. */
export const enum CpuStop {
  /** As many instructions as were asked for were retired. */
  Count,
  /** HLT with nothing pending. Only an interrupt can wake the processor. */
  Halted,
  /** The next instruction is on a breakpoint. */
  Breakpoint,
  /** The last instruction, or a delivery, touched watched memory. */
  Watchpoint,
  /** `yield` was called: a device changed its deadline, or asked for the end. */
  Yield,
  /** `isDue` asked for the end of the run. */
  Due,
  /** A fault occurred in the delivery of a double fault. The chain is in `faultChain`. */
  TripleFault,
}

/** One fault of the chain that ended in a triple fault. */
export interface FaultRecord {
  vector: number;
  errorCode: number;
  /** The CS selector and offset of the instruction that faulted. */
  cs: number;
  eip: number;
  esp: number;
  /** CR2, for a page fault. */
  cr2: number;
  /** Why the processor refused, in words. */
  reason: string;
}

/** A change of CPL: its kind, where it came from and where it went. Offsets are EIP values. */
export interface Transfer {
  kind: "interrupt" | "exception" | "int" | "iret" | "call" | "ret" | "sysenter" | "sysexit";
  /** The interrupt vector, for the first three kinds; else -1. */
  vector: number;
  fromCpl: number;
  toCpl: number;
  fromEip: number;
  toEip: number;
}

/** A change to an inner ring, or the entry of a handler in the same one, as the log keeps it. */
export interface LoggedTransfer extends Transfer {
  /** ESP after the change, which is the address of the frame that was pushed. */
  esp: number;
}

/** The processor's outside, as the Cpu's constructor takes it. */
export interface CpuWiring {
  state: State;
  ports: PortSpace;
  interrupts: InterruptSource;
  /** Machine time for RDTSC: instructions retired plus ticks skipped. */
  now(): number;
  /** How a module of generated code comes to its exports (default: `instanceOf`). `lazily`: most of its functions may never be called. */
  instantiate?(module: Uint8Array, env: Record<string, unknown>, lazily: boolean): Record<string, unknown>;
}

/** Exports of a module that imports from "env" only. */
export const instanceOf = (module: Uint8Array, env: Record<string, unknown>): Record<string, unknown> =>
  new WebAssembly.Instance(new WebAssembly.Module(module), { env }).exports;
