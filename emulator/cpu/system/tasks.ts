import { Cr0, Cr4, Flag, Gpr, Seg, SysType, Vector } from "../../base/arch";
import { NO_ERROR_CODE, S, SegField } from "../../base/layout";
import { Reason } from "../../base/reasons";
import type { Context } from "./context";
import { Descriptor } from "./descriptor";
import { isNull, selectorError, TSS_BUSY, type Segments } from "./segments";
import type { Stack } from "./stack";
import { TaskState, tssMinimum } from "./task-state";

/** How a task switch came about. */
const enum Switch {
  Jump,
  /** CALL, an interrupt or an exception: the new task is linked to the old one. */
  Nest,
  Return,
}

/** L0-L3 and LE of DR7: breakpoints local to a task. */
const DR7_LOCAL = 0x155;
const DR6_BT = 1 << 15;

/**
 * The hardware task switch (vol. 3A, 7.3). Faults before the commit belong to the old task. Later ones belong to the
 * new task, whose EIP is then in S.Eip and S.InsnEip.
 */
export class Tasks {
  private readonly tss = new Descriptor();
  private readonly old = new Descriptor();
  private readonly segment = new Descriptor();
  private readonly next: TaskState;

  constructor(
    private readonly context: Context,
    private readonly segments: Segments,
    private readonly stack: Stack,
  ) {
    this.next = new TaskState(context);
  }

  /** JMP (or CALL, when `nested`) to a TSS. A selector that refers to no available TSS raises `vector`. */
  switchTo(selector: number, nested: boolean, vector: Vector, ext: number): number {
    const { context, tss } = this;
    if (this.segments.fetchGlobal(tss, selector, vector, ext) !== 0) return 1;
    const error = selectorError(selector, ext);
    const type = tss.systemType;
    if (tss.isSegment || (type !== SysType.Tss16 && type !== SysType.Tss32)) {
      const busy = !tss.isSegment && (type === SysType.Tss16Busy || type === SysType.Tss32Busy);
      return context.fault(vector, error, busy ? Reason.TssBusy : Reason.DescriptorType);
    }
    return this.enter(nested ? Switch.Nest : Switch.Jump, ext);
  }

  /** Delivers an interrupt or exception through a task gate. The error code is pushed on the new task's stack. */
  enterThroughGate(selector: number, errorCode: number, ext: number): number {
    if (this.switchTo(selector, true, Vector.Gp, ext) !== 0) return 1;
    if (errorCode === NO_ERROR_CODE) return 0;
    const stack = this.stack;
    const size = this.tss.systemType >= SysType.Tss32 ? 4 : 2;
    stack.useCurrent();
    if (stack.reserve(1, size, ext) !== 0 || stack.probe() !== 0) return 1;
    stack.push(errorCode, size);
    stack.commit();
    return 0;
  }

  /** IRET with NT set, which returns to the task in the link field. */
  returnToLinked(): number {
    const { context, tss } = this;
    const state = context.state;
    if (state.seg(Seg.Tr, SegField.Valid) === 0) return context.fault(Vector.Ts, 0, Reason.TssInvalid);
    const selector = context.memory.system.read16(state.seg(Seg.Tr, SegField.Base));
    if (context.faulted()) return 1;
    if (this.segments.fetchGlobal(tss, selector, Vector.Ts) !== 0) return 1;
    const type = tss.systemType;
    if (tss.isSegment || (type !== SysType.Tss16Busy && type !== SysType.Tss32Busy)) {
      return context.fault(Vector.Ts, selectorError(selector), Reason.TssNotBusy);
    }
    return this.enter(Switch.Return, 0);
  }

  /** Switches to the task in `tss`, whose type has been checked. */
  private enter(how: Switch, ext: number): number {
    const { context, tss, next } = this;
    const state = context.state;
    const error = selectorError(tss.selector, ext);
    const type = tss.systemType & ~TSS_BUSY;
    if (!tss.present) return context.fault(Vector.Np, error, Reason.DescriptorNotPresent);
    if (tss.limit < tssMinimum(type)) return context.fault(Vector.Ts, error, Reason.TssLimit);
    const oldType = (state.seg(Seg.Tr, SegField.Rights) >>> 8) & 0xf & ~TSS_BUSY;
    const oldSelector = state.seg(Seg.Tr, SegField.Selector);
    if (state.seg(Seg.Tr, SegField.Valid) === 0 || state.seg(Seg.Tr, SegField.Limit) < tssMinimum(oldType)) {
      return context.fault(Vector.Ts, selectorError(oldSelector, ext), Reason.TssInvalid);
    }
    if (next.read(tss.base, type) !== 0) return 1;
    if ((next.eflags & Flag.Vm) !== 0) return context.fault(Vector.Ts, error, Reason.NoVirtual8086);
    if (this.probe(how, oldType, oldSelector) !== 0) return 1;

    this.leaveOld(how, oldType, oldSelector);
    const from = context.cpl;
    const fromEip = how === Switch.Nest && ext !== 0 ? state.get(S.Eip) : state.get(S.InsnEip);
    this.commit(how, type);
    context.noteTransfer(how === Switch.Return ? "iret" : ext !== 0 ? "exception" : "call", -1, from, fromEip);
    return this.loadSegments(ext);
  }

  /** Checks before the first write that everything the switch writes can be written. */
  private probe(how: Switch, oldType: SysType, oldSelector: number): number {
    const system = this.context.memory.system;
    if (this.next.probeSave(this.context.state.seg(Seg.Tr, SegField.Base), oldType) !== 0) return 1;
    if (how !== Switch.Return && !system.probeWrite(this.tss.at + 5, 1)) return 1;
    if (how === Switch.Nest) return system.probeWrite(this.tss.base, 2) ? 0 : 1;
    if (this.segments.fetchGlobal(this.old, oldSelector, Vector.Ts) !== 0) return 1;
    return system.probeWrite(this.old.at + 5, 1) ? 0 : 1;
  }

