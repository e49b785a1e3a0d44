import { Gpr, Seg, SysType } from "../../base/arch";
import { S, SegField } from "../../base/layout";
import type { Context } from "./context";

/** Offsets of a 32-bit TSS (vol. 3A, figure 7-2); fields are 4 bytes. */
const enum Tss32 {
  Cr3 = 28,
  Eip = 32,
  Eflags = 36,
  Gpr = 40,
  Seg = 72,
  Ldt = 96,
  Trap = 100,
  Limit = 0x67,
}

/** Offsets of a 16-bit TSS (vol. 3A, figure 7-10); fields are 2 bytes. */
const enum Tss16 {
  Ip = 14,
  Flags = 16,
  Gpr = 18,
  Seg = 34,
  Ldt = 42,
  Limit = 0x2b,
}

const SEGMENTS = 6;
const SEGMENTS_16 = 4;
/** The distance from the first field that a switch saves to the last one. */
const SAVED_32 = Tss32.Ldt - Tss32.Eip;
const SAVED_16 = Tss16.Ldt - Tss16.Ip;

/** The limit that a TSS of this type must have at least. */
export function tssMinimum(type: SysType): number {
  return type >= SysType.Tss32 ? Tss32.Limit : Tss16.Limit;
}

/** The task state in a TSS. Reads that of a new task, and writes that of the old one. */
export class TaskState {
  cr3 = 0;
  eip = 0;
  eflags = 0;
  ldt = 0;
  /** The T flag, which asks for #DB when the task starts. */
  trap = false;
  readonly gpr = new Uint32Array(8);
  /** Selectors, indexed by Seg. */
  readonly selectors = new Uint16Array(SEGMENTS);

  constructor(private readonly context: Context) {}

  /** Reads the whole state at `base`; 1 after raising #PF. */
  read(base: number, type: SysType): number {
    if (type >= SysType.Tss32) this.read32(base);
    else this.read16(base);
    return this.context.faulted() ? 1 : 0;
  }

  /** Checks that `save` can write; 1 after raising #PF. */
  probeSave(base: number, type: SysType): number {
    const system = this.context.memory.system;
    const wide = type >= SysType.Tss32;
    return system.probeWrite(base + (wide ? Tss32.Eip : Tss16.Ip), wide ? SAVED_32 : SAVED_16) ? 0 : 1;
  }

  /** Writes the running task's registers to the TSS at `base`. */
  save(base: number, type: SysType, eip: number, eflags: number): void {
    const system = this.context.memory.system;
    const state = this.context.state;
    const wide = type >= SysType.Tss32;
    if (wide) {
      system.write32(base + Tss32.Eip, eip);
      system.write32(base + Tss32.Eflags, eflags);
    } else {
      system.write16(base + Tss16.Ip, eip);
      system.write16(base + Tss16.Flags, eflags);
    }
    for (let n: Gpr = 0; n < 8; n++) {
      if (wide) system.write32(base + Tss32.Gpr + n * 4, state.gpr(n));
      else system.write16(base + Tss16.Gpr + n * 2, state.gpr(n));
    }
    for (let n: Seg = 0; n < (wide ? SEGMENTS : SEGMENTS_16); n++) {
      const selector = state.seg(n, SegField.Selector);
      system.write16(wide ? base + Tss32.Seg + n * 4 : base + Tss16.Seg + n * 2, selector);
    }
  }

  private read32(base: number): void {
    const system = this.context.memory.system;
    this.cr3 = system.read32(base + Tss32.Cr3);
    this.eip = system.read32(base + Tss32.Eip);
    this.eflags = system.read32(base + Tss32.Eflags);
    for (let n = 0; n < 8; n++) this.gpr[n] = system.read32(base + Tss32.Gpr + n * 4);
    for (let n = 0; n < SEGMENTS; n++) this.selectors[n] = system.read16(base + Tss32.Seg + n * 4);
    this.ldt = system.read16(base + Tss32.Ldt);
    this.trap = (system.read16(base + Tss32.Trap) & 1) !== 0;
  }

  private read16(base: number): void {
    const system = this.context.memory.system;
    this.cr3 = this.context.state.get(S.Cr3);
    this.eip = system.read16(base + Tss16.Ip);
    this.eflags = system.read16(base + Tss16.Flags);
    // After a switch to a 16-bit task the high halves of the registers are undefined. Here they are ones, as processors
    // leave them.
    for (let n = 0; n < 8; n++) this.gpr[n] = 0xffff0000 | system.read16(base + Tss16.Gpr + n * 2);
    this.selectors.fill(0);
    for (let n = 0; n < SEGMENTS_16; n++) this.selectors[n] = system.read16(base + Tss16.Seg + n * 2);
    this.ldt = system.read16(base + Tss16.Ldt);
    this.trap = false;
  }
}
