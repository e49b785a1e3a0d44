import { Flag, Gpr, Seg, SysType, Vector } from "../../base/arch";
import { NO_ERROR_CODE, S, SegField } from "../../base/layout";
import { Reason } from "../../base/reasons";
import type { Context } from "./context";
import { Descriptor } from "./descriptor";
import { isNull, selectorError, type Segments } from "./segments";
import type { Stack } from "./stack";
import type { Tasks } from "./tasks";
import type { CurrentTss } from "./tss";

/** Where an event comes from. This decides the EXT bit, the DPL check and RF. */
export const enum Source {
  External,
  /** A fault. EIP is that of the instruction, and EFLAGS is pushed with RF set. */
  Fault,
  /** A trap that is not an INT instruction: the single-step #DB. */
  Trap,
  /** INT n, INT3, INTO. */
  Software,
}

/** The IDT bit of an error code: the index is a vector. */
const IDT_ERROR = 2;

/** Delivery of one event through the IDT (vol. 3A, 6.12; vol. 2, INT n). */
export class Interrupts {
  private readonly gate = new Descriptor();
  private readonly code = new Descriptor();
  private readonly stackSegment = new Descriptor();

  constructor(
    private readonly context: Context,
    private readonly segments: Segments,
    private readonly stack: Stack,
    private readonly tss: CurrentTss,
    private readonly tasks: Tasks,
  ) {}

  /**
   * Enters the handler of `vector`, with S.Eip as the address to return to. When it answers SYSTEM_FAULT, nothing has
   * changed. A task gate is the exception: the fault may then be one of the new task.
   */
  enter(vector: number, errorCode: number, source: Source): number {
    const { context, gate } = this;
    const ext = source === Source.Software ? 0 : 1;
    const error = vector * 8 + IDT_ERROR + ext;
    if (vector * 8 + 7 > context.state.get(S.IdtrLimit)) return context.fault(Vector.Gp, error, Reason.IdtLimit);
    if (this.segments.read(gate, 0, (context.state.get(S.IdtrBase) + vector * 8) >>> 0) !== 0) return 1;
    const type: number = gate.isSegment ? 0 : gate.systemType;
    const isTask = type === SysType.TaskGate;
    // Interrupt and trap gates of both sizes differ in bits 0 and 3 only.
    if (!isTask && (type & 6) !== 6) return context.fault(Vector.Gp, error, Reason.GateType);
    if (source === Source.Software && gate.dpl < context.cpl) {
      return context.fault(Vector.Gp, error, Reason.GatePrivilege);
    }
    if (!gate.present) return context.fault(Vector.Np, error, Reason.GateNotPresent);
    if (isTask) return this.tasks.enterThroughGate(gate.gateSelector, errorCode, ext);
    return this.throughGate(type, vector, errorCode, source, ext);
  }

  private throughGate(type: number, vector: number, errorCode: number, source: Source, ext: number): number {
    const { context, gate, code, segments } = this;
    const selector = gate.gateSelector;
    if (isNull(selector)) return context.fault(Vector.Gp, ext, Reason.SelectorNull);
    if (segments.fetch(code, selector, Vector.Gp, ext) !== 0) return 1;
    const error = selectorError(selector, ext);
    if (!code.isCode) return context.fault(Vector.Gp, error, Reason.DescriptorType);
    if (code.dpl > context.cpl) return context.fault(Vector.Gp, error, Reason.DescriptorPrivilege);
    if (!code.present) return context.fault(Vector.Np, error, Reason.DescriptorNotPresent);

    const cpl = context.cpl;
    const target = code.isConforming ? cpl : code.dpl;
    const size = type >= SysType.InterruptGate32 ? 4 : 2;
    const errorWords = errorCode === NO_ERROR_CODE ? 0 : 1;
    if (target < cpl) {
      if (this.prepareInner(target, size, 5 + errorWords, ext) !== 0) return 1;
    } else {
      this.stack.useCurrent();
      if (this.stack.reserve(3 + errorWords, size, ext) !== 0) return 1;
    }
    if (!code.holds(gate.gateOffset)) return context.fault(Vector.Gp, ext, Reason.InstructionPointerLimit);
    if (this.stack.probe() !== 0 || segments.touch(code) !== 0) return 1;
    if (target < cpl && segments.touch(this.stackSegment) !== 0) return 1;
    this.pushFrame(target < cpl, size, errorCode, source);
    this.commit(target, (type & 1) === 0);
    context.noteTransfer(transferKind(source), vector, cpl, this.cameFrom(source));
    return 0;
  }

  /** Finds and checks the stack of an inner ring, with room for `count` words. */
  private prepareInner(cpl: number, size: number, count: number, ext: number): number {
    const { tss, segments, stack, stackSegment } = this;
    if (tss.innerStack(cpl, ext) !== 0) return 1;
    if (segments.checkStack(stackSegment, tss.ss, cpl, Vector.Ts, ext) !== 0) return 1;
    stack.useNew(stackSegment, tss.esp, cpl);
    return stack.reserve(count, size, selectorError(tss.ss, ext));
  }

  private pushFrame(inner: boolean, size: number, errorCode: number, source: Source): void {
    const { stack } = this;
    const state = this.context.state;
    if (inner) {
      stack.push(state.seg(Seg.Ss, SegField.Selector), size);
      stack.push(state.gpr(Gpr.Esp), size);
    }
    // An instruction that faulted is resumed with RF set (vol. 3B, 17.3.1.1).
    stack.push(state.eflags() | (source === Source.Fault ? Flag.Rf : 0), size);
    stack.push(state.seg(Seg.Cs, SegField.Selector), size);
    stack.push(state.get(S.Eip), size);
    if (errorCode !== NO_ERROR_CODE) stack.push(errorCode, size);
  }

  private commit(target: number, masks: boolean): void {
    const { context, gate, code, segments } = this;
    const state = context.state;
    if (target < context.cpl) {
      segments.load(Seg.Ss, this.stackSegment.selector, this.stackSegment);
      context.setCpl(target);
    }
    this.stack.commit();
    segments.load(Seg.Cs, (gate.gateSelector & 0xfffc) | target, code);
    this.fromEip = state.get(S.Eip);
    state.set(S.Eip, gate.gateOffset);
    const cleared = Flag.Tf | Flag.Nt | Flag.Rf | Flag.Vm | (masks ? Flag.If : 0);
    state.set(S.Eflags, state.get(S.Eflags) & ~cleared);
  }

  private fromEip = 0;

  /** Where a transfer is reported to come from: the INT instruction itself, or else the place where execution was. */
  private cameFrom(source: Source): number {
    return source === Source.Software ? this.context.state.get(S.InsnEip) : this.fromEip;
  }
}

function transferKind(source: Source): "int" | "interrupt" | "exception" {
  if (source === Source.Software) return "int";
  return source === Source.External ? "interrupt" : "exception";
}
