import { Gpr, Seg } from "../base/arch";
import type { Insn, Memory, Operand } from "./insn";
import { LOCKABLE, WORD_TO_MEMORY } from "./opcode-map";
import { OPCODE_TABLE, type OperandSpec, type SizeCode, type Spec, UNDEFINED } from "./spec";

/** An instruction longer than this is #GP(0) (vol. 3A, 6.15, interrupt 13). */
export const MAX_LENGTH = 15;

const SEGMENT_PREFIX: Partial<Record<number, Seg>> = {
  0x26: Seg.Es,
  0x2e: Seg.Cs,
  0x36: Seg.Ss,
  0x3e: Seg.Ds,
  0x64: Seg.Fs,
  0x65: Seg.Gs,
};

/** The bases and indices of 16-bit addressing (vol. 2, table 2-1). */
const BASE16 = [Gpr.Ebx, Gpr.Ebx, Gpr.Ebp, Gpr.Ebp, Gpr.Esi, Gpr.Edi, Gpr.Ebp, Gpr.Ebx];
const INDEX16 = [Gpr.Esi, Gpr.Edi, Gpr.Esi, Gpr.Edi, -1, -1, -1, -1];

/**
 * Decodes one instruction. Prefix, ModRM and immediate bytes come from `bytes[at..end)`. When they run out, the result
 * is undefined, and the caller makes the next page available or raises its fault.
 */
export class Decoder {
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;
  private short = false;

  private seg: Seg | -1 = -1;
  private opSize: 2 | 4 = 4;
  private addrSize: 2 | 4 = 4;
  private repByte = 0;
  private lock = false;
  private mod = 0;
  private reg = 0;
  private rm = 0;
  private mem: Memory = { base: -1, index: -1, shift: 0, disp: 0, seg: Seg.Ds };

  /**
   * @param eip offset in CS of bytes[at]
   * @param big the code segment's D bit
   */
  decode(bytes: Uint8Array, at: number, end: number, eip: number, big: boolean): Insn | undefined {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.short = false;
    const opcode = this.prefixes(big);
    const spec = this.select(opcode);
    const insn = this.finish(spec, opcode, eip, at);
    if (this.at - at > MAX_LENGTH) return this.tooLong(eip);
    return this.short ? undefined : insn;
  }

  private prefixes(big: boolean): number {
    this.seg = -1;
    this.mem = { base: -1, index: -1, shift: 0, disp: 0, seg: Seg.Ds };
    this.repByte = 0;
    this.lock = false;
    this.opSize = big ? 4 : 2;
    this.addrSize = big ? 4 : 2;
    for (let count = 0; count <= MAX_LENGTH; count++) {
      const byte = this.u8();
      const seg = SEGMENT_PREFIX[byte];
      if (seg !== undefined) this.seg = seg;
      else if (byte === 0x66) this.opSize = big ? 2 : 4;
      else if (byte === 0x67) this.addrSize = big ? 2 : 4;
      else if (byte === 0xf2 || byte === 0xf3) this.repByte = byte;
      else if (byte === 0xf0) this.lock = true;
      else return byte === 0x0f ? 256 + this.u8() : byte;
    }
    return 0;
  }

  private select(opcode: number): Spec {
    const entry = OPCODE_TABLE[opcode];
    if (!entry) return UNDEFINED;
    if (!Array.isArray(entry)) {
      if (entry.modrm) this.modrm(entry.registersOnly);
      return entry;
    }
    this.modrm();
    return entry[this.reg] ?? UNDEFINED;
  }

  private finish(spec: Spec, opcode: number, eip: number, start: number): Insn {
    const mem = this.mem;
    if (this.seg >= 0) mem.seg = this.seg as Seg;
    if (spec.mnemonic === "xlat") mem.base = Gpr.Ebx;
    const insn: Insn = {
      spec,
      mnemonic: spec.mnemonic,
      cc: spec.cc,
      opSize: this.opSize,
      addrSize: this.addrSize,
      rep: this.repByte === 0xf3 ? "rep" : this.repByte === 0xf2 ? "repne" : "",
      operands: [],
      hasMemory: false,
      checked: false,
      flags: true,
      eip,
      length: 0,
      mem,
      imm: 0,
      immAt: 0,
      imm2: 0,
    };
    for (const code of spec.operands) {
      const operand = this.operand(code, opcode, insn);
      insn.operands.push(operand);
      if (operand.kind === "m") insn.hasMemory = true;
    }
    insn.length = this.at - start;
    this.relative(insn);
    // POP computes an ESP-based address after ESP has moved (vol. 2, POP).
    if (spec.mnemonic === "pop" && mem.base === Gpr.Esp && insn.operands[0].kind === "m") mem.disp += this.opSize;
    return this.isUndefined(insn) ? this.undefined(insn) : insn;
  }

