import { Desc, Seg, SysType, Vector } from "../../base/arch";
import { S, SegField } from "../../base/layout";
import { Reason } from "../../base/reasons";
import type { Context } from "./context";
import { Descriptor } from "./descriptor";

const TABLE_LDT = 4;

/** Whether a selector is null: index 0 of the GDT, any RPL. */
export function isNull(selector: number): boolean {
  return (selector & 0xfffc) === 0;
}

/** A selector as error code (vol. 3A, 6.13); `ext` is its EXT bit. */
export function selectorError(selector: number, ext = 0): number {
  return (selector & 0xfffc) | ext;
}

/**
 * The fetch of a descriptor, the checks that several instructions share, and the loads of descriptor caches. Methods
 * answer 0, or SYSTEM_FAULT after raising.
 */
export class Segments {
  private readonly data = new Descriptor();

  constructor(private readonly context: Context) {}

  /** The linear address of a selector's descriptor, or -1 when its table does not reach that far. */
  address(selector: number): number {
    const state = this.context.state;
    const last = (selector & 0xfff8) + 7;
    if ((selector & TABLE_LDT) === 0) {
      return last > state.get(S.GdtrLimit) ? -1 : (state.get(S.GdtrBase) + last - 7) >>> 0;
    }
    if (state.seg(Seg.Ldtr, SegField.Valid) === 0 || last > state.seg(Seg.Ldtr, SegField.Limit)) return -1;
    return (state.seg(Seg.Ldtr, SegField.Base) + last - 7) >>> 0;
  }

  /**
   * Reads a descriptor. One beyond the end of its table raises `vector` with the selector (and `ext`) as error code.
   */
  fetch(into: Descriptor, selector: number, vector: Vector, ext = 0): number {
    const at = this.address(selector);
    if (at < 0) return this.context.fault(vector, selectorError(selector, ext), Reason.SelectorBeyondTable);
    return this.read(into, selector, at);
  }

  /** `fetch` for LDT and TSS descriptors: the selector must refer to the GDT. */
  fetchGlobal(into: Descriptor, selector: number, vector: Vector, ext = 0): number {
    if ((selector & TABLE_LDT) !== 0) {
      return this.context.fault(vector, selectorError(selector, ext), Reason.SelectorInLdt);
    }
    return this.fetch(into, selector, vector, ext);
  }

  /** Reads the descriptor at linear address `at`. */
  read(into: Descriptor, selector: number, at: number): number {
    const system = this.context.memory.system;
    into.selector = selector;
    into.at = at;
    into.low = system.read32(at);
    if (this.context.faulted()) return 1;
    into.high = system.read32(at + 4);
    return this.context.faulted() ? 1 : 0;
  }

  /** Sets the accessed bit of a code or data descriptor in its table. */
  touch(descriptor: Descriptor): number {
    if ((descriptor.high & Desc.Accessed) !== 0) return 0;
    this.context.memory.system.setBits8(descriptor.at + 5, Desc.Accessed >> 8);
    if (this.context.faulted()) return 1;
    descriptor.high |= Desc.Accessed;
    return 0;
  }

  /** Loads a descriptor cache. All checks have been made. */
  load(seg: Seg, selector: number, descriptor: Descriptor): void {
    const state = this.context.state;
    state.setSeg(seg, SegField.Selector, selector);
    state.setSeg(seg, SegField.Base, descriptor.base);
    state.setSeg(seg, SegField.Limit, descriptor.limit);
    state.setSeg(seg, SegField.Rights, descriptor.rights);
    state.setSeg(seg, SegField.Valid, 1);
  }

  /** Makes a segment register unusable. Its base, limit and rights stay as they were. */
  loadNull(seg: Seg, selector: number): void {
    this.context.state.setSeg(seg, SegField.Selector, selector);
    this.context.state.setSeg(seg, SegField.Valid, 0);
  }

  /** MOV Sw, POP Sw and the far-pointer loads: ES, DS, FS, GS or SS (vol. 2, MOV). */
  loadRegister(seg: Seg, selector: number): number {
    if (seg === Seg.Ss) return this.loadStack(selector);
    if (isNull(selector)) {
      this.loadNull(seg, selector);
      return 0;
    }
    const data = this.data;
    if (this.checkData(data, selector, this.context.cpl, Vector.Gp) !== 0 || this.touch(data) !== 0) return 1;
    this.load(seg, selector, data);
    return 0;
  }

  /** Makes the checks of a load of DS, ES, FS or GS with a selector that is not null. */
  checkData(into: Descriptor, selector: number, cpl: number, vector: Vector): number {
    if (this.fetch(into, selector, vector) !== 0) return 1;
    const error = selectorError(selector);
    if (!into.isReadable) return this.context.fault(vector, error, Reason.DescriptorType);
    const conforming = into.isCode && into.isConforming;
    if (!conforming && Math.max(cpl, into.rpl) > into.dpl) {
      return this.context.fault(vector, error, Reason.DescriptorPrivilege);
    }
    return into.present ? 0 : this.context.fault(Vector.Np, error, Reason.DescriptorNotPresent);
  }

