import type { OperandSpec, Spec } from "../../emulator/isa/spec";
import { FLAT_CS, READ_ONLY_BYTES, WINDOW_BASE, WINDOW_BYTES } from "./batch";
import type { Rng } from "./rng";
import { CODE_SELECTORS } from "./segments";
import { count, value } from "./values";

/** Makes machine code for one encoding of the instruction tables, 32-bit code segment. */

export interface Form {
  opSize: 2 | 4;
  addrSize: 2 | 4;
  /** What an E operand is. */
  memory: boolean;
}

const REPEATABLE = new Set(["movsb", "movsv", "stosb", "stosv", "lodsb", "lodsv", "cmpsb", "cmpsv", "scasb", "scasv"]);
const SHIFTS = new Set(["rol", "ror", "rcl", "rcr", "shl", "shr", "sar", "shld", "shrd"]);
const SEGMENT_PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];
/** Bytes of INT3 before and after each code that a short branch may land on. */
export const PAD = 24;

/** Opcode bytes and the ModRM.reg digit (-1 without one) from a spec's line. */
function opcodeOf(spec: Spec, rng: Rng): { bytes: number[]; digit: number; register: number } {
  const [where = ""] = spec.text.split(" ");
  const [first = "", suffix = ""] = where.split(/(?=[/+])/);
  const register = suffix === "+r" ? rng.below(8) : suffix === "+r7" ? rng.below(7) : 0;
  const opcode = parseInt(first, 16) + Math.max(spec.cc, 0) + register;
  const bytes = opcode >= 0x0f00 ? [0x0f, opcode & 0xff] : [opcode];
  return { bytes, digit: suffix.startsWith("/") ? Number(suffix[1]) : -1, register };
}

const little = (number: number, size: number): number[] =>
  Array.from({ length: size }, (_, n) => (number >>> (8 * n)) & 0xff);

/** Displacements that keep a lone displacement's address near the window. */
const nearWindow = (rng: Rng): number => WINDOW_BASE + rng.below(WINDOW_BYTES + READ_ONLY_BYTES + 0x10);

function modrm32(rng: Rng, reg: number): number[] {
  const rm = rng.below(8);
  const mod = rng.below(3);
  const bytes = [(mod << 6) | (reg << 3) | rm];
  let base = rm;
  if (rm === 4) {
    const sib = rng.u32() & 0xff;
    bytes.push(sib);
    base = sib & 7;
  }
  if (mod === 0 && base === 5) return [...bytes, ...little(nearWindow(rng), 4)];
  // With ESP as the base a large displacement would carry the stack away.
  const near = base === 4 && rm === 4;
  if (mod === 1) bytes.push(rng.u32() & 0xff);
  if (mod === 2) bytes.push(...little(near ? rng.below(0x200) - 0x100 : value(rng), 4));
  return bytes;
}

function modrm16(rng: Rng, reg: number): number[] {
  const rm = rng.below(8);
  const mod = rng.below(3);
  const bytes = [(mod << 6) | (reg << 3) | rm];
  if (mod === 1) bytes.push(rng.u32() & 0xff);
  if (mod === 2 || (mod === 0 && rm === 6)) bytes.push(...little(rng.below(WINDOW_BYTES), 2));
  return bytes;
}

function modrm(spec: Spec, form: Form, digit: number, rng: Rng): number[] {
  let reg = digit >= 0 ? digit : rng.below(8);
  const system = spec.operands.find((operand) => operand.addressing === "C" || operand.addressing === "D");
  if (system) reg = rng.pick([0, 2, 3]);
  const memoryOnly = spec.operands.some((operand) => operand.addressing === "M");
  const registerOnly = spec.operands.some((operand) => operand.addressing === "R");
  if (registerOnly || (!form.memory && !memoryOnly)) return [0xc0 | (reg << 3) | rng.below(8)];
  return form.addrSize === 4 ? modrm32(rng, reg) : modrm16(rng, reg);
}

/** A displacement to INT3s in front of the code or after it. */
function displacement(rng: Rng, length: number): number {
  return rng.oneIn(2) ? rng.below(PAD) : -length - 1 - rng.below(PAD - 1);
}

function immediateValue(spec: Spec, operand: OperandSpec, form: Form, rng: Rng): number {
  if (SHIFTS.has(spec.mnemonic)) {
    const shift = count(rng);
    // A double shift of a word by more than 16 is undefined (vol. 2, SHLD).
    return spec.operands.length === 3 && form.opSize === 2 ? shift % 17 : shift;
  }
  // Vector 80h is a system call of the host.
  if (spec.mnemonic === "int") return rng.pick([0, 1, 3, 3, 3, 4, 6, 13, 14, 0x21, 0x7f, 0x81, 0xff]);
  if (spec.mnemonic === "enter") return operand.size === 1 ? rng.pick([0, 0, 1, 2, 3, 31, 33]) : rng.below(0x80);
  if (spec.mnemonic === "ret" || spec.mnemonic === "retfar") return rng.below(0x40);
  return value(rng);
}

function immediate(spec: Spec, operand: OperandSpec, form: Form, rng: Rng, length: number): number[] {
  const size = operand.signExtended ? 1 : operand.size === "v" ? form.opSize : operand.size;
  switch (operand.addressing) {
    case "I":
      return operand.value >= 0 ? [] : little(immediateValue(spec, operand, form, rng), size);
    case "J":
      return little(displacement(rng, length + size), size);
    case "O":
      return little(form.addrSize === 4 ? nearWindow(rng) : rng.below(WINDOW_BYTES), form.addrSize);
    case "A":
      return [
        ...little(rng.pick([0x30000000, 0x1234]), form.opSize),
        ...little(rng.pick([FLAT_CS, ...CODE_SELECTORS, 0]), 2),
      ];
    default:
      return [];
  }
}

function prefixes(spec: Spec, form: Form, locked: boolean, rng: Rng): number[] {
  const bytes: number[] = [];
  if (form.opSize === 2) bytes.push(0x66);
  if (form.addrSize === 2) bytes.push(0x67);
  if (form.memory && rng.oneIn(6)) bytes.push(rng.pick(SEGMENT_PREFIXES));
  if (REPEATABLE.has(spec.mnemonic) && !rng.oneIn(3)) bytes.push(rng.pick([0xf2, 0xf3]));
  if (locked) bytes.push(0xf0);
  for (let n = bytes.length - 1; n > 0; n--) {
    const other = rng.below(n + 1);
    [bytes[n], bytes[other]] = [bytes[other] as number, bytes[n] as number];
  }
  return bytes;
}

/** One instruction of this encoding and form, its free parts random. */
export function encode(spec: Spec, form: Form, rng: Rng, locked = false): Uint8Array {
  const { bytes: opcode, digit } = opcodeOf(spec, rng);
  const bytes = [...prefixes(spec, form, locked, rng), ...opcode];
  if (spec.modrm) bytes.push(...modrm(spec, form, digit, rng));
  for (const operand of spec.operands) bytes.push(...immediate(spec, operand, form, rng, bytes.length));
  return Uint8Array.from(bytes);
}
