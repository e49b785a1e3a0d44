/**
 * Architectural constants of IA-32, spelled as in the manuals. Section numbers refer to the Intel SDM (vol. 1, vol.
 * 3A).
 */

/** General registers, in ModRM order. */
export const enum Gpr {
  Eax,
  Ecx,
  Edx,
  Ebx,
  Esp,
  Ebp,
  Esi,
  Edi,
}

/** Segment registers, in ModRM `Sw` order, then the two system segments. */
export const enum Seg {
  Es,
  Cs,
  Ss,
  Ds,
  Fs,
  Gs,
  Ldtr,
  Tr,
}

/** EFLAGS bits (vol. 1, 3.4.3). */
export const enum Flag {
  Cf = 1 << 0,
  Fixed1 = 1 << 1,
  Pf = 1 << 2,
  Af = 1 << 4,
  Zf = 1 << 6,
  Sf = 1 << 7,
  Tf = 1 << 8,
  If = 1 << 9,
  Df = 1 << 10,
  Of = 1 << 11,
  Iopl = 3 << 12,
  Nt = 1 << 14,
  Rf = 1 << 16,
  Vm = 1 << 17,
  Ac = 1 << 18,
  Vif = 1 << 19,
  Vip = 1 << 20,
  Id = 1 << 21,
  /** The six flags that arithmetic writes. They are in (Fres, Fco), and not in the Eflags word. */
  Arith = Cf | Pf | Af | Zf | Sf | Of,
}

/** Exception vectors (vol. 3A, table 6-1). */
export const enum Vector {
  De = 0,
  Db = 1,
  Nmi = 2,
  Bp = 3,
  Of = 4,
  Br = 5,
  Ud = 6,
  Nm = 7,
  Df = 8,
  Ts = 10,
  Np = 11,
  Ss = 12,
  Gp = 13,
  Pf = 14,
  Mf = 16,
  Ac = 17,
  Mc = 18,
}

/** CR0 bits (vol. 3A, 2.5). */
export const enum Cr0 {
  Pe = 1 << 0,
  Mp = 1 << 1,
  Em = 1 << 2,
  Ts = 1 << 3,
  Et = 1 << 4,
  Ne = 1 << 5,
  Wp = 1 << 16,
  Am = 1 << 18,
  Nw = 1 << 29,
  Cd = 1 << 30,
  Pg = 1 << 31,
}

/** CR4 bits (vol. 3A, 2.5) that this processor knows. */
export const enum Cr4 {
  Vme = 1 << 0,
  Pvi = 1 << 1,
  Tsd = 1 << 2,
  De = 1 << 3,
  Pse = 1 << 4,
  Pae = 1 << 5,
  Mce = 1 << 6,
  Pge = 1 << 7,
  Pce = 1 << 8,
}

/** IA32_EFER bits that this processor knows (vol. 3A, 2.2.1). */
export const enum Efer {
  Nxe = 1 << 11,
}

/** Page-table entry bits (vol. 3A, 4.3 and 4.4); they are the same in 32-bit and PAE entries. */
export const enum Pte {
  P = 1 << 0,
  Rw = 1 << 1,
  Us = 1 << 2,
  Pwt = 1 << 3,
  Pcd = 1 << 4,
  A = 1 << 5,
  D = 1 << 6,
  Ps = 1 << 7,
  G = 1 << 8,
}

/** Page-fault error-code bits (vol. 3A, figure 4-12). */
export const enum PfError {
  P = 1 << 0,
  W = 1 << 1,
  U = 1 << 2,
  Rsvd = 1 << 3,
  I = 1 << 4,
}

/**
 * Bits of a segment descriptor's high dword (vol. 3A, figure 3-8), as kept in a
 * descriptor cache's `rights` word (the base and limit bits are masked off).
 */
export const enum Desc {
  Accessed = 1 << 8,
  /** Data: writable. Code: readable. */
  Rw = 1 << 9,
  /** Data: expand down. Code: conforming. */
  Ec = 1 << 10,
  Code = 1 << 11,
  /** Code or data (1) or system (0). */
  S = 1 << 12,
  DplShift = 13,
  Dpl = 3 << 13,
  P = 1 << 15,
  Avl = 1 << 20,
  /** D/B: default operand size 32, stack pointer ESP, upper bound 4 GiB when expand-down. */
  Db = 1 << 22,
  G = 1 << 23,
  Rights = 0x00f0ff00,
}

/** The types of system descriptors (vol. 3A, table 3-2), as in bits 8-11 of the high dword. */
export const enum SysType {
  Tss16 = 1,
  Ldt = 2,
  Tss16Busy = 3,
  CallGate16 = 4,
  TaskGate = 5,
  InterruptGate16 = 6,
  TrapGate16 = 7,
  Tss32 = 9,
  Tss32Busy = 11,
  CallGate32 = 12,
  InterruptGate32 = 14,
  TrapGate32 = 15,
}
