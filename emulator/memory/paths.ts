import { Desc, Seg, Vector } from "../base/arch";
import { REPLAY, S, SEG_SIZE, SegField } from "../base/layout";
import { Reason } from "../base/reasons";
import type { State } from "../base/state";
import { SEG_ACCESS_WRITE, SEG_CHECKED, type MemoryPaths } from "../isa/system-ops";
import type { Mmu } from "./mmu";
import { Touch, type Watches } from "./watches";

/** The slow paths of generated code: what a TLB hit in a flat segment does not cover. */
export class CheckedPaths implements MemoryPaths {
  constructor(
    private readonly state: State,
    private readonly mmu: Mmu,
    private readonly watches: Watches,
  ) {}

  read(linear: number, sizeSeg: number): number {
    if (!this.withinFlat(linear, sizeSeg) || this.isWatched(linear, sizeSeg, Touch.Read)) return 0;
    return this.mmu.load(linear, sizeSeg & 15, this.mmu.ring());
  }

  readForWrite(linear: number, sizeSeg: number): number {
    if (!this.withinFlat(linear, sizeSeg) || this.isWatched(linear, sizeSeg, Touch.Read | Touch.Write)) return 0;
    return this.mmu.loadForWrite(linear, sizeSeg & 15, this.mmu.ring());
  }

  write(linear: number, value: number, sizeSeg: number): void {
    if (!this.withinFlat(linear, sizeSeg) || this.isWatched(linear, sizeSeg, Touch.Write)) return;
    this.mmu.store(linear, value, sizeSeg & 15, this.mmu.ring());
  }

  readForDataWrite(linear: number, sizeSeg: number): number {
    if (!this.withinFlat(linear, sizeSeg) || this.isWatched(linear, sizeSeg, Touch.Read | Touch.Write)) return 0;
    const ring = this.mmu.ring();
    return this.mmu.reachesData(linear, sizeSeg & 15, ring) ? this.mmu.loadForWrite(linear, sizeSeg & 15, ring) : 0;
  }

  writeData(linear: number, value: number, sizeSeg: number): void {
    if (!this.withinFlat(linear, sizeSeg) || this.isWatched(linear, sizeSeg, Touch.Write)) return;
    const ring = this.mmu.ring();
    if (this.mmu.reachesData(linear, sizeSeg & 15, ring)) this.mmu.store(linear, value, sizeSeg & 15, ring);
  }

  segment(offset: number, sizeSegAccess: number): number {
    const seg: Seg = (sizeSegAccess >>> 4) & 7;
    const reason = this.refusal(seg, offset >>> 0, sizeSegAccess & 15, (sizeSegAccess & SEG_ACCESS_WRITE) !== 0);
    if (reason !== Reason.None) {
      this.refuse(seg, reason);
      return 0;
    }
    return (this.state.seg(seg, SegField.Base) + offset) >>> 0;
  }

  /**
   * Why `size` bytes at `offset` may not be accessed through a segment register
   * (vol. 3A, 5.3-5.5): null, type, then limit. Reason.None when they may.
   */
  refusal(seg: Seg, offset: number, size: number, write: boolean): Reason {
    const at = (S.Seg + seg * SEG_SIZE) >> 2;
    const words = this.state.u32;
    if (words[at + (SegField.Valid >> 2)] === 0) return Reason.SegmentNull;
    const rights = words[at + (SegField.Rights >> 2)];
    if ((rights & Desc.Code) !== 0) {
      if (write) return Reason.SegmentReadOnly;
      if ((rights & Desc.Rw) === 0) return Reason.SegmentExecuteOnly;
    } else if (write && (rights & Desc.Rw) === 0) {
      return Reason.SegmentReadOnly;
    }
    const limit = words[at + (SegField.Limit >> 2)];
    return insideLimit(rights, limit, offset, size) ? Reason.None : Reason.SegmentLimit;
  }

  /** Whether the access touches a watch outside of an instruction that is done for it: then that is asked for. */
  private isWatched(linear: number, sizeSeg: number, touches: number): boolean {
    const { watches } = this;
    if (!watches.active || watches.armed || !watches.covers(linear, sizeSeg & 15, touches)) return false;
    this.state.set(S.Fault, REPLAY);
    return true;
  }

  private withinFlat(linear: number, sizeSeg: number): boolean {
    const seg = sizeSeg >>> 4;
    if (seg === SEG_CHECKED) return true;
    const last = (linear >>> 0) + (sizeSeg & 15) - 1;
    if (last <= this.state.seg(seg, SegField.Limit)) return true;
    this.refuse(seg, Reason.SegmentLimit);
    return false;
  }

  private refuse(seg: Seg, reason: Reason): void {
    this.state.set(S.FaultReason, reason);
    this.state.raise(seg === Seg.Ss ? Vector.Ss : Vector.Gp, 0);
  }
}

/** Whether `size` bytes at `offset` lie inside a segment; `limit` as SegField.Limit has it. */
export function insideLimit(rights: number, limit: number, offset: number, size: number): boolean {
  const last = offset + size - 1;
  if ((rights & (Desc.Code | Desc.Ec)) === Desc.Ec) {
    return offset > limit && last <= ((rights & Desc.Db) !== 0 ? 0xffffffff : 0xffff);
  }
  return last <= limit;
}
