/**
 * The one WebAssembly memory, documented once: processor state, TLBs, decoded
 * code and guest RAM. Interpreter, compiled code and debugger all read it by
 * these offsets; no other file states an offset. All values are byte addresses
 * in that memory unless a comment says otherwise.
 */

const MiB = 1 << 20;

/** Processor state; every field is one 32-bit word. */
export const enum S {
  /** Eight general registers, ModRM order, 4 bytes each. */
  Gpr = 0x1000,
  /** Always 0: the base or index register of an address that has none. */
  Zero = 0x1020,
  /** Offset in CS (not linear) of the next instruction. */
  Eip = 0x1024,
  /** EFLAGS without the arithmetic flags (Flag.Arith), which Fres and Fco hold; bit 1 is kept set. */
  Eflags = 0x1028,
  /**
   * Arithmetic flags, lazily: Fres is the last result sign-extended to 32 bits,
   * Fco the vector of carries out of each bit, with these bits used:
   *   CF = Fco[31]   OF = Fco[31] ^ Fco[30]   AF = Fco[3]
   *   ZF = Fres == 0   SF = Fres[31] ^ Fco[0]
   *   PF = even parity of (Fres ^ Fco >>> 8) & 0xff
   */
  Fres = 0x102c,
  Fco = 0x1030,
  /** Instructions left in this slice. */
  Budget = 0x1034,
  /** Exec: why the hot function came back (enum Exit in cpu/tier0). */
  Exit = 0x1038,
  /** Offset in CS of the instruction in progress; set before each call of a system helper. */
  InsnEip = 0x103c,
  /** Not 0: an exception waits to be delivered (FaultVector, FaultError). Set by `raise`. */
  Fault = 0x1040,
  FaultVector = 0x1044,
  /** The error code, or NO_ERROR_CODE. */
  FaultError = 0x1048,
  /** Current privilege level, 0-3. */
  Cpl = 0x104c,
  Cr0 = 0x1050,
  Cr2 = 0x1054,
  Cr3 = 0x1058,
  Cr4 = 0x105c,
  /** 1 after HLT until an interrupt is taken. */
  Halted = 0x1060,
  /** 1: interrupts and single-step traps wait for one more instruction (STI, MOV SS, POP SS). */
  Inhibit = 0x1064,
  GdtrBase = 0x1068,
  GdtrLimit = 0x106c,
  IdtrBase = 0x1070,
  IdtrLimit = 0x1074,
  /** DR0-DR7. */
  Dr = 0x1078,
  /** Bases of the data TLB tables of the current ring class. */
  TlbRead = 0x10a0,
  TlbWrite = 0x10a4,
  /** Base of the exec TLB of the current mode. */
  TlbExec = 0x10a8,
  /** Highest linear address that the TLB tables of ring class 0, 1-2, 3 may hold (page granular). */
  RingLimit = 0x10ac,
  SysenterCs = 0x10b8,
  SysenterEsp = 0x10bc,
  SysenterEip = 0x10c0,
  /** IA32_EFER, low word (only NXE has a meaning). */
  Efer = 0x10c4,
  /** The four PDPTEs loaded with CR3 under PAE (vol. 3A, 4.4.1), low and high word each. */
  Pdpte = 0x10c8,
  /** Descriptor caches of ES CS SS DS FS GS LDTR TR: SegField offsets, SEG_SIZE bytes each. */
  Seg = 0x1100,
  /** 64-bit scratch for helpers. */
  Scratch = 0x1200,
  End = 0x1300,
}

export const SEG_SIZE = 32;

/** Offsets inside one descriptor cache. */
export const enum SegField {
  Selector = 0,
  Base = 4,
  /** Effective limit: the highest valid offset (lowest invalid one when expand-down), unsigned bytes. */
  Limit = 8,
  /** High descriptor dword masked with Desc.Rights. */
  Rights = 12,
  /** 0: null or unusable, every access faults. */
  Valid = 16,
}

export const NO_ERROR_CODE = -1;

/** Ring classes with TLB tables of their own: ring 0; rings 1 and 2; ring 3. */
export const RING_CLASSES = 3;
/** Entries in one TLB table: one for each 4 KiB page of the linear space, 4 bytes each. */
export const TLB_ENTRIES = 1 << 20;
export const TLB_BYTES = TLB_ENTRIES * 4;

/**
 * Data TLBs: for ring class c the read table at TLB_DATA + c * 8 MiB, its write
 * table 4 MiB above. Entry for linear page p: 0 when invalid, else
 * (address of the page in this memory) - (p << 12) + 1.
 */
export const TLB_DATA = 2 * MiB;
/**
 * Exec TLBs, one for each of MODE_SLOTS processor modes. Entry for linear page
 * p: address of the page's entry table for that mode (4096 words: offset in
 * page -> block record), or of NO_ENTRIES.
 */
export const TLB_EXEC = TLB_DATA + RING_CLASSES * 2 * TLB_BYTES;
export const MODE_SLOTS = 8;
/** Entry tables of code pages, ENTRY_TABLE_BYTES each; the first 16 KiB stay 0: the table of a page without code. */
export const ENTRY_TABLES = TLB_EXEC + MODE_SLOTS * TLB_BYTES;
export const ENTRY_TABLE_BYTES = 4096 * 4;
export const ENTRY_TABLES_BYTES = 32 * MiB;
/** Decoded blocks (records). */
export const RECORDS = ENTRY_TABLES + ENTRY_TABLES_BYTES;
export const RECORDS_BYTES = 16 * MiB;
/** Guest physical address 0. */
export const RAM = RECORDS + RECORDS_BYTES;
