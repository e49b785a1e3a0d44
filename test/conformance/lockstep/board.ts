import { Cr0, Desc, Gpr, Pte, Seg, SysType } from "../../../emulator/base/arch";
import { RAM, S, SEG_SIZE, SegField } from "../../../emulator/base/layout";
import { State } from "../../../emulator/base/state";
import { Cpu } from "../../../emulator/cpu/cpu";
import type { CpuStop } from "../../../emulator/cpu/wiring";
import { Jit } from "../../../emulator/jit/jit";
import { ALIAS, CODE, CODE_BYTES, DATA, DIRECTORY, HANDLERS, KERNEL_STACK, type Program, TABLE } from "./program";

/** A processor with 1 MiB of RAM, put back to the start of one random program after another. */

const RAM_BYTES = 0x100000;
const GDT = 0x3000;
const IDT = 0x4000;
const TSS = 0x5000;
const TSS_SELECTOR = 0x28;

/** Everything is compiled at first sight. */
const EAGER = { interpreted: 1, misses: 1 };

/** Words of the state that a program can see. */
const VISIBLE: readonly number[] = [
  ...words(S.Gpr, 8),
  S.Eip,
  S.Cpl,
  S.Cr2,
  S.Cr3,
  S.Inhibit,
  ...words(S.Seg, (8 * SEG_SIZE) / 4),
];

function words(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => first + n * 4);
}

export interface Setting {
  ring: 0 | 3;
  writeProtect: boolean;
}

export class Board {
  readonly state = new State(RAM_BYTES);
  readonly cpu: Cpu;
  readonly ram: Uint8Array;
  private waiting = false;
  private first = 0;

  constructor(engine: "interpreter" | "compiled") {
    const { state } = this;
    this.ram = new Uint8Array(state.memory.buffer, RAM, RAM_BYTES);
    this.cpu = new Cpu({
      state,
      ports: { read: () => 0, write: () => undefined },
      interrupts: { pending: () => this.waiting, acknowledge: () => this.acknowledge() },
      now: () => this.retired,
    });
    if (engine === "compiled") this.cpu.attach((parts) => new Jit(parts, EAGER));
  }

  /** Instructions of this program. */
  get retired(): number {
    return this.cpu.retired - this.first;
  }

  private acknowledge(): number {
    this.waiting = false;
    return 0x21;
  }

  load(program: Program, setting: Setting, data: Uint8Array): void {
    const { state, ram } = this;
    ram.fill(0);
    this.writeTables(program);
    ram.set(program.code, CODE);
    ram.set(program.handlers, HANDLERS);
    ram.set(data, DATA);
    this.cpu.forgetCode();
    for (const at of VISIBLE) state.set(at, 0);
    this.writeState(program, setting);
    this.cpu.memory.tlb.flushAll();
    this.cpu.memory.tlb.select(setting.ring);
    this.waiting = false;
    this.first = this.cpu.retired;
  }

  private dword(physical: number, value: number): void {
    this.state.view.setUint32(RAM + physical, value >>> 0, true);
  }

  private writeTables({ vectors }: Program): void {
    const all = Pte.P | Pte.Rw | Pte.Us;
    this.dword(DIRECTORY, TABLE | all);
    for (let page = 0; page < 256; page++) this.dword(TABLE + page * 4, (page << 12) | all);
    for (let at = 0; at < CODE_BYTES; at += 0x1000) this.dword(TABLE + ((ALIAS + at) >>> 12) * 4, (CODE + at) | all);
    // Code and data for ring 0 and ring 3, and the TSS.
    [0x00cf9b00, 0x00cf9300, 0x00cffb00, 0x00cff300].forEach((high, n) => {
      this.dword(GDT + 8 + n * 8, 0xffff);
      this.dword(GDT + 12 + n * 8, high);
    });
    this.dword(GDT + TSS_SELECTOR, (TSS << 16) | 0x67);
    this.dword(GDT + TSS_SELECTOR + 4, 0x8000 | (SysType.Tss32Busy << 8));
    this.dword(TSS + 4, KERNEL_STACK);
    this.dword(TSS + 8, 0x10);
    vectors.forEach((handler, vector) => {
      this.dword(IDT + vector * 8, (0x08 << 16) | (handler & 0xffff));
      this.dword(IDT + vector * 8 + 4, (handler & 0xffff0000) | 0xee00);
    });
  }

  private writeState({ entry }: Program, { ring, writeProtect }: Setting): void {
    const { state } = this;
    state.setGpr(Gpr.Esp, KERNEL_STACK - 0x800);
    state.set(S.Eip, entry);
    state.setEflags(0x202);
    state.set(S.Cr0, Cr0.Pe | Cr0.Et | Cr0.Pg | (writeProtect ? Cr0.Wp : 0));
    state.set(S.Cr3, DIRECTORY);
    state.set(S.Cr4, 0);
    state.set(S.Fault, 0);
    state.set(S.Halted, 0);
    state.set(S.GdtrBase, GDT);
    state.set(S.GdtrLimit, 0x2f);
    state.set(S.IdtrBase, IDT);
    state.set(S.IdtrLimit, 0x7ff);
    state.set(S.Cpl, ring);
    const code = ring === 0 ? 0x08 : 0x1b;
    for (const seg of [Seg.Es, Seg.Cs, Seg.Ss, Seg.Ds, Seg.Fs, Seg.Gs]) this.flat(seg, seg === Seg.Cs ? code : code + 8);
    this.segment(Seg.Tr, TSS_SELECTOR, TSS, 0x67, 0x8000 | (SysType.Tss32Busy << 8));
  }

  private flat(seg: Seg, selector: number): void {
    const high = this.state.view.getUint32(RAM + GDT + (selector & ~7) + 4, true);
    this.segment(seg, selector, 0, 0xffffffff, high & Desc.Rights);
  }

  private segment(seg: Seg, selector: number, base: number, limit: number, rights: number): void {
    const { state } = this;
    state.setSeg(seg, SegField.Selector, selector);
    state.setSeg(seg, SegField.Base, base);
    state.setSeg(seg, SegField.Limit, limit);
    state.setSeg(seg, SegField.Rights, rights);
    state.setSeg(seg, SegField.Valid, 1);
  }

  /** Retires `count` instructions, or fewer up to a breakpoint; an interrupt may wait from the first one on. */
  advance(count: number, interrupt: boolean): CpuStop {
    this.waiting ||= interrupt;
    return this.cpu.run(count, true);
  }

  /** What differs between two boards' registers, in words; undefined when nothing does. */
  registerDifference(other: Board): string | undefined {
    const found: string[] = [];
    const note = (name: string, a: number, b: number): void => {
      if (a !== b) found.push(`${name} ${a.toString(16)} and ${b.toString(16)}`);
    };
    note("eflags", this.state.eflags(), other.state.eflags());
    for (const at of VISIBLE) note(`state+${at.toString(16)}`, this.state.get(at), other.state.get(at));
    note("instructions", this.retired, other.retired);
    return found.length > 0 ? found.join("; ") : undefined;
  }

  difference(other: Board): string | undefined {
    const registers = this.registerDifference(other);
    if (registers !== undefined || Buffer.compare(this.ram, other.ram) === 0) return registers;
    const at = this.ram.findIndex((byte, n) => byte !== other.ram[n]);
    return `physical ${at.toString(16)}: ${(this.ram[at] ?? 0).toString(16)} and ${(other.ram[at] ?? 0).toString(16)}`;
  }
}
