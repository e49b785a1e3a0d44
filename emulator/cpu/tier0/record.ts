/**
 * A decoded instruction as tier 0 executes it: RECORD_BYTES in the record area
 * (layout.ts). Fields are 32-bit words at these byte offsets. Pointers to
 * registers are addresses of the register's byte, word or dword in the State.
 */
export const enum Rec {
  /** Index into the hot function's table; COLD_OP for a handler out of line. */
  Op = 0,
  /** Operands 0 and 1: pointer to the register, or the number of a special one. */
  A = 4,
  B = 8,
  /** Pointers to base and index register, or to S.Zero. */
  Base = 12,
  Index = 16,
  Shift = 20,
  /** The displacement. In instructions without a memory operand, the second immediate. */
  Disp = 24,
  /** The immediate. For a third operand in a register, its pointer or number. */
  Imm = 28,
  /** The record of the taken branch (0: not linked), and its offset in CS. */
  Taken = 32,
  TakenEip = 36,
  /** The record of what follows (0: not linked), and its offset in CS. */
  Next = 40,
  NextEip = 44,
  /** The number of instructions in the block before this one; in the block's last record, of the whole block. */
  Count = 48,
  /** The offset in CS of this instruction (of the first, in a fused pair). */
  Eip = 52,
  /** Index of a cold handler in the module's table. */
  Handler = 56,
  /** Segment of the memory operand << 4 (sizeSeg form), MISC_ADDRESS16, and for a block's last record its own instructions (1, or 2 when fused). */
  Misc = 60,
}

export const RECORD_BYTES = 64;

/** The most instructions in one block. A slice goes on in whole blocks while it has this many left. */
export const MAX_BLOCK = 32;

/** Misc bit: addresses have 16 bits. */
export const MISC_ADDRESS16 = 1 << 8;

/** Count minus this field is the number of instructions before the record. */
export const MISC_OWN_SHIFT = 12;

/** Rec.Op of the records that are not instructions (see generate.ts). 0 is "stale", so that cleared memory is safe. */
export const enum Special {
  Stale = 0,
  Guard = 1,
  Cut = 2,
  /** Leaves for compiled code: Rec.A is the region's function, Rec.B the node to enter at, Rec.Imm the instructions of its block. */
  Enter = 3,
  /** Comes before a marked instruction, at the start of its block. */
  Mark = 4,
  /** The block has moved to Rec.Next. */
  Forward = 5,
}
export const SPECIALS = 6;

/** Rec.Op of every handler out of line. Any value beyond the end of the hot function's table would do. */
export const COLD_OP = 0x7fffffff;
