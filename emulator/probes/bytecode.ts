/**
 * Probe bytecode, to which a breakpoint's condition is compiled. It is for a stack machine on 32-bit words, with one
 * opcode per word, and operands in the words that follow. It knows registers and linear memory, but no symbols: the
 * debugger resolves names before it hands a probe in.
 */
export const enum Op {
  /** Pushes the next word. */
  Push,
  /** Pushes the value of a register; the next word is a ProbeRegister. */
  Register,
  /** Pops a linear address and pushes the value in memory there. U zero-extends, S sign-extends. */
  Load8U,
  Load8S,
  Load16U,
  Load16S,
  Load32,
  /** Binary operations: pop b, pop a, push a op b, modulo 2^32. */
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
  /** Unary operations. Not gives 1 for 0 and 0 for anything else; Invert flips every bit. */
  Not,
  Invert,
  Negate,
  /** Pops a word, and jumps when it is 0 (or is not 0). The next word is the index to go on at. */
  JumpIfZero,
  JumpIfNotZero,
  Jump,
  /** Pops the probe's result. */
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

/** What a probe reads. Reading must not change the machine. */
export interface ProbeTarget {
  /** Unsigned value; a selector for segment registers, an offset in CS for EIP. */
  probeRegister(register: ProbeRegister): number;
  /** Zero-extended value of 1, 2 or 4 bytes at a linear address, or -1 when a page of it is not mapped. */
  probeLoad(linear: number, size: 1 | 2 | 4): number;
}
