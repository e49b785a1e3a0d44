/**
 * What the symbol reader answers with. Addresses are 32-bit unsigned numbers in
 * the image's own (linked) address space; with flat segments those are linear
 * addresses. Files are paths as `ImageSymbols.sourceFiles` lists them. Lines and
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

/** Register values of one frame, indexed by DwarfReg; a register that the frame lost is undefined. */
export type Registers = readonly (number | undefined)[];

/** `length` bytes at a linear address, or undefined (or fewer) where memory cannot be read. Never has a side effect. */
export type ReadMemory = (address: number, length: number) => Uint8Array | undefined;

/** Addresses from `low` up to, not including, `high`. */
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
  /** Address of the row itself. [low, high) is the whole run of instructions of the same line around it. */
  readonly start: number;
  /** A statement begins at `start`: a place to stop at. */
  readonly isStmt: boolean;
}

/** A function with code of its own. Assembly and images without DWARF give functions known by their ELF symbol only. */
export interface FunctionSymbol {
  readonly name: string;
  /** The entry point: the address of the first instruction. */
  readonly entry: number;
  /** All its code; the first range holds the entry. (-O2 moves cold paths elsewhere.) */
  readonly ranges: readonly AddressRange[];
  /** False when only the ELF symbol table knows it. */
  readonly hasDebugInfo: boolean;
  /** Visible outside of its unit. */
  readonly isExternal: boolean;
  /** Where its declaration stands. */
  readonly declared: SourcePosition | undefined;
  readonly type: FunctionType | undefined;
}

/** An address where a breakpoint goes. */
export interface CodeLocation {
  readonly address: number;
  /** The function whose source line this is: the inlined one in an inlined copy. */
  readonly functionName: string;
  readonly isInlined: boolean;
}

/** Where the breakpoint of a source line goes. */
export interface LineBinding {
  readonly file: string;
  /** The line asked for, or the next one that has code. */
  readonly line: number;
  /** One for each copy of the line: each function and each inlined copy of it. */
  readonly locations: readonly CodeLocation[];
}

export interface Variable {
  readonly name: string;
  readonly kind: "parameter" | "local" | "global";
  readonly type: Type;
  readonly location: Location;
  readonly declared: SourcePosition | undefined;
  /** Not visible outside of its unit (globals), or kept between calls (locals). */
  readonly isStatic: boolean;
}

/** Variables of one pair of braces. */
export interface Scope {
  readonly ranges: readonly AddressRange[];
  readonly variables: readonly Variable[];
}

/**
 * One source-level frame at a pc. A pc inside inlined code stands in several
 * functions at once; they come innermost first, the one with the code last.
 */
export interface SourceFrame {
  readonly functionName: string;
  readonly isInlined: boolean;
  /** The function with the code that holds it. */
  readonly function: FunctionSymbol;
  /** Where this frame stands: the line of the pc, and in outer frames the line of the inlined call. */
  readonly position: SourcePosition | undefined;
  readonly parameters: readonly Variable[];
  /** Innermost block first; the last is the function's outermost block, without its parameters. */
  readonly scopes: readonly Scope[];
  /** Code of this inlined copy, or of the function. */
  readonly ranges: readonly AddressRange[];
  /** The function's return type (void gives a VoidType). */
  readonly returnType: Type | undefined;
}

/** A machine frame in which locations are evaluated. */
export interface FrameState {
  /** The instruction that executes, or the return address in a calling frame. */
  readonly pc: number;
  /** `pc` is a return address: look it up as `pc - 1`, since a call may be a function's last instruction. */
  readonly isReturnAddress: boolean;
  readonly registers: Registers;
  readonly readMemory: ReadMemory;
  /** The frame that called this one; asked only by variables that refer to values at function entry. */
  readonly caller?: (() => FrameState | undefined) | undefined;
}

/** One step of the unwinder. */
export interface Unwound {
  /** Canonical frame address: ESP before the call pushed the return address. */
  readonly cfa: number;
  /** The caller's registers; EIP (DwarfReg.Eip) is undefined in the outermost frame. */
  readonly registers: Registers;
  /**
   * This frame was entered by an interrupt, exception or trap: the caller's EIP
   * is the interrupted instruction itself and no return address.
   */
  readonly isSignalFrame: boolean;
  /** Address of the stack word that holds the caller's EIP, if it is in memory. */
  readonly returnSlot: number | undefined;
}

/** Where a value is, in one frame at one instruction. */
export type Place =
  | { readonly kind: "memory"; readonly address: number }
  | { readonly kind: "register"; readonly register: DwarfReg; readonly value: number | undefined }
  /** It has a value but no place; little-endian bytes, possibly longer or shorter than the type. */
  | { readonly kind: "value"; readonly bytes: Uint8Array }
  | { readonly kind: "optimizedOut" }
  /** It has a place that cannot be worked out here: memory that cannot be read, a register lost, a construct unknown. */
  | { readonly kind: "unavailable"; readonly reason: UnavailableReason }
  | { readonly kind: "pieces"; readonly pieces: readonly Piece[] };

export type UnavailableReason =
  | { readonly code: "memory"; readonly address: number }
  | { readonly code: "register"; readonly register: number }
  /** No unwind information here, so the frame base is unknown. */
  | { readonly code: "frame-base" }
  /** A value at function entry that no call site records. */
  | { readonly code: "entry-value" }
  | { readonly code: "unsupported"; readonly what: string }
  | { readonly code: "corrupt"; readonly what: string };

/** A part of a value that is spread; in order, lowest bits first. */
export interface Piece {
  readonly place: Place;
  readonly bitSize: number;
  /** Bits to skip in the place. */
  readonly bitOffset: number;
}

/**
 * A place that needs no evaluator, for conditions that the machine evaluates:
 * a register, or memory at a register (or at 0) plus an offset, or a constant.
 */
export type SimplePlace =
  | { readonly kind: "register"; readonly register: DwarfReg }
  | { readonly kind: "memory"; readonly base: DwarfReg | undefined; readonly offset: number }
  | { readonly kind: "constant"; readonly value: number };

/** A symbol of the ELF symbol table. */
export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  /** Bytes; 0 when the table does not say (labels in assembly). */
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

/** A loadable segment: where it is linked, where it is loaded, and what the file holds of it. */
export interface ElfSegment {
  readonly virtual: number;
  readonly physical: number;
  readonly fileOffset: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly writable: boolean;
  readonly executable: boolean;
}
