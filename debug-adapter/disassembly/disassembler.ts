/** Width of code: the D bit of the code segment that runs it. */
export type Bitness = 16 | 32;

/** One instruction as text. */
export interface Disassembled {
  address: number;
  bytes: Uint8Array;
  /** Undefined for bytes that are no instruction. */
  text: string | undefined;
  /** Target of a near branch or call. */
  target: number | undefined;
}

/** Puts machine code into text. The host hands one in: the adapter's core contains none. */
export interface Disassembler {
  /** At most `limit` instructions from the start of `bytes`, which lie at `address`; a byte that begins none stands alone. */
  disassemble(bytes: Uint8Array, address: number, bitness: Bitness, limit: number): Disassembled[];
}

/** Longest instruction of the architecture in bytes. */
export const MAX_INSTRUCTION = 15;
