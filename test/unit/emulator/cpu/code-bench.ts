import { Flag, Gpr, type Vector } from "../../../../emulator/base/arch";
import { RAM, S } from "../../../../emulator/base/layout";
import { State } from "../../../../emulator/base/state";
import { Cpu, CpuStop } from "../../../../emulator/cpu/cpu";

export const CODE = 0x1000;
const IDT = 0x4000;
const GDT = 0x5000;
/** Handler of vector v: one HLT at HANDLERS + v. */
const HANDLERS = 0x6000;
const STACK_TOP = 0x9000;
const PAGE_DIRECTORY = 0x10000;
const PAGE_TABLE = 0x11000;

/** A processor in ring 0 with flat segments that runs bytes put at CODE (linear = physical until `page`). */
export class CodeBench {
  readonly state = new State(1 << 20);
  readonly cpu: Cpu;

  constructor() {
    const ports = { read: (): number => 0xffffffff, write: (): void => undefined };
    const interrupts = { pending: (): boolean => false, acknowledge: (): number => 0 };
    this.cpu = new Cpu({ state: this.state, ports, interrupts, now: () => this.cpu.retired });
    this.dword(GDT + 8, 0x0000ffff);
    this.dword(GDT + 12, 0x00cf9b00);
    this.state.set(S.GdtrBase, GDT);
    this.state.set(S.GdtrLimit, 0xff);
    for (let v = 0; v < 32; v++) {
      this.bytes(HANDLERS + v, 0xf4);
      this.dword(IDT + v * 8, (8 << 16) | (HANDLERS + v));
      this.dword(IDT + v * 8 + 4, 0x00008e00);
    }
    this.state.set(S.IdtrBase, IDT);
    this.state.set(S.IdtrLimit, 0xff);
    this.state.setGpr(Gpr.Esp, STACK_TOP);
    this.state.set(S.Eip, CODE);
  }

  /** Writes physical memory behind the processor's back. */
  bytes(physical: number, ...bytes: number[]): void {
    this.state.u8.set(bytes, RAM + physical);
  }

  dword(physical: number, value: number): void {
    this.state.view.setUint32(RAM + physical, value, true);
  }

  read(physical: number): number {
    return this.state.view.getUint32(RAM + physical, true);
  }

  code(...bytes: number[]): this {
    this.bytes(CODE, ...bytes);
    return this;
  }

  /** Turns on 32-bit paging: the first 1 MiB mapped to itself, then `physical` pages at linear page numbers. */
  page(map: Record<number, number> = {}): void {
    this.dword(PAGE_DIRECTORY, PAGE_TABLE | 7);
    for (let n = 0; n < 256; n++) this.dword(PAGE_TABLE + n * 4, (n << 12) | 7);
    for (const [linear, physical] of Object.entries(map)) this.map(Number(linear), physical);
    this.state.set(S.Cr3, PAGE_DIRECTORY);
    this.state.set(S.Cr0, (this.state.get(S.Cr0) | 0x80000000) >>> 0);
  }

  /** Changes one entry of the table, without a flush. */
  map(linearPage: number, physicalPage: number): void {
    this.dword(PAGE_TABLE + linearPage * 4, (physicalPage << 12) | 7);
  }

  run(count: number): CpuStop {
    return this.cpu.run(count);
  }

  /** Runs until HLT; the vector whose handler that was, or undefined for the program's own HLT. */
  toHalt(count = 100_000): Vector | undefined {
    if (this.cpu.run(count) !== CpuStop.Halted) throw new Error("no HLT was reached");
    const vector = this.state.get(S.Eip) - 1 - HANDLERS;
    return vector >= 0 && vector < 32 ? vector : undefined;
  }

  get eip(): number {
    return this.state.get(S.Eip);
  }

  gpr(reg: Gpr): number {
    return this.state.gpr(reg);
  }

  /** Sets general registers by number. */
  put(registers: Partial<Record<Gpr, number>>): void {
    for (const [reg, value] of Object.entries(registers)) this.state.setGpr(Number(reg), value);
  }

  setFlags(flags: Flag): void {
    this.state.setEflags(flags);
  }
}
