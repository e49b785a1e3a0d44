import { expect } from "vitest";
import { Desc, Gpr, Seg, SysType, Vector } from "../../../../../emulator/base/arch";
import { NO_ERROR_CODE, S, SegField } from "../../../../../emulator/base/layout";
import type { PortSpace } from "../../../../../emulator/base/ports";
import { State } from "../../../../../emulator/base/state";
import { System } from "../../../../../emulator/cpu/system/system";
import { SystemOp } from "../../../../../emulator/isa/system-ops";
import { MemorySystem } from "../../../../../emulator/memory/memory-system";

/** Selectors of the bench's GDT; RPLs are those with which each ring loads them. */
export const CODE0 = 0x08;
export const DATA0 = 0x10;
export const CODE1 = 0x19;
export const DATA1 = 0x21;
export const CODE3 = 0x2b;
export const DATA3 = 0x33;
export const TSS = 0x38;
export const LDT = 0x40;
/** The first selector that a test may define for itself; more follow every 8. */
export const OWN = 0x48;

const GDT_BASE = 0x1000;
const IDT_BASE = 0x2000;
export const TSS_BASE = 0x3000;
export const LDT_BASE = 0x4000;
/** Stack tops of the rings; 4 KiB each is free below. */
export const STACKS = [0x11000, 0x13000, 0x15000, 0x17000];
export const EIP = 0x00401000;
export const INSN_EIP = 0x00400ffe;

export interface SegmentOptions {
  base?: number;
  /** The 20-bit limit field. */
  limit?: number;
  dpl?: number;
  present?: boolean;
  big?: boolean;
  granular?: boolean;
}

/** High-dword type bits of segments, without `accessed`. */
export const CODE = Desc.S | Desc.Code | Desc.Rw;
export const EXECUTE_ONLY = Desc.S | Desc.Code;
export const CONFORMING = Desc.S | Desc.Code | Desc.Rw | Desc.Ec;
export const DATA = Desc.S | Desc.Rw;
export const READ_ONLY = Desc.S;
export const EXPAND_DOWN = Desc.S | Desc.Rw | Desc.Ec;

/** [low, high] of a descriptor; `kind` is one of the constants above, or SysType << 8. */
export function descriptor(kind: number, options: SegmentOptions = {}): [number, number] {
  const { base = 0, limit = 0xfffff, dpl = 0, present = true, big = true, granular = true } = options;
  const low = ((base << 16) | (limit & 0xffff)) >>> 0;
  let high = ((base >>> 16) & 0xff) | (base & 0xff000000) | (limit & 0xf0000) | kind | (dpl << 13);
  if (present) high |= Desc.P;
  if (big) high |= Desc.Db;
  if (granular) high |= Desc.G;
  return [low, high >>> 0];
}

export function gate(
  type: SysType,
  selector: number,
  offset: number,
  dpl = 0,
  present = true,
  count = 0,
): [number, number] {
  const low = ((selector << 16) | (offset & 0xffff)) >>> 0;
  const high = (offset & 0xffff0000) | (present ? Desc.P : 0) | (dpl << 13) | (type << 8) | count;
  return [low, high >>> 0];
}

export const HANDLER = 0x00501234;

/**
 * A processor with a GDT, an IDT of ring-0 interrupt gates to HANDLER, a TSS and
 * one flat code, data and stack set for rings 0, 1 and 3; paging is off.
 */
export class Bench {
  readonly state = new State(32 << 20);
  readonly memory = new MemorySystem(this.state);
  readonly system: System;
  now = 0;
  readonly written: [port: number, size: number, value: number][] = [];
  portValue = 0;
  private readonly ports: PortSpace = {
    read: () => this.portValue,
    write: (port, size, value) => this.written.push([port, size, value]),
  };

  constructor() {
    this.system = new System({ state: this.state, memory: this.memory, ports: this.ports, now: () => this.now });
    this.system.reset();
    this.define(CODE0, descriptor(CODE));
    this.define(DATA0, descriptor(DATA));
    this.define(CODE1, descriptor(CODE, { dpl: 1 }));
    this.define(DATA1, descriptor(DATA, { dpl: 1 }));
    this.define(CODE3, descriptor(CODE, { dpl: 3 }));
    this.define(DATA3, descriptor(DATA, { dpl: 3 }));
    this.define(TSS, descriptor(SysType.Tss32 << 8, { base: TSS_BASE, limit: 0x67, granular: false, big: false }));
    this.define(LDT, descriptor(SysType.Ldt << 8, { base: LDT_BASE, limit: 0x1f, granular: false, big: false }));
    this.state.set(S.GdtrBase, GDT_BASE);
    this.state.set(S.GdtrLimit, 0xff);
    this.state.set(S.IdtrBase, IDT_BASE);
    this.state.set(S.IdtrLimit, 0x7ff);
    for (let vector = 0; vector < 256; vector++) {
      this.gate(vector, gate(SysType.InterruptGate32, CODE0, HANDLER + vector * 16));
    }
    for (const ring of [0, 1]) this.innerStack(ring, ring === 0 ? DATA0 : DATA1, STACKS[ring] ?? 0);
    this.ok(this.run(SystemOp.Ltr, TSS));
    this.ring(0);
  }

