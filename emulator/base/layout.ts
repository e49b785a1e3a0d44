/**
 * The one WebAssembly memory, documented in one place: processor state, TLBs, decoded code and guest RAM. Interpreter,
 * compiled code and debugger all read it by these offsets, and no other file states an offset. All values are byte
 * addresses in that memory unless a comment says otherwise.
 */

const MiB = 1 << 20;

/**
 * The first 16 KiB stay 0. They are the entry table of a page without code, so an exec TLB entry of 0 (invalid) leads
 * to no block.
 */
export const NO_ENTRIES = 0;

/** Processor state; every field is one 32-bit word. */
export const enum S {
  /** Eight general registers, ModRM order, 4 bytes each. */
  Gpr = 0x4000,
  /** Always 0: stands for the base or index register of an address that has none. */
  Zero = 0x4020,
  /** Offset in CS (not linear) of the next instruction. */
  Eip = 0x4024,
  /** EFLAGS without the arithmetic flags (Flag.Arith), which Fres and Fco hold; bit 1 is kept set. */
  Eflags = 0x4028,
  /**
   * Arithmetic flags, lazily: Fres is the last result sign-extended to 32 bits,
   * Fco the vector of carries out of each bit, with these bits used:
   *   CF = Fco[31]   OF = Fco[31] ^ Fco[30]   AF = Fco[3]
   *   ZF = Fres == 0   SF = Fres[31] ^ Fco[0]
   *   PF = even parity of (Fres ^ Fco >>> 8) & 0xff
   */
  Fres = 0x402c,
  Fco = 0x4030,
  /** Instructions left in this slice. */
  Budget = 0x4034,
  /** Why generated code returned (enum Exit in cpu/exit.ts). */
  Exit = 0x4038,
  /** Offset in CS of the instruction in progress; set before each call of a system helper. */
  InsnEip = 0x403c,
  /** 1: an exception waits to be delivered (FaultVector, FaultError), as set by `raise`. It may also be REPLAY. */
  Fault = 0x4040,
  FaultVector = 0x4044,
  /** The error code, or NO_ERROR_CODE. */
  FaultError = 0x4048,
  /** Current privilege level, 0-3. */
  Cpl = 0x404c,
  Cr0 = 0x4050,
  Cr2 = 0x4054,
  Cr3 = 0x4058,
  Cr4 = 0x405c,
  /** 1 after HLT until an interrupt is taken. */
  Halted = 0x4060,
  /**
   * Not 0: interrupts wait for one more instruction. It is 1 after STI, and 2 after MOV SS and POP SS, which hold off
   * single-step traps too.
   */
  Inhibit = 0x4064,
  GdtrBase = 0x4068,
  GdtrLimit = 0x406c,
  IdtrBase = 0x4070,
  IdtrLimit = 0x4074,
  /** DR0-DR7. */
  Dr = 0x4078,
  /** Bases of the data TLB tables of the current ring class. */
  TlbRead = 0x40a0,
  TlbWrite = 0x40a4,
  /** Base of the exec TLB of the current mode. */
  TlbExec = 0x40a8,
  /** The highest linear address that the TLB tables of ring class 0, 1-2, 3 may hold (page granular). */
  RingLimit = 0x40ac,
  SysenterCs = 0x40b8,
  SysenterEsp = 0x40bc,
  SysenterEip = 0x40c0,
  /** IA32_EFER, low word (only NXE has a meaning). */
  Efer = 0x40c4,
  /** The four PDPTEs that were loaded with CR3 in PAE mode (vol. 3A, 4.4.1), low and high word each. */
  Pdpte = 0x40c8,
  /** Why the pending fault was raised (enum Reason in base/reasons.ts); 0 when its vector tells enough. */
  FaultReason = 0x40e8,
  /** IA32_TIME_STAMP_COUNTER minus machine time, low and high word. */
  TscOffset = 0x40f0,
  /** IA32_PAT, low and high word. It is kept without effect, as there are no caches. */
  Pat = 0x40f8,
  /** Descriptor caches of ES CS SS DS FS GS LDTR TR: SegField offsets, SEG_SIZE bytes each. */
  Seg = 0x4100,
  /** 64-bit scratch for helpers. */
  Scratch = 0x4200,
  /** The address of the record in progress when generated code returned. */
  ExitRecord = 0x4208,
  /** Not 0: compiled code must return to the core, which has something to tell. */
  Stop = 0x4214,
  /** Address of the link word that the core may patch with the next block, or 0. */
  ExitLink = 0x420c,
  /** For the code map: base + (address in this memory >>> 3) is the byte with the address's bit. */
  CodeMap = 0x4218,
  /** How many compiled regions followed another in one run of compiled code, and the functions of the last two. */
  Turns = 0x4220,
  TurnFrom = 0x4224,
  TurnTo = 0x4228,
  /** How many accesses in one run of compiled code were not made inline only because they were not aligned. */
  Unaligned = 0x422c,
  /**
   * Inside compiled code: in which form the two words hold the arithmetic flags (jit/pending-flags.ts). Otherwise 0.
   */
  PendingFlags = 0x4230,
  PendingA = 0x4234,
  PendingB = 0x4238,
  /** S.Inhibit holds while S.Budget has this value; it is not cleared after its instruction. */
  InhibitBudget = 0x421c,
  /** 1 while an interrupt is pending, whether IF allows it or not. */
  InterruptWaits = 0x423c,
  /** 1 when changes of CPL must be reported: INT, IRET and faults then take the helpers in TypeScript. */
  SlowTransfers = 0x4240,
  /** The end of guest RAM in this memory. */
  RamEnd = 0x4248,
  /** S.Budget when the last fault was delivered; -1 when that was long ago. */
  FaultBudget = 0x424c,
  /** 1 while changes to an inner ring are noted in TRANSFER_LOG, and how many have been noted. */
  LogTransfers = 0x4250,
  TransferCount = 0x4254,
  /** The machine time at which S.Budget is used up, low and high word. */
  TimeAtEnd = 0x4258,
  /**
   * S.Eip inside a repeated string instruction: where tier 0 returned, and in INS and OUTS. Otherwise it has no
   * meaning.
   */
  RepeatAt = 0x4260,
  /** The address after the last note in NOTES. */
  NotesEnd = 0x4264,
  End = 0x4300,
}

