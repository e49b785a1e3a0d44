import { Desc, Gpr, Seg, Vector } from "../../base/arch";
import { SegField } from "../../base/layout";
import { Reason } from "../../base/reasons";
import { insideLimit } from "../../memory/paths";
import { ringClass } from "../../memory/tlb";
import type { Context } from "./context";
import type { Descriptor } from "./descriptor";

/**
 * A stack on which a helper builds or reads a frame. `useCurrent` or `useNew` chooses it. `reserve` and `probe` check
 * limit and paging for all pushes of the frame, so that the pushes themselves cannot fault. `commit` finally moves ESP.
 */
export class Stack {
  /** The stack pointer. All 32 bits are kept, even when only SP counts. */
  esp = 0;
  private base = 0;
  private limit = 0;
  private rights = 0;
  /** False in a new task whose SS could not be loaded, since such a stack has no room. */
  private usable = true;
  private ring = 0;
  private count = 0;
  private size = 0;

  constructor(private readonly context: Context) {}

  /** Chooses SS:ESP, with the rights of the current CPL. */
  useCurrent(): void {
    const state = this.context.state;
    this.base = state.seg(Seg.Ss, SegField.Base);
    this.limit = state.seg(Seg.Ss, SegField.Limit);
    this.rights = state.seg(Seg.Ss, SegField.Rights);
    this.usable = state.seg(Seg.Ss, SegField.Valid) !== 0;
    this.esp = state.gpr(Gpr.Esp);
    this.ring = ringClass(this.context.cpl);
  }

  /** Chooses a stack that is not loaded yet, accessed with the rights of `cpl`. */
  useNew(segment: Descriptor, esp: number, cpl: number): void {
    this.base = segment.base;
    this.limit = segment.limit;
    this.rights = segment.rights;
    this.usable = true;
    this.esp = esp;
    this.ring = ringClass(cpl);
  }

  /**
   * Checks that the segment has room for `count` pushes of `size` bytes.
   * @param error the error code of the #SS when it has not
   */
  reserve(count: number, size: number, error: number): number {
    this.count = count;
    this.size = size;
    if (!this.usable) return this.noRoom(error);
    for (let n = 1; n <= count; n++) {
      if (!insideLimit(this.rights, this.limit, this.offset(-n * size), size)) return this.noRoom(error);
    }
    return 0;
  }

  /**
   * Checks that the reserved pushes can be written. It does so in their order, so that CR2 is that of the first one
   * that cannot. @returns SYSTEM_FAULT after #PF
   */
  probe(): number {
    const mmu = this.context.memory.mmu;
    for (let n = 1; n <= this.count; n++) {
      const linear = (this.base + this.offset(-n * this.size)) | 0;
      if (!mmu.probeWrite(linear, this.size, this.ring)) return 1;
    }
    return 0;
  }

  /** Pushes a value. `reserve` and `probe` have made sure that this cannot fault. */
  push(value: number, size: number): void {
    this.advance(-size);
    this.context.memory.mmu.store((this.base + this.offset(0)) | 0, value, size, this.ring);
  }

  /** Checks the limit for `count` pops of `size` bytes, `skip` bytes above the top; raises #SS(0). */
  holds(count: number, size: number, skip = 0): number {
    for (let n = 0; n < count; n++) {
      const offset = this.offset(skip + n * size);
      if (!insideLimit(this.rights, this.limit, offset, size)) return this.noRoom(0);
    }
    return 0;
  }

  /** The value `at` bytes above the top, zero-extended; 0 after raising #PF. */
  peek(at: number, size: number): number {
    return this.context.memory.mmu.load((this.base + this.offset(at)) | 0, size, this.ring);
  }

  /** Moves the stack pointer by `bytes`; a 16-bit stack moves SP only. */
  advance(bytes: number): void {
    this.esp = (this.rights & Desc.Db) !== 0 ? (this.esp + bytes) >>> 0 : merge(this.esp, this.esp + bytes);
  }

  /** Writes the stack pointer to ESP, or to SP on a 16-bit stack. */
  commit(): void {
    const state = this.context.state;
    const wide = (this.rights & Desc.Db) !== 0;
    state.setGpr(Gpr.Esp, wide ? this.esp : merge(state.gpr(Gpr.Esp), this.esp));
  }

  private offset(bytes: number): number {
    const offset = this.esp + bytes;
    return (this.rights & Desc.Db) !== 0 ? offset >>> 0 : offset & 0xffff;
  }

  private noRoom(error: number): number {
    return this.context.fault(Vector.Ss, error, Reason.StackLimit);
  }
}

function merge(high: number, low: number): number {
  return ((high & 0xffff0000) | (low & 0xffff)) >>> 0;
}
