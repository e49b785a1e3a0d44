import type { Seg } from "../base/arch";
import type { Spec } from "./spec";

/**
 * How an operand is reached: register, memory, immediate (a relative target is
 * one too), or the number of a segment, control or debug register.
 */
export type OperandKind = "r" | "m" | "i" | "n";

export interface Operand {
  kind: OperandKind;
  /** Bytes. */
  size: 1 | 2 | 4;
  /** Register number (byte registers as ModRM numbers them: 4-7 are AH-BH), or the number. */
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
   * Some segment in use is not flat, or an address has 16 bits: every access goes
   * through the segment check. Else offsets are linear addresses.
   */
  checked: boolean;
  /** The arithmetic flags that it writes are needed. */
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
  /** One of the operands is memory. */
  hasMemory: boolean;
  /** Offset in CS. */
  eip: number;
  length: number;
  /** The one memory operand, or what segment an implicit source has; seg is always valid. */
  mem: Memory;
  /** First immediate, sign-extended to 32 bits; for a relative branch the target's offset in CS. */
  imm: number;
  /** Address in the machine's memory to read the first immediate from when executed, in compiled code; 0: it is `imm`. */
  immAt: number;
  /** Second immediate: ENTER's level, a far pointer's selector. */
  imm2: number;
}
