/**
 * Probe bytecode: what a breakpoint's condition becomes. A stack machine on
 * 32-bit words, one opcode per word, operands in the words that follow. It
 * knows registers and linear memory, no symbols: the debugger compiles names
 * away before it hands a probe in.
 */
export const enum Op {
  /** The next word is pushed. */
  Push,
  /** The next word is a ProbeRegister; its value is pushed. */
  Register,
  /** Pop a linear address, push what stands there; U zero-extends, S sign-extends. */
  Load8U,
  Load8S,
  Load16U,
  Load16S,
  Load32,
  /** Binary: pop b, pop a, push a op b, modulo 2^32. */
  Add,
  Sub,
  Mul,
  /** A divisor of 0 ends the probe as a failure. */
  DivU,
  DivS,
  RemU,
  RemS,
  And,
  Or,
  Xor,
  /** Shift counts are taken modulo 32, as the processor takes them. */
  Shl,
  ShrU,
  ShrS,
  Eq,
  Ne,
  LtU,
  LtS,
  LeU,
  LeS,
  /** Unary. Not is 1 for 0 and 0 for anything else; Invert flips every bit. */
  Not,
  Invert,
  Negate,
  /** The next word is the index to go on at, taken when the popped word is 0 (or is not 0). */
  JumpIfZero,
  JumpIfNotZero,
  Jump,
  /** The popped word is the probe's result. */
  End,
}

/** Registers that a probe can read. */
export const enum ProbeRegister {
  Eax,
  Ecx,
  Edx,
  Ebx,
  Esp,
  Ebp,
  Esi,
  Edi,
  Eip,
  Eflags,
  Es,
  Cs,
  Ss,
  Ds,
  Fs,
  Gs,
  Cr0,
  Cr2,
  Cr3,
  Cr4,
  Cpl,
}

/** What a probe reads; nothing of it changes the machine. */
export interface ProbeTarget {
  /** Unsigned value; a selector for segment registers, an offset in CS for EIP. */
  probeRegister(register: ProbeRegister): number;
  /** Zero-extended value of 1, 2 or 4 bytes at a linear address, or -1 when a page of it is not mapped. */
  probeLoad(linear: number, size: 1 | 2 | 4): number;
}