  /**
   * Makes the checks of a stack segment for `cpl`. They raise `vector` with the selector as error code (0 for a null
   * selector), or `absent` when the segment is not present.
   */
  checkStack(into: Descriptor, selector: number, cpl: number, vector: Vector, ext = 0, absent = Vector.Ss): number {
    if (isNull(selector)) return this.context.fault(vector, ext, Reason.SelectorNull);
    if (this.fetch(into, selector, vector, ext) !== 0) return 1;
    const error = selectorError(selector, ext);
    if (into.rpl !== cpl) return this.context.fault(vector, error, Reason.SelectorRpl);
    if (!into.isWritableData) return this.context.fault(vector, error, Reason.DescriptorType);
    if (into.dpl !== cpl) return this.context.fault(vector, error, Reason.DescriptorPrivilege);
    return into.present ? 0 : this.context.fault(absent, error, Reason.DescriptorNotPresent);
  }

  /** Makes the checks of a code segment to which RET or IRET returns. */
  checkReturnCode(into: Descriptor, selector: number): number {
    if (isNull(selector)) return this.context.fault(Vector.Gp, 0, Reason.SelectorNull);
    if (this.fetch(into, selector, Vector.Gp) !== 0) return 1;
    const error = selectorError(selector);
    if (!into.isCode) return this.context.fault(Vector.Gp, error, Reason.DescriptorType);
    if (into.rpl < this.context.cpl) return this.context.fault(Vector.Gp, error, Reason.SelectorRpl);
    if (into.isConforming ? into.dpl > into.rpl : into.dpl !== into.rpl) {
      return this.context.fault(Vector.Gp, error, Reason.DescriptorPrivilege);
    }
    return into.present ? 0 : this.context.fault(Vector.Np, error, Reason.DescriptorNotPresent);
  }

  /** After a return to an outer ring, makes null each data segment register that the new CPL may not use. */
  dropPrivileged(): void {
    this.dropIfPrivileged(Seg.Es);
    this.dropIfPrivileged(Seg.Ds);
    this.dropIfPrivileged(Seg.Fs);
    this.dropIfPrivileged(Seg.Gs);
  }

  /** LLDT. */
  loadLdtr(selector: number): number {
    if (isNull(selector)) {
      this.loadNull(Seg.Ldtr, selector);
      return 0;
    }
    const data = this.data;
    if (this.fetchGlobal(data, selector, Vector.Gp) !== 0) return 1;
    const error = selectorError(selector);
    if (data.isSegment || data.systemType !== SysType.Ldt) {
      return this.context.fault(Vector.Gp, error, Reason.DescriptorType);
    }
    if (!data.present) return this.context.fault(Vector.Np, error, Reason.DescriptorNotPresent);
    this.load(Seg.Ldtr, selector, data);
    return 0;
  }

  /** LTR with an available TSS, which becomes busy. */
  loadTr(selector: number): number {
    if (isNull(selector)) return this.context.fault(Vector.Gp, 0, Reason.SelectorNull);
    const data = this.data;
    if (this.fetchGlobal(data, selector, Vector.Gp) !== 0) return 1;
    const error = selectorError(selector);
    const type = data.systemType;
    if (data.isSegment || (type !== SysType.Tss16 && type !== SysType.Tss32)) {
      return this.context.fault(Vector.Gp, error, Reason.DescriptorType);
    }
    if (!data.present) return this.context.fault(Vector.Np, error, Reason.DescriptorNotPresent);
    this.context.memory.system.setBits8(data.at + 5, TSS_BUSY);
    if (this.context.faulted()) return 1;
    data.high |= TSS_BUSY << 8;
    this.load(Seg.Tr, selector, data);
    return 0;
  }

  private loadStack(selector: number): number {
    const data = this.data;
    if (this.checkStack(data, selector, this.context.cpl, Vector.Gp) !== 0 || this.touch(data) !== 0) return 1;
    this.load(Seg.Ss, selector, data);
    return 0;
  }

  private dropIfPrivileged(seg: Seg): void {
    const state = this.context.state;
    if (state.seg(seg, SegField.Valid) === 0) return;
    const rights = state.seg(seg, SegField.Rights);
    const conforming = (rights & (Desc.Code | Desc.Ec)) === (Desc.Code | Desc.Ec);
    if (!conforming && ((rights >>> Desc.DplShift) & 3) < this.context.cpl) this.loadNull(seg, 0);
  }
}

/** The busy bit of a TSS descriptor, in byte 5. */
export const TSS_BUSY = 2;
