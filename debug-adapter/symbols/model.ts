/**
 * The answers of the symbol reader. Addresses are 32-bit unsigned numbers in the image's own (linked) address space;
 * with flat segments they are linear addresses. Files are paths as `ImageSymbols.sourceFiles` lists them. Lines and
 * columns count from 1; column 0 means that the compiler gave none.
 */
import type { Location } from "./location";
import type { FunctionType, Type } from "./types";

export type { Location } from "./location";

/** DWARF's register numbers for i386 (System V ABI i386 supplement, table 2.14). */
export const enum DwarfReg {
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
}

/** The register values of one frame, indexed by DwarfReg. A register whose value is lost is undefined. */
export type Registers = readonly (number | undefined)[];

/**
 * Reads `length` bytes at a linear address; undefined (or fewer) where memory cannot be read. It never has a side
 * effect.
 */
export type ReadMemory = (address: number, length: number) => Uint8Array | undefined;

/** The addresses from `low` up to, but not including, `high`. */
export interface AddressRange {
  readonly low: number;
  readonly high: number;
}

export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The line of an instruction, from the line table. */
export interface LineRow extends SourcePosition, AddressRange {
  /** The address of the row itself. [low, high) is the whole run of instructions of the same line around it. */
  readonly start: number;
  /** Whether a statement begins at `start`, which is then a place to stop at. */
  readonly isStmt: boolean;
}

/**
 * A function that has code. Assembly, and images without DWARF, give functions that are known only by their ELF symbol.
 */
export interface FunctionSymbol {
  readonly name: string;
  /** The entry point: the address of the first instruction. */
  readonly entry: number;
  /** All its code. The first range holds the entry; -O2 moves cold paths elsewhere. */
  readonly ranges: readonly AddressRange[];
  /** False if only the ELF symbol table knows it. */
  readonly hasDebugInfo: boolean;
  /** Whether it is visible outside of its unit. */
  readonly isExternal: boolean;
  /** The place of its declaration. */
  readonly declared: SourcePosition | undefined;
  readonly type: FunctionType | undefined;
}

/** The address of a breakpoint. */
export interface CodeLocation {
  readonly address: number;
  /** The function to which this source line belongs; in an inlined copy, the inlined function. */
  readonly functionName: string;
  readonly isInlined: boolean;
}

/** The addresses of a breakpoint on a source line. */
export interface LineBinding {
  readonly file: string;
  /** The line that was asked for, or the next one that has code. */
  readonly line: number;
  /** One location for each copy of the line: in each part of each function, and in each inlined copy of it. */
  readonly locations: readonly CodeLocation[];
}

export interface Variable {
  readonly name: string;
  readonly kind: "parameter" | "local" | "global";
  readonly type: Type;
  readonly location: Location;
  readonly declared: SourcePosition | undefined;
  /** For globals: not visible outside of its unit. For locals: kept between calls. */
  readonly isStatic: boolean;
}

/** The variables of one pair of braces. */
export interface Scope {
  readonly ranges: readonly AddressRange[];
  readonly variables: readonly Variable[];
}

/**
 * One source-level frame at a pc. A pc inside inlined code belongs to several functions at once. The innermost comes
 * first, and the one with the code last.
 */
export interface SourceFrame {
  readonly functionName: string;
  readonly isInlined: boolean;
  /** The function whose code contains it. */
  readonly function: FunctionSymbol;
  /** The line of the pc; in outer frames, the line of the inlined call. */
  readonly position: SourcePosition | undefined;
  readonly parameters: readonly Variable[];
  /** The innermost block comes first. The last is the function's outermost block, without its parameters. */
  readonly scopes: readonly Scope[];
  /** The code of this inlined copy, or of the function. */
  readonly ranges: readonly AddressRange[];
  /** The function's return type (void gives a VoidType). */
  readonly returnType: Type | undefined;
}

/** A machine frame in which locations are evaluated. */
export interface FrameState {
  /** The instruction that executes; in a calling frame, the return address. */
  readonly pc: number;
  /**
   * Whether `pc` is a return address. It must be looked up as `pc - 1`, since a call may be a function's last
   * instruction.
   */
  readonly isReturnAddress: boolean;
  readonly registers: Registers;
  readonly readMemory: ReadMemory;
  /** The frame that called this one. Only variables that refer to values at function entry need it. */
  readonly caller?: (() => FrameState | undefined) | undefined;
}

/** One step of the unwinder. */
export interface Unwound {
  /** Canonical frame address: ESP before the call pushed the return address. */
  readonly cfa: number;
  /** The caller's registers. In the outermost frame, EIP (DwarfReg.Eip) is undefined. */
  readonly registers: Registers;
  /**
   * Whether an interrupt, exception or trap entered this frame. Then the caller's EIP is the interrupted instruction
   * itself, and not a return address.
   */
  readonly isSignalFrame: boolean;
  /** The address of the stack word that holds the caller's EIP, if it is in memory. */
  readonly returnSlot: number | undefined;
}

/** Where a value is, in one frame at one instruction. */
export type Place =
  | { readonly kind: "memory"; readonly address: number }
  | { readonly kind: "register"; readonly register: DwarfReg; readonly value: number | undefined }
  /** The object has a value but no place. The bytes are little-endian, and may be more or fewer than the type has. */
  | { readonly kind: "value"; readonly bytes: Uint8Array }
  | { readonly kind: "optimizedOut" }
  /** The place cannot be computed here: memory cannot be read, a register is lost, or a construct is unknown. */
  | { readonly kind: "unavailable"; readonly reason: UnavailableReason }
  | { readonly kind: "pieces"; readonly pieces: readonly Piece[] };

export type UnavailableReason =
  | { readonly code: "memory"; readonly address: number }
  | { readonly code: "register"; readonly register: number }
  /** There is no unwind information here, so the frame base is unknown. */
  | { readonly code: "frame-base" }
  /** It is a value at function entry that no call site records. */
  | { readonly code: "entry-value" }
  | { readonly code: "unsupported"; readonly what: string }
  | { readonly code: "corrupt"; readonly what: string };

/** A part of a value that is in several places. The parts are in order, lowest bits first. */
export interface Piece {
  readonly place: Place;
  readonly bitSize: number;
  /** How many bits are skipped in the place. */
  readonly bitOffset: number;
}

/**
 * A place that needs no evaluator, for conditions that the machine evaluates: a register, or memory at a register (or
 * at 0) plus an offset, or a constant.
 */
export type SimplePlace =
  | { readonly kind: "register"; readonly register: DwarfReg }
  | { readonly kind: "memory"; readonly base: DwarfReg | undefined; readonly offset: number }
  | { readonly kind: "constant"; readonly value: number };

/** A symbol of the ELF symbol table. */
export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  /** The size in bytes; 0 if the table does not tell (labels in assembly). */
  readonly size: number;
  readonly kind: "function" | "object" | "label" | "other";
  readonly isGlobal: boolean;
}

/** An ELF note; `name` without its terminating zero. */
export interface ElfNote {
  readonly name: string;
  readonly type: number;
  readonly description: Uint8Array;
}

/** A loadable segment: where it is linked, where it is loaded, and which part of it is in the file. */
export interface ElfSegment {
  readonly virtual: number;
  readonly physical: number;
  readonly fileOffset: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly writable: boolean;
  readonly executable: boolean;
}