/**
 * The value of S.Fault where generated code must not make an access itself: a store of a region to code, or an access
 * to watched memory. Generated code leaves with the state as it is before the instruction, which is then done alone.
 */
export const REPLAY = 2;

export const SEG_SIZE = 32;

/** The contents of each slot of cpu/mode.ts, MODE_SLOTS entries of ModeEntry.Size bytes. */
export const MODE_TABLE = 0x4400;

export const enum ModeEntry {
  /**
   * Bits and ModeBit.Known where CS has base 0; 0 for any other mode and in a free slot. Limit follows, so that both
   * are compared at once.
   */
  Flat = 0,
  /** The limit and base of CS. */
  Limit = 4,
  Base = 8,
  /** The ring class and ModeBit (cpu/mode.ts). */
  Bits = 12,
  Size = 16,
}

/** What both generated code and TypeScript count, at COUNTS plus these offsets, 64 bits each. */
export const COUNTS = 0x4600;

export const enum Count {
  ReadMisses = 0,
  WriteMisses = 8,
  FetchMisses = 16,
  Walks = 24,
  LocalFlushes = 32,
  PageFlushes = 40,
  Faults = 48,
}

/** A byte for each 4 MiB of the linear space; not 0 where a piece of a large page was filled. */
export const LARGE_REGIONS = 0x4800;
export const LARGE_REGION_COUNT = 1024;

/**
 * The latest changes to an inner ring and entries of handlers: a ring buffer of TRANSFERS_LOGGED entries with
 * LoggedWord offsets.
 */
export const TRANSFER_LOG = 0x10000;
/** A power of two. */
export const TRANSFERS_LOGGED = 512;

export const enum LoggedWord {
  /** The kind's number in cpu/transfer-log.ts. */
  Kind = 0,
  Vector = 4,
  FromCpl = 8,
  ToCpl = 12,
  FromEip = 16,
  ToEip = 20,
  /** ESP after the change. */
  Esp = 24,
  Size = 32,
}

/**
 * What generated code notes by itself at marked instructions: RECORDER_COUNT entries with RecorderWord offsets, of
 * which each has the steps of one recorder (cpu/recorders.ts).
 */
export const RECORDERS = 0x8000;
export const RECORDER_COUNT = 8;

export const enum RecorderWord {
  /** 1 where generated code is to note; 0 in a free entry, and where somebody else is to be asked as well. */
  Active = 0,
  Linear = 4,
  /**
   * Steps of two words, an offset and a count. Each goes on from the base, which is ESP at first: a count of 0 makes
   * the dword at base + offset the base; a positive one notes that many dwords from there and makes ESP the base again;
   * -1 is the end.
   */
  Steps = 8,
  Size = 256,
}
export const RECORDER_STEPS = (RecorderWord.Size - RecorderWord.Steps) / 8;

/** The notes since they were last taken: each has the address of its recorder, S.Budget, and the recorder's dwords. */
export const NOTES = 0xe0000;
export const NOTES_BYTES = 0x10000;
/** The most dwords in one note, without the first two words. */
export const NOTE_WORDS = 32;

