import { Seg, SysType, Vector } from "../../base/arch";
import { SegField } from "../../base/layout";
import { Reason } from "../../base/reasons";
import type { Context } from "./context";
import { selectorError } from "./segments";

/** Offset of the I/O map base in a 32-bit TSS (vol. 3A, figure 7-2). */
const IO_MAP_BASE = 102;

/** The current TSS: the stacks of the inner rings and the I/O permission bitmap. */
export class CurrentTss {
  /** Filled by `innerStack`. */
  ss = 0;
  esp = 0;

  constructor(private readonly context: Context) {}

  /** Whether TR holds a 32-bit TSS. */
  get is32(): boolean {
    const type = (this.context.state.seg(Seg.Tr, SegField.Rights) >>> 8) & 0xf;
    return type === SysType.Tss32Busy || type === SysType.Tss32;
  }

  /** Reads the stack pointer of ring `cpl` (0-2). Raises #TS with the TSS's selector when the TSS has none. */
  innerStack(cpl: number, ext: number): number {
    const state = this.context.state;
    const wide = this.is32;
    const offset = wide ? cpl * 8 + 4 : cpl * 4 + 2;
    const error = selectorError(state.seg(Seg.Tr, SegField.Selector), ext);
    if (state.seg(Seg.Tr, SegField.Valid) === 0) return this.context.fault(Vector.Ts, error, Reason.TssInvalid);
    if (offset + (wide ? 5 : 3) > state.seg(Seg.Tr, SegField.Limit)) {
      return this.context.fault(Vector.Ts, error, Reason.TssLimit);
    }
    const system = this.context.memory.system;
    const at = state.seg(Seg.Tr, SegField.Base) + offset;
    this.esp = wide ? system.read32(at) : system.read16(at);
    if (this.context.faulted()) return 1;
    this.ss = system.read16(at + (wide ? 4 : 2));
    return this.context.faulted() ? 1 : 0;
  }

  /** Whether the bitmap allows `size` ports from `port` on; raises #GP(0) (or #PF) when not. */
  allowsPorts(port: number, size: number): boolean {
    const state = this.context.state;
    const limit = state.seg(Seg.Tr, SegField.Limit);
    if (state.seg(Seg.Tr, SegField.Valid) === 0 || !this.is32 || limit < IO_MAP_BASE + 1) return this.refuse();
    const system = this.context.memory.system;
    const base = state.seg(Seg.Tr, SegField.Base);
    const at = system.read16(base + IO_MAP_BASE) + (port >>> 3);
    if (this.context.faulted()) return false;
    // The processor always reads two bytes (vol. 1, 19.5.2), so the map ends in a byte of ones.
    if (at + 1 > limit) return this.refuse();
    const bits = system.read16(base + at) >>> (port & 7);
    if (this.context.faulted()) return false;
    return (bits & ((1 << size) - 1)) === 0 ? true : this.refuse();
  }

  private refuse(): boolean {
    this.context.fault(Vector.Gp, 0, Reason.IoPermission);
    return false;
  }
}
