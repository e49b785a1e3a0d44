import { Seg } from "../base/arch";
import { OPCODES } from "./opcode-map";
import { traitsOf } from "./traits";

/** What an operand is, from the first letter of its code. */
export type Addressing = "E" | "G" | "Z" | "I" | "J" | "M" | "O" | "S" | "A" | "C" | "D" | "R" | "fixed" | "number";

/** The operand size in bytes, or "v" when the operand-size attribute decides. */
export type SizeCode = 1 | 2 | 4 | "v";

export interface OperandSpec {
  addressing: Addressing;
  size: SizeCode;
  /** Whether it is an immediate byte that is sign-extended to the operand size. */
  signExtended: boolean;
  /** The register or segment number of a fixed operand, or the value of a number. */
  value: number;
}

/** One encoding of the instruction set. */
export interface Spec {
  /** The position in SPECS. */
  readonly id: number;
  readonly mnemonic: string;
  readonly operands: readonly OperandSpec[];
  /** The condition number (vol. 2, B.1.4.7) of jcc, setcc and cmov; else -1. */
  readonly cc: number;
  /** Whether a ModRM byte follows the opcode. */
  readonly modrm: boolean;
  /** Whether ModRM.rm is a register whatever mod says: MOV to and from control and debug registers (vol. 2, MOV). */
  readonly registersOnly: boolean;
  /** Whether the first operand is a relative target. */
  readonly relative: boolean;
  /** Trait mask. */
  readonly traits: number;
  /** The line of opcode-map.ts, for readers. */
  readonly text: string;
}

const FIXED: Record<string, [size: SizeCode, value: number]> = {
  AL: [1, 0],
  CL: [1, 1],
  AX: [2, 0],
  DX: [2, 2],
  eAX: ["v", 0],
};
const SEGMENTS: Record<string, Seg> = { ES: Seg.Es, CS: Seg.Cs, SS: Seg.Ss, DS: Seg.Ds, FS: Seg.Fs, GS: Seg.Gs };
const SIZES: Record<string, SizeCode> = { b: 1, w: 2, d: 4, v: "v", z: "v", p: "v", a: "v", "": "v" };

function parseOperand(code: string): OperandSpec {
  const fixed = FIXED[code];
  if (fixed) return { addressing: "fixed", size: fixed[0], signExtended: false, value: fixed[1] };
  if (code in SEGMENTS) return { addressing: "number", size: 2, signExtended: false, value: SEGMENTS[code] };
  if (code === "1") return { addressing: "I", size: 1, signExtended: false, value: 1 };
  const signExtended = code === "Ibs";
  const size = signExtended ? "v" : SIZES[code.slice(1)];
  return { addressing: code[0] as Addressing, size, signExtended, value: -1 };
}

const MODRM: ReadonlySet<Addressing> = new Set<Addressing>(["E", "G", "M", "S", "C", "D", "R"]);

function isModrm(operands: OperandSpec[], group: boolean): boolean {
  return group || operands.some((o) => MODRM.has(o.addressing));
}

export const SPECS: Spec[] = [];

/** One-byte opcodes, then those after 0F from 256 on. An element is a spec, or eight of them by ModRM.reg. */
export const OPCODE_TABLE: (Spec | (Spec | undefined)[] | undefined)[] = new Array<
  Spec | (Spec | undefined)[] | undefined
>(512);

function addSpec(mnemonic: string, operands: OperandSpec[], cc: number, modrm: boolean, text: string): Spec {
  const registersOnly = operands.some((o) => o.addressing === "R");
  const relative = operands[0]?.addressing === "J";
  const spec: Spec = {
    id: SPECS.length,
    mnemonic,
    operands,
    cc,
    modrm,
    registersOnly,
    relative,
    traits: traitsOf(mnemonic),
    text,
  };
  SPECS.push(spec);
  return spec;
}

export const UNDEFINED = addSpec("undefined", [], -1, false, "undefined opcode");

function addLine(line: string): void {
  const [where, mnemonic, operandText] = line.split(" ");
  const [opcodeText, suffix = ""] = where.split(/(?=[/+])/);
  const opcode = parseInt(opcodeText, 16);
  const at = opcode >= 0x0f00 ? 256 + (opcode & 0xff) : opcode;
  const operands = operandText ? operandText.split(",").map(parseOperand) : [];
  const isGroup = suffix.startsWith("/");
  const modrm = isModrm(operands, isGroup);
  if (suffix === "+cc") {
    for (let cc = 0; cc < 16; cc++) OPCODE_TABLE[at + cc] = addSpec(mnemonic, operands, cc, modrm, line);
    return;
  }
  const spec = addSpec(mnemonic, operands, -1, modrm, line);
  if (isGroup) {
    // A line for the whole opcode holds for all members of the group that have no line of their own.
    const known = OPCODE_TABLE[at];
    const group = Array.isArray(known) ? known : new Array<Spec | undefined>(8).fill(known);
    group[Number(suffix[1])] = spec;
    OPCODE_TABLE[at] = group;
    return;
  }
  const count = suffix === "+r" ? 8 : suffix === "+r7" ? 7 : 1;
  for (let k = 0; k < count; k++) OPCODE_TABLE[at + k] = spec;
}

for (const line of OPCODES.split("\n")) if (line) addLine(line);
