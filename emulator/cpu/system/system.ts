import { Cr0, Flag, Seg, Vector } from "../../base/arch";
import { NO_ERROR_CODE, S } from "../../base/layout";
import { Reason } from "../../base/reasons";
import { SystemOp, type SystemPaths } from "../../isa/system-ops";
import type { TransferLog } from "../transfer-log";
import type { FaultRecord, Transfer } from "../wiring";
import { Context, type SystemWiring } from "./context";
import { Control } from "./control";
import { cpuid } from "./cpuid";
import { FarTransfers } from "./far";
import { FaultDelivery } from "./fault-delivery";
import { Flags } from "./flags";
import { Interrupts, Source } from "./interrupts";
import { PortIo } from "./io";
import { Iret } from "./iret";
import { Msrs } from "./msr";
import { resetToMultiboot } from "./reset";
import { Segments } from "./segments";
import { Stack } from "./stack";
import { Sysenter } from "./sysenter";
import { Tasks } from "./tasks";
import { CurrentTss } from "./tss";
import { Verify } from "./verify";

const DR6_BS = 1 << 14;
/** S.Inhibit after a load of SS, which holds off traps, too. STI holds off interrupts only. */
const INHIBIT_TRAPS = 2;

/**
 * The system side of the processor: everything that generated code leaves to helpers, and the delivery of interrupts
 * and exceptions. After any method the core has to look again at S.Eip, CS, CPL, paging and S.Halted. `Tlb.onFlush` has
 * already told the block cache about flushes.
 */
export class System implements SystemPaths {
  private readonly context: Context;
  private readonly segments: Segments;
  private readonly interrupts: Interrupts;
  private readonly delivery: FaultDelivery;
  private readonly ireturn: Iret;
  private readonly far: FarTransfers;
  private readonly control: Control;
  private readonly flags: Flags;
  private readonly io: PortIo;
  private readonly msrs: Msrs;
  private readonly verify: Verify;
  private readonly sysenter: Sysenter;

  constructor(wiring: SystemWiring) {
    const context = new Context(wiring);
    const stack = new Stack(context);
    const tss = new CurrentTss(context);
    this.context = context;
    this.segments = new Segments(context);
    const tasks = new Tasks(context, this.segments, stack);
    this.interrupts = new Interrupts(context, this.segments, stack, tss, tasks);
    this.delivery = new FaultDelivery(context, this.interrupts);
    this.ireturn = new Iret(context, this.segments, stack, tasks);
    this.far = new FarTransfers(context, this.segments, stack, tss, tasks);
    this.control = new Control(context);
    this.flags = new Flags(context);
    this.io = new PortIo(context, this.flags, tss);
    this.msrs = new Msrs(context, this.control);
    this.verify = new Verify(context, this.segments);
    this.sysenter = new Sysenter(context);
  }

  /** Called inside each change of CPL; costs nothing when undefined. */
  set onTransfer(listener: ((transfer: Transfer) => void) | undefined) {
    this.context.onTransfer = listener;
  }

  get onTransfer(): ((transfer: Transfer) => void) | undefined {
    return this.context.onTransfer;
  }

  get transfers(): TransferLog {
    return this.context.transfers;
  }

  /** The faults that led to the triple fault, oldest first. */
  get faultChain(): readonly FaultRecord[] {
    return this.delivery.chain;
  }

  /**
   * The state that multiboot hands over: CR0.PE set, paging off, flat 4 GiB
   * segments in the caches, interrupts off, CPL 0. General registers, GDTR
   * and EIP are 0.
   */
  reset(): void {
    resetToMultiboot(this.context);
    this.msrs.reset();
  }

  /**
   * Delivers the exception that S.Fault names, as a fault of the instruction at S.InsnEip (which becomes S.Eip first),
   * with the double faults to which it leads.
   * @returns false after a triple fault; faultChain has its faults, and the state is the one before the delivery
   */
  deliverFault(): boolean {
    return this.delivery.deliverPending();
  }

  /**
   * Delivers the #DB of a single step, which is a trap: S.Eip is the address to return to. After a load of SS it waits
   * for the end of the next instruction.
   * @param causes other bits to be set in DR6
   */
  deliverSingleStep(causes = 0): boolean {
    return this.holdsTraps || this.deliverDebug(DR6_BS | causes);
  }

  /** Whether a load of SS holds traps off until after the next instruction. */
  get holdsTraps(): boolean {
    return this.context.state.get(S.Inhibit) === INHIBIT_TRAPS;
  }

  /**
   * Delivers #DB, with S.Eip as the address to return to, and ends HLT (vol. 2, HLT).
   * @param causes bits to be set in DR6
   */
  deliverDebug(causes: number): boolean {
    const { state } = this.context;
    state.set(S.Halted, 0);
    state.set(S.Dr + 6 * 4, state.get(S.Dr + 6 * 4) | causes);
    return this.delivery.deliverEvent(Vector.Db, Source.Trap);
  }

  set onDebugRegister(listener: () => void) {
    this.context.onDebugRegister = listener;
  }

  set hasBreakpoints(has: boolean) {
    this.context.hasBreakpoints = has;
  }

  /** Delivers an external interrupt and ends HLT. The caller has checked IF and S.Inhibit. */
  deliverInterrupt(vector: number): boolean {
    this.context.state.set(S.Halted, 0);
    return this.delivery.deliverEvent(vector, Source.External);
  }

