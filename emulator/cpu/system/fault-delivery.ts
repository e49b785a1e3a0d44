import { Gpr, Seg, Vector } from "../../base/arch";
import { NO_ERROR_CODE, S, SegField } from "../../base/layout";
import { Reason, reasonText } from "../../base/reasons";
import type { FaultRecord } from "../wiring";
import type { Context } from "./context";
import { Source, type Interrupts } from "./interrupts";

/** The classes of exceptions (vol. 3A, table 6-4). */
const enum FaultClass {
  Benign,
  Contributory,
  PageFault,
}

/** This is more than the faults that any real handler set-up can cause in the delivery of one event. */
const CHAIN_LENGTH = 8;

/** The number of words in one raw record: vector, error code, CS, EIP, ESP, CR2, reason. */
const RECORD = 7;

/**
 * Delivers an event, and the faults that its delivery meets: one after the other, as a double fault, or as the triple
 * fault that stops the processor.
 */
export class FaultDelivery {
  /** The faults before the triple fault, oldest first. */
  readonly chain: FaultRecord[] = [];
  private readonly raw = new Int32Array(CHAIN_LENGTH * RECORD);
  private count = 0;

  constructor(
    private readonly context: Context,
    private readonly interrupts: Interrupts,
  ) {}

  /** Delivers the fault that S.Fault names. @returns false after a triple fault */
  deliverPending(): boolean {
    const state = this.context.state;
    state.set(S.Eip, state.get(S.InsnEip));
    this.count = 0;
    this.record();
    return this.deliver(state.get(S.FaultVector), state.get(S.FaultError) | 0, Source.Fault);
  }

  /** Delivers an event that is not a fault. */
  deliverEvent(vector: number, source: Source): boolean {
    this.count = 0;
    return this.deliver(vector, NO_ERROR_CODE, source);
  }

  private deliver(firstVector: number, firstError: number, firstSource: Source): boolean {
    const state = this.context.state;
    let vector = firstVector;
    let error = firstError;
    let source = firstSource;
    state.set(S.Inhibit, 0);
    for (;;) {
      state.set(S.Fault, 0);
      state.set(S.FaultReason, 0);
      if (this.interrupts.enter(vector, error, source) === 0) return true;
      this.record();
      const second = state.get(S.FaultVector);
      const first = source === Source.Fault ? faultClass(vector) : FaultClass.Benign;
      if (vector === Vector.Df && source === Source.Fault && faultClass(second) !== FaultClass.Benign)
        return this.tripleFault();
      if (doubles(first, faultClass(second))) {
        vector = Vector.Df;
        error = 0;
        this.recordDoubleFault();
      } else {
        vector = second;
        error = state.get(S.FaultError) | 0;
      }
      source = Source.Fault;
    }
  }

  private tripleFault(): boolean {
    this.context.state.set(S.Fault, 0);
    this.chain.length = 0;
    for (let n = 0; n < Math.min(this.count, CHAIN_LENGTH); n++) this.chain.push(this.describe(n * RECORD));
    return false;
  }

  private record(): void {
    if (this.count < CHAIN_LENGTH) {
      const state = this.context.state;
      const at = this.count * RECORD;
      const raw = this.raw;
      raw[at] = state.get(S.FaultVector);
      raw[at + 1] = state.get(S.FaultError);
      raw[at + 2] = state.seg(Seg.Cs, SegField.Selector);
      raw[at + 3] = state.get(S.Eip);
      raw[at + 4] = state.gpr(Gpr.Esp);
      raw[at + 5] = state.get(S.Cr2);
      raw[at + 6] = state.get(S.FaultReason);
    }
    this.count++;
  }

  private recordDoubleFault(): void {
    const state = this.context.state;
    state.set(S.FaultVector, Vector.Df);
    state.set(S.FaultError, 0);
    state.set(S.FaultReason, Reason.DoubleFault);
    this.record();
  }

  private describe(at: number): FaultRecord {
    const raw = this.raw;
    return {
      vector: raw[at],
      errorCode: raw[at + 1],
      cs: raw[at + 2],
      eip: raw[at + 3] >>> 0,
      esp: raw[at + 4] >>> 0,
      cr2: raw[at + 5] >>> 0,
      reason: raw[at] === Vector.Pf ? pageFaultText(raw[at + 1]) : reasonText(raw[at + 6]),
    };
  }
}

function faultClass(vector: number): FaultClass {
  if (vector === Vector.Pf) return FaultClass.PageFault;
  const contributory = vector === Vector.De || (vector >= Vector.Ts && vector <= Vector.Gp);
  return contributory ? FaultClass.Contributory : FaultClass.Benign;
}

/** Whether the second fault makes a double fault of the first (vol. 3A, table 6-5). */
function doubles(first: FaultClass, second: FaultClass): boolean {
  if (first === FaultClass.Benign || second === FaultClass.Benign) return false;
  return first === FaultClass.PageFault || second === FaultClass.Contributory;
}

/** The error code of a page fault in words. */
function pageFaultText(errorCode: number): string {
  const who = (errorCode & 4) !== 0 ? "user" : "supervisor";
  const what = (errorCode & 16) !== 0 ? "fetch from" : (errorCode & 2) !== 0 ? "write to" : "read from";
  if ((errorCode & 8) !== 0) return `a ${who} ${what} a page whose entry has a reserved bit set`;
  const page = (errorCode & 1) !== 0 ? "a page whose rights forbid it" : "a page that is not present";
  return `a ${who} ${what} ${page}`;
}
