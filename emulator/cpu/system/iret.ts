import { Flag, Seg, Vector } from "../../base/arch";
import { S } from "../../base/layout";
import { Reason } from "../../base/reasons";
import type { Context } from "./context";
import { Descriptor } from "./descriptor";
import type { Segments } from "./segments";
import type { Stack } from "./stack";
import type { Tasks } from "./tasks";

/** IRET in protected mode (vol. 2, IRET). */
export class Iret {
  private readonly code = new Descriptor();
  private readonly stackSegment = new Descriptor();

  constructor(
    private readonly context: Context,
    private readonly segments: Segments,
    private readonly stack: Stack,
    private readonly tasks: Tasks,
  ) {}

  /** @param size operand size in bytes */
  iret(size: number): number {
    const { context, stack, code } = this;
    const state = context.state;
    if ((state.get(S.Eflags) & Flag.Nt) !== 0) return this.tasks.returnToLinked();
    stack.useCurrent();
    if (stack.holds(3, size) !== 0) return 1;
    const eip = stack.peek(0, size);
    if (context.faulted()) return 1;
    const selector = stack.peek(size, size) & 0xffff;
    if (context.faulted()) return 1;
    const flags = stack.peek(2 * size, size);
    if (context.faulted()) return 1;
    if (size === 4 && (flags & Flag.Vm) !== 0 && context.cpl === 0) {
      return context.fault(Vector.Gp, 0, Reason.NoVirtual8086);
    }
    if (this.segments.checkReturnCode(code, selector) !== 0) return 1;
    return code.rpl > context.cpl ? this.toOuter(eip, flags, size) : this.toSame(eip, flags, size);
  }

  private toSame(eip: number, flags: number, size: number): number {
    const { context, stack, code } = this;
    if (!code.holds(eip)) return context.fault(Vector.Gp, 0, Reason.InstructionPointerLimit);
    if (this.segments.touch(code) !== 0) return 1;
    stack.advance(3 * size);
    stack.commit();
    this.segments.load(Seg.Cs, code.selector, code);
    context.state.set(S.Eip, eip);
    this.restoreFlags(flags, size, context.cpl);
    return 0;
  }

  private toOuter(eip: number, flags: number, size: number): number {
    const { context, segments, stack, code, stackSegment } = this;
    const state = context.state;
    if (stack.holds(2, size, 3 * size) !== 0) return 1;
    const esp = stack.peek(3 * size, size);
    if (context.faulted()) return 1;
    const ss = stack.peek(4 * size, size) & 0xffff;
    if (context.faulted()) return 1;
    // Unlike RET, IRET raises #NP for a stack segment that is not present (vol. 2, IRET).
    if (segments.checkStack(stackSegment, ss, code.rpl, Vector.Gp, 0, Vector.Np) !== 0) return 1;
    if (!code.holds(eip)) return context.fault(Vector.Gp, 0, Reason.InstructionPointerLimit);
    if (segments.touch(code) !== 0 || segments.touch(stackSegment) !== 0) return 1;

    const from = context.cpl;
    segments.load(Seg.Cs, code.selector, code);
    state.set(S.Eip, eip);
    this.restoreFlags(flags, size, from);
    context.setCpl(code.rpl);
    segments.load(Seg.Ss, ss, stackSegment);
    stack.useCurrent();
    stack.esp = esp;
    stack.commit();
    segments.dropPrivileged();
    context.noteTransfer("iret", -1, from, state.get(S.InsnEip));
    return 0;
  }

  /**
   * Takes EFLAGS from the frame. IF changes only with CPL <= IOPL, and IOPL only in ring 0; `cpl` is the one before the
   * return. RF holds off the instruction breakpoints that DR7 arms; without any it is not kept.
   */
  private restoreFlags(flags: number, size: number, cpl: number): void {
    const state = this.context.state;
    const old = state.eflags();
    let mask = Flag.Arith | Flag.Tf | Flag.Df | Flag.Nt;
    if (size === 4) mask |= Flag.Ac | Flag.Id | (this.context.hasBreakpoints ? Flag.Rf : 0);
    if (cpl <= (old & Flag.Iopl) >>> 12) mask |= Flag.If;
    if (cpl === 0) mask |= Flag.Iopl;
    state.setEflags((old & ~mask) | (flags & mask));
  }
}