/** Offsets inside one descriptor cache. */
export const enum SegField {
  Selector = 0,
  Base = 4,
  /** The effective limit in bytes, unsigned: the highest valid offset (the lowest invalid one when expand-down). */
  Limit = 8,
  /** The high descriptor dword, masked with Desc.Rights. */
  Rights = 12,
  /** 0 when it is null or unusable, so that every access faults. */
  Valid = 16,
}

export const NO_ERROR_CODE = -1;

/** The number of ring classes, each with its own TLB tables: ring 0; rings 1 and 2; ring 3. */
export const RING_CLASSES = 3;
/** The number of entries in one TLB table: one for each 4 KiB page of the linear space, 4 bytes each. */
export const TLB_ENTRIES = 1 << 20;
export const TLB_BYTES = TLB_ENTRIES * 4;

/** The low bits of a data TLB entry. The rest is the page's address in this memory minus its linear address. */
export const enum TlbKind {
  /** Accesses need nothing else. */
  Plain = 1,
  /** The page is watched. */
  Watched = 2,
  /** In a write table: code was made from the page, or it is not noted as written yet. */
  Noting = 4,
  /** Watched and Noting at once. */
  WatchedCode = 8,
}
export const TLB_KIND = TlbKind.Plain | TlbKind.Watched | TlbKind.Noting | TlbKind.WatchedCode;

/**
 * Linear page numbers that were filled, so that a flush is cheap: a list of the pages of a TLB that are not global,
 * then a list of its global ones. A page may be in a list twice, and stay there after its entry is gone. The counts are
 * words.
 */
export interface PageLists {
  /** The address of the first list. */
  lists: number;
  /** The address of the lists' counts. */
  counts: number;
  /** How many pages one list holds. When it is full, these pages are removed from the TLB. */
  length: number;
}
/** The lists for both data TLB tables of each ring class. */
export const DATA_LISTS: PageLists = { lists: 0x20000, counts: 0x4700, length: 1 << 14 };
/** The lists for the exec TLB of each mode slot. */
export const EXEC_LISTS: PageLists = { lists: 0x80000, counts: 0x4720, length: 1 << 12 };

/** A bit for each linear page, which is set where memory is watched. */
export const WATCHED_PAGES = 0xc0000;

/** How many physical pages RAM may have; RAM is 2 GiB at most. */
export const MOST_PAGES = 1 << 19;
/** A byte of PageKind bits for each physical page below the end of RAM. 0 is plain RAM. */
export const PAGE_KINDS = 1 * MiB;

export const enum PageKind {
  /** Code was made from the page. */
  Code = 1,
  /** Stores are lost. */
  Rom = 2,
  /** A device answers in place of RAM. */
  Device = 4,
}
/**
 * A byte for each physical page; not 0 where it may have been written to since that was last asked
 * (memory/written-pages.ts).
 */
export const WRITTEN_PAGES = PAGE_KINDS + MOST_PAGES;

/**
 * Data TLBs. For ring class c the read table is at TLB_DATA + c * 8 MiB, and its write table 4 MiB above it. The entry
 * for linear page p is 0 when invalid, else (address of the page in this memory) - (p << 12) + a TlbKind.
 */
export const TLB_DATA = 2 * MiB;
/**
 * Exec TLBs, one for each of MODE_SLOTS processor modes. The entry for linear page p is the address of the page's entry
 * table for that mode (4096 words: offset in page -> block record), or NO_ENTRIES.
 */
export const TLB_EXEC = TLB_DATA + RING_CLASSES * 2 * TLB_BYTES;
export const MODE_SLOTS = 8;
/** Entry tables of code pages, ENTRY_TABLE_BYTES each. */
export const ENTRY_TABLES = TLB_EXEC + MODE_SLOTS * TLB_BYTES;
export const ENTRY_TABLE_BYTES = 4096 * 4;
export const ENTRY_TABLES_BYTES = 16 * MiB;
/**
 * What each entry table is for, in two words: physical page; mode slot << 20 | linear page. Both are 0 when it is free.
 */
export const TABLE_KEYS = 0x6000;
/**
 * Entry tables that were used lately, a word by the linear page's lowest bits. It is a hint; TABLE_KEYS tells whether
 * it is the right one.
 */
export const TABLE_HINTS = 0x5000;
export const TABLE_HINT_COUNT = 1024;
/** Decoded blocks (records). */
export const RECORDS = ENTRY_TABLES + ENTRY_TABLES_BYTES;
export const RECORDS_BYTES = 16 * MiB;
/**
 * Guest physical address 0. After RAM comes the code map, with a bit for each byte of RAM. The bit is set for bytes
 * that decoded or compiled code was made from.
 */
export const RAM = RECORDS + RECORDS_BYTES;
