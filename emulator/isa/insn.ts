import type { Seg } from "../base/arch";
import type { Spec } from "./spec";

/**
 * How an operand is reached: as a register, as memory, as an immediate (or relative target), or as the number of a
 * segment, control or debug register.
 */
export type OperandKind = "r" | "m" | "i" | "n";

export interface Operand {
  kind: OperandKind;
  /** The size in bytes. */
  size: 1 | 2 | 4;
  /** The register number (as ModRM numbers byte registers: 4-7 are AH-BH), or the number. */
  reg: number;
}

/** What an emitter may ask about its instruction without knowing register numbers or values. */
export interface Shape {
  mnemonic: string;
  /** Condition number of jcc, setcc, cmov; else -1. */
  cc: number;
  /** Operand-size and address-size attributes in bytes. */
  opSize: 2 | 4;
  addrSize: 2 | 4;
  rep: "" | "rep" | "repne";
  operands: readonly Pick<Operand, "kind" | "size">[];
  /**
   * Whether some segment in use is not flat, or an address has 16 bits. Then every access goes through the segment
   * check. Otherwise offsets are linear addresses.
   */
  checked: boolean;
  /** Whether the arithmetic flags that it writes are needed. */
  flags: boolean;
}

export interface Memory {
  /** Register numbers, -1 for none. */
  base: number;
  index: number;
  shift: number;
  disp: number;
  seg: Seg;
}

export interface Insn extends Shape {
  spec: Spec;
  operands: Operand[];
  /** Whether one of the operands is memory. */
  hasMemory: boolean;
  /** The offset in CS. */
  eip: number;
  length: number;
  /** The one memory operand, or the segment of an implicit source. Its `seg` is always valid. */
  mem: Memory;
  /** The first immediate, sign-extended to 32 bits. For a relative branch it is the target's offset in CS. */
  imm: number;
  /**
   * In compiled code, the address in the machine's memory from which the first immediate is read at each execution; 0
   * when it is `imm`.
   */
  immAt: number;
  /** The second immediate: the level of ENTER, or the selector of a far pointer. */
  imm2: number;
}
