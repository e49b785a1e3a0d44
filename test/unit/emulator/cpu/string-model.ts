import { Flag, Gpr } from "../../../../emulator/base/arch";

/** Repeated string instructions as SDM vol. 2 (REP) describes them: one element after the other. */

export interface Form {
  name: "movs" | "stos" | "lods" | "cmps" | "scas";
  rep: "rep" | "repne";
  size: 1 | 2 | 4;
  addrSize: 2 | 4;
  down: boolean;
}

export const reads = ({ name }: Form): boolean => name === "movs" || name === "lods" || name === "cmps";
export const hasTarget = ({ name }: Form): boolean => name !== "lods";
export const compares = ({ name }: Form): boolean => name === "cmps" || name === "scas";

const ARITHMETIC = Flag.Cf | Flag.Pf | Flag.Af | Flag.Zf | Flag.Sf | Flag.Of;

/** Memory is flat; what is not mapped faults at its first byte. */
export class Model {
  /** Iterations done. */
  count = 0;
  /** Linear address of the page fault that ended it. */
  fault: number | undefined;

  constructor(
    private readonly form: Form,
    readonly gpr: number[],
    public flags: number,
    readonly ram: Uint8Array,
    private readonly isMapped: (linear: number) => boolean,
  ) {}

  /** Up to `most` iterations; whether the instruction has come to its end. */
  run(most: number): boolean {
    while (this.left !== 0) {
      if (this.count === most || !this.iterate()) return false;
      if (compares(this.form) && ((this.flags & Flag.Zf) !== 0) !== (this.form.rep === "rep")) return true;
    }
    return true;
  }

  private get left(): number {
    return this.offset(Gpr.Ecx);
  }

  private offset(reg: Gpr): number {
    const value = this.gpr[reg] ?? 0;
    return this.form.addrSize === 2 ? value & 0xffff : value;
  }

  /** Adds to a register as wide as addresses. */
  private move(reg: Gpr, by: number): void {
    const value = this.gpr[reg] ?? 0;
    this.gpr[reg] =
      this.form.addrSize === 2 ? ((value & 0xffff0000) | ((value + by) & 0xffff)) >>> 0 : (value + by) >>> 0;
  }

  private iterate(): boolean {
    const { form } = this;
    const [from, to] = [this.offset(Gpr.Esi), this.offset(Gpr.Edi)];
    if ((reads(form) && !this.reaches(from)) || (hasTarget(form) && !this.reaches(to))) return false;
    this.element(from, to);
    const step = form.down ? -form.size : form.size;
    if (reads(form)) this.move(Gpr.Esi, step);
    if (hasTarget(form)) this.move(Gpr.Edi, step);
    this.move(Gpr.Ecx, -1);
    this.count++;
    return true;
  }

  private element(from: number, to: number): void {
    const { form, ram } = this;
    const accumulator = this.cut(this.gpr[Gpr.Eax] ?? 0);
    switch (form.name) {
      case "movs":
        return void ram.copyWithin(to, from, from + form.size);
      case "stos":
        return this.write(to, accumulator);
      case "lods":
        this.gpr[Gpr.Eax] = (((this.gpr[Gpr.Eax] ?? 0) & ~this.mask) | this.read(from)) >>> 0;
        return;
      case "cmps":
        return this.compare(this.read(from), this.read(to));
      case "scas":
        return this.compare(accumulator, this.read(to));
    }
  }

  private get mask(): number {
    return this.form.size === 4 ? -1 : (1 << (this.form.size * 8)) - 1;
  }

  private cut(value: number): number {
    return (value & this.mask) >>> 0;
  }

  private read(at: number): number {
    let value = 0;
    for (let n = this.form.size - 1; n >= 0; n--) value = (value << 8) | (this.ram[at + n] ?? 0);
    return value >>> 0;
  }

  private write(at: number, value: number): void {
    for (let n = 0; n < this.form.size; n++) this.ram[at + n] = value >>> (n * 8);
  }

  private compare(a: number, b: number): void {
    const result = this.cut(a - b);
    const sign = this.form.size * 8 - 1;
    let flags = a < b ? Flag.Cf : 0;
    if (result === 0) flags |= Flag.Zf;
    if (result >>> sign) flags |= Flag.Sf;
    if ((((a ^ b) & (a ^ result)) >>> sign) & 1) flags |= Flag.Of;
    if ((a ^ b ^ result) & 16) flags |= Flag.Af;
    let ones = 0;
    for (let n = 0; n < 8; n++) ones += (result >>> n) & 1;
    if (ones % 2 === 0) flags |= Flag.Pf;
    this.flags = (this.flags & ~ARITHMETIC) | flags;
  }

  private reaches(at: number): boolean {
    for (let n = at; n < at + this.form.size; n++) {
      if (this.isMapped(n)) continue;
      this.fault = n;
      return false;
    }
    return true;
  }
}
