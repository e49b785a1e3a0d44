import { Gpr, Seg } from "../../emulator/base/arch";
import type { Insn } from "../../emulator/isa/insn";
import { blankCase, type Case, PATCH_BYTES, type Selectors, WINDOW_BASE, WINDOW_BYTES } from "./batch";
import type { Rng } from "./rng";
import { isSmall, segmentBase } from "./segments";
import { filling } from "./values";

const SEGMENT_KEYS: Partial<Record<Seg, keyof Selectors>> = {
  [Seg.Es]: "es",
  [Seg.Cs]: "cs",
  [Seg.Ss]: "ss",
  [Seg.Ds]: "ds",
  [Seg.Fs]: "fs",
  [Seg.Gs]: "gs",
};

/** Little-endian bytes of a few values. */
export function bytesOf(...words: number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, n) => {
    view.setUint32(n * 4, word, true);
  });
  return bytes;
}

/** A case under construction, with what the special rules of some instructions need. */
export class Draft {
  readonly test: Case;
  /** Linear address of the memory operand, or -1. */
  operandAt = -1;
  /** Linear address of the stack's top. */
  stackAt = 0;

  constructor(
    readonly insn: Insn,
    readonly rng: Rng,
    code: number,
    /** Linear address after the instruction, where INT3s stand. */
    readonly codeEnd: number,
  ) {
    this.test = blankCase(code);
  }

  base(seg: Seg): number {
    return segmentBase(this.test.selectors[SEGMENT_KEYS[seg] ?? "ds"]);
  }

  setGpr(register: Gpr, to: number): void {
    this.test.gpr[register] = to >>> 0;
  }

  /** The value a register operand holds, as wide as the operand. */
  setOperand(n: number, to: number): void {
    const operand = this.insn.operands[n];
    if (operand?.kind === "m") this.setMemory(bytesOf(to));
    if (operand?.kind !== "r") return;
    if (operand.size === 1 && operand.reg >= 4) {
      const whole = operand.reg - 4;
      this.setGpr(whole, ((this.test.gpr[whole] ?? 0) & 0xffff00ff) | ((to & 0xff) << 8));
    } else if (operand.size < 4) {
      const mask = operand.size === 1 ? 0xff : 0xffff;
      this.setGpr(operand.reg, ((this.test.gpr[operand.reg] ?? 0) & ~mask) | (to & mask));
    } else this.setGpr(operand.reg, to);
  }

  /** Reads back what an operand will be. */
  operand(n: number): number {
    const operand = this.insn.operands[n];
    if (!operand) return 0;
    const mask = operand.size === 4 ? 0xffffffff : operand.size === 2 ? 0xffff : 0xff;
    if (operand.kind === "i") return (this.insn.imm & mask) >>> 0;
    if (operand.kind === "m") return (this.memoryValue() & mask) >>> 0;
    const high = operand.size === 1 && operand.reg >= 4;
    const whole = this.test.gpr[high ? operand.reg - 4 : operand.reg] ?? 0;
    return ((high ? whole >>> 8 : whole) & mask) >>> 0;
  }

  private memoryValue(): number {
    const patch = this.test.patches[0];
    if (!patch || this.operandAt < 0) return 0;
    const within = this.operandAt - WINDOW_BASE - patch.at;
    const view = new DataView(patch.bytes.buffer, patch.bytes.byteOffset);
    return within >= 0 && within <= PATCH_BYTES - 4 ? view.getUint32(within, true) : 0;
  }

  /** Places bytes at a linear address as patch 0 or 1, as far as they lie in the window. */
  patch(which: 0 | 1, linear: number, bytes: Uint8Array): void {
    const offset = linear - WINDOW_BASE;
    const at = Math.min(Math.max(offset, 0), WINDOW_BYTES - PATCH_BYTES);
    const whole = filling(this.rng, PATCH_BYTES);
    for (let n = 0; n < bytes.length; n++) {
      const place = offset + n - at;
      if (place >= 0 && place < PATCH_BYTES) whole[place] = bytes[n] ?? 0;
    }
    if (which === 1 && !this.test.patches[0]) this.test.patches[0] = { at, bytes: whole };
    else this.test.patches[which] = { at, bytes: whole };
  }

  setMemory(bytes: Uint8Array): void {
    if (this.operandAt >= 0) this.patch(0, this.operandAt, bytes);
  }

  /** What POP and its like find. */
  setStack(bytes: Uint8Array): void {
    this.patch(1, this.stackAt, bytes);
  }

  /** Points SS:ESP at a linear address. */
  setStackPointer(linear: number): void {
    this.stackAt = linear;
    const offset = linear - this.base(Seg.Ss);
    const high = isSmall(this.test.selectors.ss) ? this.rng.u32() & 0xffff0000 : 0;
    this.setGpr(Gpr.Esp, high ? high | (offset & 0xffff) : offset);
  }

  /** Points an index register at a linear address through `seg`. */
  pointAt(register: Gpr, seg: Seg, linear: number): void {
    const offset = linear - this.base(seg);
    this.setGpr(register, this.insn.addrSize === 2 ? (this.rng.u32() & 0xffff0000) | (offset & 0xffff) : offset);
  }
}
