import { Gpr, Seg, SysType, Vector } from "../../base/arch";
import { S, SegField } from "../../base/layout";
import { Reason } from "../../base/reasons";
import type { Context } from "./context";
import { Descriptor } from "./descriptor";
import { isNull, selectorError, type Segments } from "./segments";
import { Stack } from "./stack";
import type { Tasks } from "./tasks";
import type { CurrentTss } from "./tss";

/** Far JMP, CALL and RET in protected mode (vol. 2). */
export class FarTransfers {
  private readonly target = new Descriptor();
  private readonly code = new Descriptor();
  private readonly stackSegment = new Descriptor();
  /** The caller's stack, while the parameters of a call gate are copied. */
  private readonly callerStack: Stack;

  constructor(
    private readonly context: Context,
    private readonly segments: Segments,
    private readonly stack: Stack,
    private readonly tss: CurrentTss,
    private readonly tasks: Tasks,
  ) {
    this.callerStack = new Stack(context);
  }

  jump(selector: number, eip: number): number {
    const { context, target } = this;
    if (this.fetchTarget(selector) !== 0) return 1;
    if (target.isSegment) {
      if (this.checkDirect() !== 0) return 1;
      if (!target.holds(eip)) return this.beyondLimit();
      if (this.segments.touch(target) !== 0) return 1;
      this.enterCode(target, context.cpl, eip);
      return 0;
    }
    if (target.systemType !== SysType.CallGate16 && target.systemType !== SysType.CallGate32) {
      return this.switchTask(false);
    }
    if (this.checkGate() !== 0) return 1;
    const code = this.code;
    if (code.isConforming ? code.dpl > context.cpl : code.dpl !== context.cpl) {
      return context.fault(Vector.Gp, selectorError(code.selector), Reason.DescriptorPrivilege);
    }
    if (this.checkGateTarget() !== 0) return 1;
    if (!code.holds(target.gateOffset)) return this.beyondLimit();
    if (this.segments.touch(code) !== 0) return 1;
    this.enterCode(code, context.cpl, target.gateOffset);
    return 0;
  }

  /** @param size operand size in bytes: what a direct call pushes */
  call(selector: number, eip: number, size: number): number {
    const { context, target } = this;
    if (this.fetchTarget(selector) !== 0) return 1;
    if (target.isSegment) {
      if (this.checkDirect() !== 0) return 1;
      return this.callSameLevel(target, eip, size);
    }
    const type = target.systemType;
    if (type !== SysType.CallGate16 && type !== SysType.CallGate32) return this.switchTask(true);
    if (this.checkGate() !== 0) return 1;
    const code = this.code;
    if (code.dpl > context.cpl) {
      return context.fault(Vector.Gp, selectorError(code.selector), Reason.DescriptorPrivilege);
    }
    if (this.checkGateTarget() !== 0) return 1;
    const gateSize = type === SysType.CallGate32 ? 4 : 2;
    if (code.isConforming || code.dpl === context.cpl) return this.callSameLevel(code, target.gateOffset, gateSize);
    return this.callInner(gateSize);
  }

  /** @param release bytes of parameters to take off the stack (off both stacks when the level changes) */
  ret(size: number, release: number): number {
    const { context, segments, stack, code } = this;
    stack.useCurrent();
    if (stack.holds(2, size) !== 0) return 1;
    const eip = stack.peek(0, size);
    if (context.faulted()) return 1;
    const selector = stack.peek(size, size) & 0xffff;
    if (context.faulted()) return 1;
    if (segments.checkReturnCode(code, selector) !== 0) return 1;
    if (code.rpl > context.cpl) return this.retOuter(eip, size, release);
    if (!code.holds(eip)) return this.beyondLimit();
    if (segments.touch(code) !== 0) return 1;
    stack.advance(2 * size + release);
    stack.commit();
    this.enterCode(code, code.rpl, eip);
    return 0;
  }

  private retOuter(eip: number, size: number, release: number): number {
    const { context, segments, stack, code, stackSegment } = this;
    const above = 2 * size + release;
    if (stack.holds(2, size, above) !== 0) return 1;
    const esp = stack.peek(above, size);
    if (context.faulted()) return 1;
    const ss = stack.peek(above + size, size) & 0xffff;
    if (context.faulted()) return 1;
    if (segments.checkStack(stackSegment, ss, code.rpl, Vector.Gp) !== 0) return 1;
    if (!code.holds(eip)) return this.beyondLimit();
    if (segments.touch(code) !== 0 || segments.touch(stackSegment) !== 0) return 1;

    const from = context.cpl;
    context.setCpl(code.rpl);
    this.enterCode(code, code.rpl, eip);
    segments.load(Seg.Ss, ss, stackSegment);
    stack.useCurrent();
    stack.esp = esp;
    stack.advance(release);
    stack.commit();
    segments.dropPrivileged();
    context.noteTransfer("ret", -1, from, context.state.get(S.InsnEip));
    return 0;
  }

  private fetchTarget(selector: number): number {
    if (isNull(selector)) return this.context.fault(Vector.Gp, 0, Reason.SelectorNull);
    return this.segments.fetch(this.target, selector, Vector.Gp);
  }