  /** Puts the processor in a ring with its flat segments and its own stack. */
  ring(cpl: 0 | 1 | 3): this {
    const [cs, data] = cpl === 0 ? [CODE0, DATA0] : cpl === 1 ? [CODE1, DATA1] : [CODE3, DATA3];
    for (const seg of [Seg.Es, Seg.Ss, Seg.Ds, Seg.Fs, Seg.Gs]) this.cache(seg, data);
    this.cache(Seg.Cs, cs);
    this.state.set(S.Cpl, cpl);
    this.memory.tlb.select(cpl);
    this.state.setGpr(Gpr.Esp, STACKS[cpl] ?? 0);
    this.state.set(S.Eip, EIP);
    this.state.set(S.InsnEip, INSN_EIP);
    return this;
  }

  define(selector: number, [low, high]: [number, number]): void {
    const table = selector & 4 ? LDT_BASE : GDT_BASE;
    this.memory.physical.write32(table + (selector & ~7), low);
    this.memory.physical.write32(table + (selector & ~7) + 4, high);
  }

  /** The high dword of a descriptor as it stands in the GDT. */
  highOf(selector: number): number {
    return this.memory.physical.read32(GDT_BASE + (selector & ~7) + 4);
  }

  gate(vector: number, [low, high]: [number, number]): void {
    this.memory.physical.write32(IDT_BASE + vector * 8, low);
    this.memory.physical.write32(IDT_BASE + vector * 8 + 4, high);
  }

  /** SSn:ESPn of the 32-bit TSS. */
  innerStack(ring: number, ss: number, esp: number): void {
    this.memory.physical.write32(TSS_BASE + 4 + ring * 8, esp);
    this.memory.physical.write32(TSS_BASE + 8 + ring * 8, ss);
  }

  /** Loads a descriptor cache from the GDT without any check. */
  cache(seg: Seg, selector: number): void {
    const low = this.memory.physical.read32(GDT_BASE + (selector & ~7));
    const high = this.memory.physical.read32(GDT_BASE + (selector & ~7) + 4);
    const field = (low & 0xffff) | (high & 0xf0000);
    this.state.setSeg(seg, SegField.Selector, selector);
    this.state.setSeg(seg, SegField.Base, (low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000));
    this.state.setSeg(seg, SegField.Limit, high & Desc.G ? (field << 12) | 0xfff : field);
    this.state.setSeg(seg, SegField.Rights, high & Desc.Rights);
    this.state.setSeg(seg, SegField.Valid, 1);
  }

  run(op: SystemOp, a = 0, b = 0): number {
    return this.system.system(op, a, b);
  }

  ok(status: number): void {
    expect(this.fault()).toBe("no fault");
    expect(status).toBe(0);
  }

  /** Runs an instruction that must fault and change nothing; `expected` is like "#GP(0x48)". */
  faults(expected: string, op: SystemOp, a = 0, b = 0): void {
    const before = this.snapshot();
    const status = this.run(op, a, b);
    expect(this.fault()).toBe(expected);
    expect(status).toBe(1);
    expect(this.snapshot()).toEqual(before);
  }

  /** The pending fault in the manuals' notation. */
  fault(): string {
    if (this.state.get(S.Fault) === 0) return "no fault";
    const vector = this.state.get(S.FaultVector);
    const error = this.state.get(S.FaultError) | 0;
    const name = NAMES[vector] ?? `#${vector}`;
    return error === NO_ERROR_CODE ? name : `${name}(${error === 0 ? "0" : `0x${error.toString(16)}`})`;
  }

  get esp(): number {
    return this.state.gpr(Gpr.Esp);
  }

  get eip(): number {
    return this.state.get(S.Eip);
  }

  get cpl(): number {
    return this.state.get(S.Cpl);
  }

  selector(seg: Seg): number {
    return this.state.seg(seg, SegField.Selector);
  }

  valid(seg: Seg): boolean {
    return this.state.seg(seg, SegField.Valid) !== 0;
  }

  /** Dwords from ESP up (flat stack, paging off). */
  stack(count: number, at = this.esp): number[] {
    return Array.from({ length: count }, (_, n) => this.memory.physical.read32(at + n * 4));
  }

  stack16(count: number, at = this.esp): number[] {
    return Array.from({ length: count }, (_, n) => this.memory.physical.read16(at + n * 2));
  }

  /** Pushes dwords, the first one ends up highest. */
  push(...values: number[]): void {
    for (const value of values) {
      this.state.setGpr(Gpr.Esp, this.esp - 4);
      this.memory.physical.write32(this.esp, value);
    }
  }

  /** Registers, caches, control state, tables and stacks: what a faulting instruction must leave alone. */
  private snapshot(): Uint8Array {
    const words = this.state.u8.slice(S.Gpr, S.Scratch);
    for (const at of [S.Fault, S.FaultVector, S.FaultError, S.FaultReason, S.Cr2])
      words.fill(0, at - S.Gpr, at - S.Gpr + 4);
    const low = this.memory.physical.readBlock(0, 0x18000);
    return new Uint8Array([...words, ...digest(low)]);
  }
}

/** A short digest, so that a failed comparison stays readable. */
function digest(bytes: Uint8Array): number[] {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return [hash & 0xff, (hash >>> 8) & 0xff, (hash >>> 16) & 0xff, hash >>> 24];
}

const NAMES: Record<number, string> = {
  [Vector.De]: "#DE",
  [Vector.Db]: "#DB",
  [Vector.Bp]: "#BP",
  [Vector.Of]: "#OF",
  [Vector.Br]: "#BR",
  [Vector.Ud]: "#UD",
  [Vector.Nm]: "#NM",
  [Vector.Df]: "#DF",
  [Vector.Ts]: "#TS",
  [Vector.Np]: "#NP",
  [Vector.Ss]: "#SS",
  [Vector.Gp]: "#GP",
  [Vector.Pf]: "#PF",
};