  private operand(spec: OperandSpec, opcode: number, insn: Insn): Operand {
    const size = this.size(spec.size);
    switch (spec.addressing) {
      case "E":
      case "M":
        if (this.mod === 3) return { kind: "r", size, reg: this.rm };
        return { kind: "m", size: WORD_TO_MEMORY.has(insn.mnemonic) ? 2 : size, reg: -1 };
      case "G":
        return { kind: "r", size, reg: this.reg };
      case "Z":
        return { kind: "r", size, reg: opcode & 7 };
      case "R":
        return { kind: "r", size: 4, reg: this.rm };
      case "fixed":
        return { kind: "r", size, reg: spec.value };
      case "S":
      case "C":
      case "D":
        return { kind: "n", size: 4, reg: this.reg };
      case "number":
        return { kind: "n", size: 4, reg: spec.value };
      case "O":
        insn.mem.base = insn.mem.index = -1;
        insn.mem.shift = 0;
        insn.mem.disp = this.addrSize === 4 ? this.i32() : this.u16();
        return { kind: "m", size, reg: -1 };
      case "A":
        insn.imm = this.opSize === 4 ? this.i32() : this.u16();
        insn.imm2 = this.u16();
        return { kind: "i", size: 4, reg: -1 };
      case "I":
      case "J":
        return this.immediate(spec, size, insn);
      default:
        return spec.addressing satisfies never;
    }
  }

  private immediate(spec: OperandSpec, size: 1 | 2 | 4, insn: Insn): Operand {
    let value = spec.value;
    if (value < 0) {
      if (spec.signExtended || size === 1) value = (this.u8() << 24) >> 24;
      else value = size === 2 ? (this.u16() << 16) >> 16 : this.i32();
      if (insn.mnemonic === "enter" && insn.operands.length === 1) insn.imm2 = value & 0xff;
    }
    if (insn.operands.every((o) => o.kind !== "i")) insn.imm = value;
    // A target is an offset in CS, however it is encoded.
    return { kind: "i", size: spec.addressing === "J" ? 4 : size, reg: -1 };
  }

  /** Turns a displacement into the target's offset in CS, cut to the operand size. */
  private relative(insn: Insn): void {
    if (!insn.spec.relative) return;
    const target = insn.eip + insn.length + insn.imm;
    insn.imm = insn.opSize === 4 ? target | 0 : target & 0xffff;
  }

  private isUndefined(insn: Insn): boolean {
    const { spec, operands } = insn;
    if (this.lock && !(LOCKABLE.has(spec.mnemonic) && operands[0].kind === "m") && !this.lockedExchange(insn))
      return true;
    for (let n = 0; n < operands.length; n++) {
      const addressing = spec.operands[n].addressing;
      const reg = operands[n].reg;
      if (addressing === "M" && operands[n].kind === "r") return true;
      if (addressing === "S" && (reg > Seg.Gs || (n === 0 && reg === Seg.Cs))) return true;
      if (addressing === "C" && (reg === 1 || reg > 4)) return true;
    }
    return false;
  }

  /**
   * The register is the second operand of XCHG and similar instructions; LOCK is allowed where either operand is
   * memory.
   */
  private lockedExchange(insn: Insn): boolean {
    return insn.mnemonic === "xchg" && insn.operands.some((o) => o.kind === "m");
  }

  private undefined(insn: Insn): Insn {
    return { ...insn, spec: UNDEFINED, mnemonic: UNDEFINED.mnemonic, cc: -1, operands: [], hasMemory: false };
  }

  private tooLong(eip: number): Insn {
    this.mod = 3;
    const insn = this.finish(UNDEFINED, 0, eip, this.at);
    return { ...insn, mnemonic: "toolong", length: MAX_LENGTH };
  }

  private size(code: SizeCode): 1 | 2 | 4 {
    return code === "v" ? this.opSize : code;
  }

  /** @param registersOnly MOV to and from control and debug registers treat any mod as 3 (vol. 2, MOV) */
  private modrm(registersOnly = false): void {
    const byte = this.u8();
    this.mod = byte >> 6;
    this.reg = (byte >> 3) & 7;
    this.rm = byte & 7;
    this.mem = { base: -1, index: -1, shift: 0, disp: 0, seg: Seg.Ds };
    if (this.mod === 3 || registersOnly) return;
    if (this.addrSize === 4) this.address32();
    else this.address16();
    if (this.mem.base === Gpr.Esp || this.mem.base === Gpr.Ebp) this.mem.seg = Seg.Ss;
  }

  private address32(): void {
    const { mem } = this;
    mem.base = this.rm;
    if (this.rm === 4) {
      const sib = this.u8();
      mem.base = sib & 7;
      mem.index = (sib >> 3) & 7;
      mem.shift = sib >> 6;
      if (mem.index === Gpr.Esp) {
        mem.index = -1;
        mem.shift = 0;
      }
    }
    if (this.mod === 0 && mem.base === Gpr.Ebp) {
      mem.base = -1;
      mem.disp = this.i32();
    } else if (this.mod === 1) mem.disp = (this.u8() << 24) >> 24;
    else if (this.mod === 2) mem.disp = this.i32();
  }

  private address16(): void {
    const { mem } = this;
    mem.base = BASE16[this.rm];
    mem.index = INDEX16[this.rm];
    if (this.mod === 0 && this.rm === 6) {
      mem.base = -1;
      mem.disp = this.u16();
    } else if (this.mod === 1) mem.disp = (this.u8() << 24) >> 24;
    else if (this.mod === 2) mem.disp = this.u16();
  }

  private u8(): number {
    if (this.at >= this.end) {
      this.short = true;
      return 0;
    }
    return this.bytes[this.at++];
  }

  private u16(): number {
    const low = this.u8();
    return low | (this.u8() << 8);
  }

  private i32(): number {
    const low = this.u16();
    return low | (this.u16() << 16);
  }
}
