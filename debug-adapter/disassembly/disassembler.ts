/** Width of code: the D bit of the code segment that runs it. */
export type Bitness = 16 | 32;

/** One instruction as text. */
export interface Disassembled {
  address: number;
  bytes: Uint8Array;
  /** Undefined for bytes that are not an instruction. */
  text: string | undefined;
  /** Target of a near branch or call. */
  target: number | undefined;
}

/** Turns machine code into text. The host provides it, since the adapter's core contains none. */
export interface Disassembler {
  /**
   * At most `limit` instructions from the start of `bytes`, which are at `address`. A byte with which no instruction
   * begins gets a row for itself.
   */
  disassemble(bytes: Uint8Array, address: number, bitness: Bitness, limit: number): Disassembled[];
}

/** Longest instruction of the architecture in bytes. */
export const MAX_INSTRUCTION = 15;