  /** Makes the checks of a code segment that JMP or CALL names directly. */
  private checkDirect(): number {
    const { context, target } = this;
    const error = selectorError(target.selector);
    if (!target.isCode) return context.fault(Vector.Gp, error, Reason.DescriptorType);
    if (target.isConforming) {
      if (target.dpl > context.cpl) return context.fault(Vector.Gp, error, Reason.DescriptorPrivilege);
    } else if (target.rpl > context.cpl) {
      return context.fault(Vector.Gp, error, Reason.SelectorRpl);
    } else if (target.dpl !== context.cpl) {
      return context.fault(Vector.Gp, error, Reason.DescriptorPrivilege);
    }
    return target.present ? 0 : context.fault(Vector.Np, error, Reason.DescriptorNotPresent);
  }

  /** Checks a gate's DPL against CPL and RPL. */
  private checkGateAccess(): number {
    const { context, target } = this;
    const error = selectorError(target.selector);
    if (target.dpl < context.cpl || target.dpl < target.rpl) {
      return context.fault(Vector.Gp, error, Reason.DescriptorPrivilege);
    }
    return target.present ? 0 : context.fault(Vector.Np, error, Reason.DescriptorNotPresent);
  }

  /** Checks a call gate and fetches the descriptor of its code segment. */
  private checkGate(): number {
    const { context, target, code } = this;
    if (this.checkGateAccess() !== 0) return 1;
    if (isNull(target.gateSelector)) return context.fault(Vector.Gp, 0, Reason.SelectorNull);
    if (this.segments.fetch(code, target.gateSelector, Vector.Gp) !== 0) return 1;
    return code.isCode ? 0 : context.fault(Vector.Gp, selectorError(code.selector), Reason.DescriptorType);
  }

  private checkGateTarget(): number {
    const code = this.code;
    if (code.present) return 0;
    return this.context.fault(Vector.Np, selectorError(code.selector), Reason.DescriptorNotPresent);
  }

  private callSameLevel(code: Descriptor, eip: number, size: number): number {
    const { context, stack } = this;
    const state = context.state;
    stack.useCurrent();
    if (stack.reserve(2, size, 0) !== 0) return 1;
    if (!code.holds(eip)) return this.beyondLimit();
    if (stack.probe() !== 0 || this.segments.touch(code) !== 0) return 1;
    stack.push(state.seg(Seg.Cs, SegField.Selector), size);
    stack.push(state.get(S.Eip), size);
    stack.commit();
    this.enterCode(code, context.cpl, eip);
    return 0;
  }

  /** Enters an inner ring through a call gate. The stack comes from the TSS, and the parameters are copied. */
  private callInner(size: number): number {
    const { context, segments, stack, tss, target, code, stackSegment } = this;
    const state = context.state;
    const cpl = code.dpl;
    const parameters = target.high & 31;
    if (tss.innerStack(cpl, 0) !== 0) return 1;
    if (segments.checkStack(stackSegment, tss.ss, cpl, Vector.Ts) !== 0) return 1;
    stack.useNew(stackSegment, tss.esp, cpl);
    if (stack.reserve(4 + parameters, size, selectorError(tss.ss)) !== 0) return 1;
    if (!code.holds(target.gateOffset)) return this.beyondLimit();
    const caller = this.callerStack;
    caller.useCurrent();
    if (caller.holds(parameters, size) !== 0) return 1;
    for (let n = 0; n < parameters; n++) {
      caller.peek(n * size, size);
      if (context.faulted()) return 1;
    }
    if (stack.probe() !== 0) return 1;
    if (segments.touch(code) !== 0 || segments.touch(stackSegment) !== 0) return 1;

    stack.push(state.seg(Seg.Ss, SegField.Selector), size);
    stack.push(state.gpr(Gpr.Esp), size);
    for (let n = parameters - 1; n >= 0; n--) stack.push(caller.peek(n * size, size), size);
    stack.push(state.seg(Seg.Cs, SegField.Selector), size);
    stack.push(state.get(S.Eip), size);

    const from = context.cpl;
    context.setCpl(cpl);
    segments.load(Seg.Ss, tss.ss, stackSegment);
    stack.commit();
    this.enterCode(code, cpl, target.gateOffset);
    context.noteTransfer("call", -1, from, state.get(S.InsnEip));
    return 0;
  }

  /** Does a JMP or CALL to a task gate or a TSS. */
  private switchTask(nested: boolean): number {
    const { context, target } = this;
    const error = selectorError(target.selector);
    if (target.systemType === SysType.TaskGate) {
      return this.checkGateAccess() !== 0 ? 1 : this.tasks.switchTo(target.gateSelector, nested, Vector.Gp, 0);
    }
    if (target.systemType !== SysType.Tss16 && target.systemType !== SysType.Tss32) {
      return context.fault(Vector.Gp, error, Reason.DescriptorType);
    }
    if (target.dpl < context.cpl || target.dpl < target.rpl) {
      return context.fault(Vector.Gp, error, Reason.DescriptorPrivilege);
    }
    return this.tasks.switchTo(target.selector, nested, Vector.Gp, 0);
  }

  private enterCode(code: Descriptor, cpl: number, eip: number): void {
    this.segments.load(Seg.Cs, (code.selector & 0xfffc) | cpl, code);
    this.context.state.set(S.Eip, eip);
  }

  private beyondLimit(): number {
    return this.context.fault(Vector.Gp, 0, Reason.InstructionPointerLimit);
  }
}
