/**
 * Instructions whose semantics are TypeScript helpers, called from interpreted
 * and compiled code alike. The emitter reads the operands (so that memory
 * operands fault as usual) and calls `system(op, a, b)`.
 *
 * At the call: registers, flags and Cpl are in the State; S.InsnEip is the
 * offset of this instruction and S.Eip that of the next one; S.Budget has been
 * charged for every instruction before this one.
 *
 * The helper answers SYSTEM_DONE when the instruction completed and generated code can go on: S.Eip then says where,
 * and paging may have changed, but the mode has not. It answers SYSTEM_LEAVE when the instruction completed and
 * generated code must be left. It answers SYSTEM_FAULT after `state.raise`, with nothing else changed; the core
 * restores S.Eip from S.InsnEip and delivers the fault. The helper also checks privileges (CPL, IOPL).
 */
export const enum SystemOp {
  /** a = vector. INT n: the gate's DPL is compared with CPL. */
  Int,
  /**
   * INT1 raises #DB whatever the gate's DPL is. INT3 and INTO (with OF set) are traps: the gate's DPL is checked, and
   * S.Eip is pushed.
   */
  Int1,
  Int3,
  Into,
  /** a = operand size in bytes (2 or 4). */
  Iret,
  /** a = operand size, b = bytes of parameters to release. */
  RetFar,
  /** a = selector, b = offset (already truncated to the operand size). Operand size 4, then 2. */
  JmpFar32,
  JmpFar16,
  CallFar32,
  CallFar16,
  /**
   * a = Seg, b = selector: MOV Sw, and POP Sw after the load (POP's emitter changes ESP afterwards). A load of SS sets
   * S.Inhibit. CS is #UD before the call.
   */
  LoadSeg,
  /** LES, LSS, LDS, LFS, LGS. a = Seg, b = selector. The emitter writes the general register after success. */
  LoadFarPointer,
  /** a = general register | control register << 4. */
  MovToCr,
  MovFromCr,
  /** a = general register | debug register << 4. */
  MovToDr,
  MovFromDr,
  Clts,
  /** a = 16-bit source. */
  Lmsw,
  /** a = limit (16 bits), b = base (24 bits with operand size 16). */
  Lgdt,
  Lidt,
  /** a = selector. */
  Lldt,
  Ltr,
  /** a = linear address (segment base added, no limit check). */
  Invlpg,
  /** INVD and WBINVD. */
  Invd,
  Hlt,
  Cli,
  Sti,
  /** POPF. a = the popped value (the emitter moves ESP after success), b = operand size. */
  Popf,
  /** a = size in bytes, b = port (16 bits). IN writes AL, AX or EAX, and OUT reads it. */
  In,
  Out,
  /**
   * One whole iteration of INS or OUTS. a = element size | address size << 4 | repeated << 8; b = source segment of
   * OUTS (INS writes through ES); the port is in DX. The helper checks port and memory before it accesses either, and
   * moves ESI or EDI by DF. If repeated, it counts ECX (CX) down, and sets S.Eip to S.InsnEip while iterations are
   * left; with a count of 0 it does nothing.
   */
  Ins,
  Outs,
  Rdtsc,
  Rdpmc,
  Rdmsr,
  Wrmsr,
  Cpuid,
  /**
   * a = selector. ZF is set in (Fres, Fco), and the result, where there is one, is left in S.Scratch. S.Scratch + 4 is
   * 1 when the register must be written.
   */
  Lar,
  Lsl,
  Verr,
  Verw,
  /** x87 opcodes: #NM under CR0.TS or CR0.EM; otherwise nothing where a is 1, and #UD where it is 0. */
  Coprocessor,
  /** WAIT: #NM under CR0.MP and CR0.TS. */
  Wait,
  Sysenter,
  Sysexit,
  /** #UD: UD2, undefined opcodes, and LOCK where it is not allowed. */
  Undefined,
}

/** The answers of `system` besides SYSTEM_FAULT. */
export const SYSTEM_DONE = 0;
export const SYSTEM_FAULT = 1;
export const SYSTEM_LEAVE = 2;

/**
 * `sizeSeg` of the slow memory paths: bits 0-3 are the access's size in bytes (1, 2, 4). Bits 4-6 are the flat segment
 * whose limit still has to be checked (the linear address is then its offset), or SEG_CHECKED.
 */
export const SEG_CHECKED = 7;

/** The bit of `segment`'s sizeSegAccess, above sizeSeg, that tells a write. */
export const SEG_ACCESS_WRITE = 1 << 7;

/**
 * What generated code imports. Addresses are linear. Each function checks limits (as sizeSeg says) and paging with the
 * rights of the current CPL, and handles accesses across pages and to holes in RAM. On a fault it calls `state.raise`,
 * returns 0 and changes nothing but CR2; the caller checks S.Fault.
 */
export interface MemoryPaths {
  /** Returns the zero-extended value. */
  read(linear: number, sizeSeg: number): number;
  /**
   * The same with write intent. It faults exactly as the following `write` would, so that a read-modify-write faults
   * once, as a write.
   */
  readForWrite(linear: number, sizeSeg: number): number;
  write(linear: number, value: number, sizeSeg: number): void;
  /**
   * `readForWrite` and `write` for compiled code. A store that would hit decoded code is not made, and S.Fault is
   * REPLAY.
   */
  readForDataWrite(linear: number, sizeSeg: number): number;
  writeData(linear: number, value: number, sizeSeg: number): void;
  /**
   * Checks an access through a segment that is not flat: null, type, present, limit and expand-down (#GP(0), or #SS(0)
   * through SS). Returns the linear address.
   */
  segment(offset: number, sizeSegAccess: number): number;
}

export interface SystemPaths {
  system(op: SystemOp, a: number, b: number): number;
}

export interface MarkPaths {
  /**
   * S.Eip is that of a marked instruction, and all instructions before it are charged. Answers 1 when generated code
   * must leave before it, else 0.
   */
  mark(): number;
}
