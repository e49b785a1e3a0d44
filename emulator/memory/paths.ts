import { Desc, Seg, Vector } from "../base/arch";
import { REPLAY, S, SEG_SIZE, SegField } from "../base/layout";
import { Reason } from "../base/reasons";
import type { State } from "../base/state";
import { SEG_ACCESS_WRITE, SEG_CHECKED, type MemoryPaths } from "../isa/system-ops";
import type { Mmu } from "./mmu";
import type { PhysicalMemory } from "./physical";
import { Touch, type Watches } from "./watches";

/** The slow paths of generated code, for all accesses that are not TLB hits in a flat segment. */
export class CheckedPaths implements MemoryPaths {
  constructor(
    private readonly state: State,
    private readonly mmu: Mmu,
    private readonly watches: Watches,
    private readonly physical: PhysicalMemory,
  ) {}

  read(linear: number, sizeSeg: number): number {
    if (!this.withinFlat(linear, sizeSeg) || this.isDoneAlone(linear, sizeSeg, Touch.Read)) return 0;
    return this.mmu.load(linear, sizeSeg & 15, this.mmu.ring());
  }

  readForWrite(linear: number, sizeSeg: number): number {
    if (!this.withinFlat(linear, sizeSeg) || this.isDoneAlone(linear, sizeSeg, Touch.Read | Touch.Write)) return 0;
    return this.mmu.loadForWrite(linear, sizeSeg & 15, this.mmu.ring());
  }

  write(linear: number, value: number, sizeSeg: number): void {
    if (!this.withinFlat(linear, sizeSeg) || this.isDoneAlone(linear, sizeSeg, Touch.Write)) return;
    this.mmu.store(linear, value, sizeSeg & 15, this.mmu.ring());
  }

  readForDataWrite(linear: number, sizeSeg: number): number {
    if (!this.withinFlat(linear, sizeSeg) || this.isDoneAlone(linear, sizeSeg, Touch.Read | Touch.Write)) return 0;
    const ring = this.mmu.ring();
    return this.mmu.reachesData(linear, sizeSeg & 15, ring) ? this.mmu.loadForWrite(linear, sizeSeg & 15, ring) : 0;
  }

  writeData(linear: number, value: number, sizeSeg: number): void {
    if (!this.withinFlat(linear, sizeSeg) || this.isDoneAlone(linear, sizeSeg, Touch.Write)) return;
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

  /**
   * Whether the access is one that generated code must not make, because it touches a watch or a device (for which the
   * count of instructions has to be exact). The instruction is then done again, alone. True also after a page fault.
   */
  private isDoneAlone(linear: number, sizeSeg: number, touches: number): boolean {
    const { watches, physical } = this;
    if (watches.armed) return false;
    const size = sizeSeg & 15;
    const isWatched = watches.active && watches.covers(linear, size, touches);
    if (!isWatched && !(physical.kinds.hasDevices && this.meetsDevice(linear, size, touches))) return false;
    if (this.state.get(S.Fault) === 0) this.state.set(S.Fault, REPLAY);
    return true;
  }

  /** Whether a device answers to a part of the access, or there is a page fault. */
  private meetsDevice(linear: number, size: number, touches: number): boolean {
    const write = (touches & Touch.Write) !== 0 ? 1 : 0;
    for (const at of (linear & 0xfff) + size > 4096 ? [linear, linear + size - 1] : [linear]) {
      const physical = this.mmu.translate(at | 0, this.mmu.ring(), write);
      if (physical < 0 || this.physical.isDevice(physical)) return true;
    }
    return false;
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

/** Whether `size` bytes at `offset` are inside a segment; `limit` is as in SegField.Limit. */
export function insideLimit(rights: number, limit: number, offset: number, size: number): boolean {
  const last = offset + size - 1;
  if ((rights & (Desc.Code | Desc.Ec)) === Desc.Ec) {
    return offset > limit && last <= ((rights & Desc.Db) !== 0 ? 0xffffffff : 0xffff);
  }
  return last <= limit;
}