  /** See isa/system-ops.ts. */
  system(op: SystemOp, a: number, b: number): number {
    switch (op) {
      case SystemOp.Int:
        return this.interrupts.enter(a, NO_ERROR_CODE, Source.Software);
      case SystemOp.Int3:
        return this.interrupts.enter(Vector.Bp, NO_ERROR_CODE, Source.Software);
      case SystemOp.Int1:
        return this.interrupts.enter(Vector.Db, NO_ERROR_CODE, Source.Trap);
      case SystemOp.Into:
        return this.into();
      case SystemOp.Iret:
        return this.ireturn.iret(a);
      case SystemOp.RetFar:
        return this.far.ret(a, b);
      case SystemOp.JmpFar32:
      case SystemOp.JmpFar16:
        return this.far.jump(a & 0xffff, b >>> 0);
      case SystemOp.CallFar32:
        return this.far.call(a & 0xffff, b >>> 0, 4);
      case SystemOp.CallFar16:
        return this.far.call(a & 0xffff, b >>> 0, 2);
      case SystemOp.LoadSeg:
        return this.loadSegment(a, b & 0xffff);
      case SystemOp.LoadFarPointer:
        return this.segments.loadRegister(a, b & 0xffff);
      case SystemOp.In:
        return this.io.input(a, b & 0xffff);
      case SystemOp.Out:
        return this.io.output(a, b & 0xffff);
      case SystemOp.Ins:
        return this.io.inputString(a);
      case SystemOp.Outs:
        return this.io.outputString(a, b);
      case SystemOp.Cli:
        return this.flags.cli();
      case SystemOp.Sti:
        return this.flags.sti();
      case SystemOp.Popf:
        return this.flags.popf(a, b);
      case SystemOp.Hlt:
        return this.halt();
      default:
        return this.systemControl(op, a, b);
    }
  }

  /** Control registers, system tables and MSRs. */
  private systemControl(op: SystemOp, a: number, b: number): number {
    switch (op) {
      case SystemOp.MovToCr:
        return this.control.writeCr(a);
      case SystemOp.MovFromCr:
        return this.control.readCr(a);
      case SystemOp.MovToDr:
        return this.control.writeDr(a);
      case SystemOp.MovFromDr:
        return this.control.readDr(a);
      case SystemOp.Clts:
        return this.control.clts();
      case SystemOp.Lmsw:
        return this.control.lmsw(a);
      case SystemOp.Lgdt:
        return this.control.loadTable(S.GdtrBase, S.GdtrLimit, a, b);
      case SystemOp.Lidt:
        return this.control.loadTable(S.IdtrBase, S.IdtrLimit, a, b);
      case SystemOp.Lldt:
        return this.control.refusesCpl() ? 1 : this.segments.loadLdtr(a & 0xffff);
      case SystemOp.Ltr:
        return this.control.refusesCpl() ? 1 : this.segments.loadTr(a & 0xffff);
      case SystemOp.Invlpg:
        return this.control.invlpg(a >>> 0);
      case SystemOp.Invd:
        return this.control.refusesCpl() ? 1 : 0;
      case SystemOp.Rdtsc:
        return this.msrs.rdtsc();
      case SystemOp.Rdpmc:
        return this.msrs.rdpmc();
      case SystemOp.Rdmsr:
        return this.msrs.rdmsr();
      case SystemOp.Wrmsr:
        return this.msrs.wrmsr();
      default:
        return this.rare(op, a);
    }
  }

  private rare(op: SystemOp, a: number): number {
    switch (op) {
      case SystemOp.Cpuid:
        return cpuid(this.context.state);
      case SystemOp.Lar:
        return this.verify.lar(a & 0xffff);
      case SystemOp.Lsl:
        return this.verify.lsl(a & 0xffff);
      case SystemOp.Verr:
        return this.verify.verr(a & 0xffff);
      case SystemOp.Verw:
        return this.verify.verw(a & 0xffff);
      case SystemOp.Sysenter:
        return this.sysenter.enter();
      case SystemOp.Sysexit:
        return this.sysenter.exit();
      case SystemOp.Coprocessor:
        return this.coprocessor(a !== 0);
      case SystemOp.Wait:
        return this.wait();
      default:
        return this.context.fault(Vector.Ud, NO_ERROR_CODE, Reason.Undefined);
    }
  }

  private into(): number {
    if ((this.context.state.eflags() & Flag.Of) === 0) return 0;
    return this.interrupts.enter(Vector.Of, NO_ERROR_CODE, Source.Software);
  }

  /** MOV Sw and POP Sw. After a load of SS, interrupts wait for one more instruction. */
  private loadSegment(seg: Seg, selector: number): number {
    if (this.segments.loadRegister(seg, selector) !== 0) return 1;
    if (seg === Seg.Ss) this.context.state.set(S.Inhibit, INHIBIT_TRAPS);
    return 0;
  }

  private halt(): number {
    if (this.control.refusesCpl()) return 1;
    this.context.state.set(S.Halted, 1);
    return 0;
  }

  /**
   * There is no x87. The instructions raise #NM where CR0 asks for it. Else the control instructions by which kernels
   * look for an x87 do nothing and store nothing, and all others are #UD.
   */
  private coprocessor(isProbe: boolean): number {
    const cr0 = this.context.state.get(S.Cr0);
    if ((cr0 & (Cr0.Ts | Cr0.Em)) !== 0) return this.context.fault(Vector.Nm, NO_ERROR_CODE, Reason.None);
    return isProbe ? 0 : this.context.fault(Vector.Ud, NO_ERROR_CODE, Reason.Undefined);
  }

  private wait(): number {
    const both = Cr0.Mp | Cr0.Ts;
    if ((this.context.state.get(S.Cr0) & both) !== both) return 0;
    return this.context.fault(Vector.Nm, NO_ERROR_CODE, Reason.None);
  }
}
