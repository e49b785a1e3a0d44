import type { State } from "../base/state";
import type { InterruptSource, PortSpace } from "../base/ports";

/** Why `Cpu.run` came back. */
export const enum CpuStop {
  /** `count` instructions were retired. */
  Count,
  /** HLT with nothing pending: only an interrupt can wake the processor. */
  Halted,
  /** The next instruction stands on a breakpoint. */
  Breakpoint,
  /** The last instruction, or a delivery, touched watched memory. */
  Watchpoint,
  /** `yield` was called (a device changed its deadline, or asked for the end). */
  Yield,
  /** Whoever ran the processor wants the run to end here. */
  Due,
  /** A fault while delivering a double fault; the chain is in `faultChain`. */
  TripleFault,
}

/** One fault of the chain that ended in a triple fault. */
export interface FaultRecord {
  vector: number;
  errorCode: number;
  /** CS selector and offset of the instruction that faulted. */
  cs: number;
  eip: number;
  esp: number;
  /** CR2, for page faults. */
  cr2: number;
  /** Why the processor refused, in words. */
  reason: string;
}

/** A change of CPL: how, from where, to where. Offsets are EIP values. */
export interface Transfer {
  kind: "interrupt" | "exception" | "int" | "iret" | "call" | "ret" | "sysenter" | "sysexit";
  /** Interrupt vector, for the first three kinds; else -1. */
  vector: number;
  fromCpl: number;
  toCpl: number;
  fromEip: number;
  toEip: number;
}

/** A change to an inner ring, or the entry of a handler in the same one, as the log keeps it. */
export interface LoggedTransfer extends Transfer {
  /** ESP behind the change: where the frame lies that was pushed. */
  esp: number;
}

/** The processor's outside, as the Cpu's constructor takes it. */
export interface CpuWiring {
  state: State;
  ports: PortSpace;
  interrupts: InterruptSource;
  /** Machine time for RDTSC: instructions retired + ticks skipped. */
  now(): number;
  /** How a module of generated code comes to its exports (default: `instanceOf`). `lazily`: most of its functions may never be called. */
  instantiate?(module: Uint8Array, env: Record<string, unknown>, lazily: boolean): Record<string, unknown>;
}

/** Exports of a module that imports from "env" only. */
export const instanceOf = (module: Uint8Array, env: Record<string, unknown>): Record<string, unknown> =>
  new WebAssembly.Instance(new WebAssembly.Module(module), { env }).exports;