  private leaveOld(how: Switch, oldType: SysType, oldSelector: number): void {
    const { context, tss } = this;
    const state = context.state;
    const system = context.memory.system;
    const flags = state.eflags() & (how === Switch.Return ? ~Flag.Nt : ~0);
    this.next.save(state.seg(Seg.Tr, SegField.Base), oldType, state.get(S.Eip), flags);
    if (how !== Switch.Nest) system.clearBits8(this.old.at + 5, TSS_BUSY);
    else system.write16(tss.base, oldSelector);
    if (how !== Switch.Return) system.setBits8(tss.at + 5, TSS_BUSY);
    tss.high |= TSS_BUSY << 8;
  }

  private commit(how: Switch, type: SysType): void {
    const { context, tss, next } = this;
    const state = context.state;
    this.segments.load(Seg.Tr, tss.selector, tss);
    state.set(S.Cr0, state.get(S.Cr0) | Cr0.Ts);
    for (let n: Gpr = 0; n < 8; n++) state.setGpr(n, next.gpr[n]);
    state.setEflags((next.eflags | (how === Switch.Nest ? Flag.Nt : 0)) & ~Flag.Rf);
    state.set(S.Eip, next.eip);
    state.set(S.InsnEip, next.eip);
    state.set(S.Dr + 7 * 4, state.get(S.Dr + 7 * 4) & ~DR7_LOCAL);
    this.context.onDebugRegister();
    for (let n: Seg = 0; n < 6; n++) this.segments.loadNull(n, next.selectors[n]);
    this.segments.loadNull(Seg.Ldtr, next.ldt);
    context.setCpl(next.selectors[Seg.Cs] & 3);
    if (type >= SysType.Tss32 && (state.get(S.Cr0) & Cr0.Pg) !== 0) {
      state.set(S.Cr3, next.cr3);
      context.memory.tlb.flushLocal();
    }
  }

  /**
   * Loads LDTR and the six segment registers in the new task. #TS names the selector that is not valid. SS comes first,
   * so that later faults have a stack to go to.
   */
  private loadSegments(ext: number): number {
    const { context, next } = this;
    const state = context.state;
    const paging = (state.get(S.Cr0) & Cr0.Pg) !== 0 && (state.get(S.Cr4) & Cr4.Pae) !== 0;
    if (paging && !context.memory.paging.loadPdptes(state.get(S.Cr3))) {
      return context.fault(Vector.Gp, 0, Reason.ReservedPdpte);
    }
    if (this.loadLdt(ext) !== 0) return 1;
    const segment = this.segment;
    const ss = next.selectors[Seg.Ss];
    if (this.segments.checkStack(segment, ss, context.cpl, Vector.Ts, ext) !== 0) return 1;
    if (this.segments.touch(segment) !== 0) return 1;
    this.segments.load(Seg.Ss, ss, segment);
    if (this.loadData(Seg.Ds) !== 0 || this.loadData(Seg.Es) !== 0) return 1;
    if (this.loadData(Seg.Fs) !== 0 || this.loadData(Seg.Gs) !== 0) return 1;
    if (this.loadCode(ext) !== 0) return 1;
    if (next.eip > state.seg(Seg.Cs, SegField.Limit)) {
      return context.fault(Vector.Gp, ext, Reason.InstructionPointerLimit);
    }
    if (!next.trap) return 0;
    state.set(S.Dr + 6 * 4, state.get(S.Dr + 6 * 4) | DR6_BT);
    return context.fault(Vector.Db, NO_ERROR_CODE, Reason.None);
  }

  private loadLdt(ext: number): number {
    const { context, segment } = this;
    const selector = this.next.ldt;
    if (isNull(selector)) return 0;
    if (this.segments.fetchGlobal(segment, selector, Vector.Ts, ext) !== 0) return 1;
    if (segment.isSegment || segment.systemType !== SysType.Ldt || !segment.present) {
      return context.fault(Vector.Ts, selectorError(selector, ext), Reason.DescriptorType);
    }
    this.segments.load(Seg.Ldtr, selector, segment);
    return 0;
  }

  private loadCode(ext: number): number {
    const { context, segment } = this;
    const selector = this.next.selectors[Seg.Cs];
    if (isNull(selector)) return context.fault(Vector.Ts, ext, Reason.SelectorNull);
    if (this.segments.fetch(segment, selector, Vector.Ts, ext) !== 0) return 1;
    const error = selectorError(selector, ext);
    if (!segment.isCode) return context.fault(Vector.Ts, error, Reason.DescriptorType);
    if (segment.isConforming ? segment.dpl > segment.rpl : segment.dpl !== segment.rpl) {
      return context.fault(Vector.Ts, error, Reason.DescriptorPrivilege);
    }
    if (!segment.present) return context.fault(Vector.Np, error, Reason.DescriptorNotPresent);
    if (this.segments.touch(segment) !== 0) return 1;
    this.segments.load(Seg.Cs, selector, segment);
    return 0;
  }

  private loadData(seg: Seg): number {
    const { context, segment } = this;
    const selector = this.next.selectors[seg];
    if (isNull(selector)) return 0;
    if (this.segments.checkData(segment, selector, context.cpl, Vector.Ts) !== 0) return 1;
    if (this.segments.touch(segment) !== 0) return 1;
    this.segments.load(seg, selector, segment);
    return 0;
  }
}
