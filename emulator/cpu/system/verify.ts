import { Desc, Flag, SysType } from "../../base/arch";
import { S } from "../../base/layout";
import type { Context } from "./context";
import { Descriptor } from "./descriptor";
import { isNull, type Segments } from "./segments";

/** What LAR shows of a descriptor: the second dword without base and limit. */
const LAR_MASK = Desc.Rights;
/** System types that LAR and LSL accept (vol. 2), a bit each. */
const LAR_TYPES =
  (1 << SysType.Tss16) |
  (1 << SysType.Ldt) |
  (1 << SysType.Tss16Busy) |
  (1 << SysType.CallGate16) |
  (1 << SysType.TaskGate) |
  (1 << SysType.Tss32) |
  (1 << SysType.Tss32Busy) |
  (1 << SysType.CallGate32);
const LSL_TYPES =
  (1 << SysType.Tss16) |
  (1 << SysType.Ldt) |
  (1 << SysType.Tss16Busy) |
  (1 << SysType.Tss32) |
  (1 << SysType.Tss32Busy);

/**
 * LAR, LSL, VERR and VERW. ZF tells whether the selector may be used. They raise only the page faults of the descriptor
 * table.
 */
export class Verify {
  private readonly descriptor = new Descriptor();

  constructor(
    private readonly context: Context,
    private readonly segments: Segments,
  ) {}

  lar(selector: number): number {
    const found = this.find(selector);
    if (this.context.faulted()) return 1;
    const good = found && this.mayAsk(LAR_TYPES);
    return this.result(good, this.descriptor.high & LAR_MASK);
  }

  lsl(selector: number): number {
    const found = this.find(selector);
    if (this.context.faulted()) return 1;
    const good = found && this.mayAsk(LSL_TYPES);
    return this.result(good, this.descriptor.limit);
  }

  verr(selector: number): number {
    const found = this.find(selector);
    if (this.context.faulted()) return 1;
    return this.setZf(found && this.descriptor.isReadable && this.isReachable());
  }

  verw(selector: number): number {
    const found = this.find(selector);
    if (this.context.faulted()) return 1;
    return this.setZf(found && this.descriptor.isWritableData && this.isReachable());
  }

  /** Fetches the descriptor; false when the selector is null or beyond its table. */
  private find(selector: number): boolean {
    if (isNull(selector)) return false;
    const at = this.segments.address(selector);
    return at >= 0 && this.segments.read(this.descriptor, selector, at) === 0;
  }

  private mayAsk(systemTypes: number): boolean {
    const descriptor = this.descriptor;
    if (!descriptor.isSegment && (systemTypes & (1 << descriptor.systemType)) === 0) return false;
    return this.isReachable();
  }

  /** Compares DPL with CPL and RPL. Conforming code can be reached from everywhere. */
  private isReachable(): boolean {
    const descriptor = this.descriptor;
    if (descriptor.isCode && descriptor.isConforming) return true;
    return descriptor.dpl >= this.context.cpl && descriptor.dpl >= descriptor.rpl;
  }

  private result(good: boolean, value: number): number {
    this.context.state.set(S.Scratch, value);
    this.context.state.set(S.Scratch + 4, good ? 1 : 0);
    return this.setZf(good);
  }

  private setZf(zf: boolean): number {
    const state = this.context.state;
    state.setEflags(zf ? state.eflags() | Flag.Zf : state.eflags() & ~Flag.Zf);
    return 0;
  }
}
