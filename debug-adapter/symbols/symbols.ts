import type {
  CodeLocation,
  ElfNote,
  ElfSegment,
  ElfSymbol,
  FrameState,
  FunctionSymbol,
  LineBinding,
  LineRow,
  Location,
  Place,
  SimplePlace,
  SourceFrame,
  Unwound,
  Variable,
} from "./model";
import type { Companions } from "./companions";
import type { SymbolError } from "./errors";
import type { EnumType, Type } from "./types";

export interface LoadOptions {
  /**
   * The folder to which relative source paths of the image are relative (the compiler's folder, which -ffile-prefix-map
   * wrote as "."). Without it such paths stay relative.
   */
  readonly sourceRoot?: string;
  /** Finds debug information to which the image refers. Without it such information counts as not found. */
  readonly companions?: Companions;
}

/**
 * Everything that one image knows about its source. Queries never throw: debug information that cannot be read is left
 * out and noted in `problems`.
 */
export interface ImageSymbols {
  /** False for an image without (readable) DWARF, for which only ELF symbols answer. */
  readonly hasDebugInfo: boolean;
  /** What could not be read so far. The list grows as queries reach further parts. */
  readonly problems: readonly SymbolError[];
  /** e_entry. */
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
  readonly notes: readonly ElfNote[];
  /** The bytes of a section, such as `__xen_guest`. */
  section(name: string): Uint8Array | undefined;
  /**
   * What the file holds for linked addresses (code, constants, initial data). It is shorter at the end of a segment,
   * and zeros in .bss.
   */
  readStatic(address: number, length: number): Uint8Array | undefined;

  // Lines
  /** Paths of all files with code: absolute, or under the source root when the compiler recorded a relative path. */
  sourceFiles(): readonly string[];
  /** The row of an instruction. For a return address, ask for `pc - 1`. */
  lineAt(pc: number): LineRow | undefined;
  /**
   * The address of a breakpoint on that line, or on the next line of the same function or file that has code; undefined
   * when there is none. On a function's first line it is after the prologue.
   */
  addressesOf(file: string, line: number): LineBinding | undefined;
  /** Lines of the file that have code, ascending. */
  linesWithCode(file: string): readonly number[];

  // Functions
  functionAt(pc: number): FunctionSymbol | undefined;
  functionsNamed(name: string): readonly FunctionSymbol[];
  /** Names of all functions with code, for completions. */
  functionNames(): readonly string[];
  /**
   * The addresses of a breakpoint on a function: after the prologue of each function with that name, and at each
   * inlined copy.
   */
  addressesOfFunction(name: string): readonly CodeLocation[];
  /** The first address where the function's frame is set up and its parameters can be read. */
  prologueEnd(fn: FunctionSymbol): number;
  /**
   * The source frames at an instruction; the innermost inlined function comes first. A function known only by its ELF
   * symbol gives one frame without lines.
   */
  framesAt(pc: number): readonly SourceFrame[];

  // Data
  /** Global variables of that name; also static ones of several units, and static locals. */
  globals(name: string): readonly Variable[];
  /** Names of all global variables, for completions. */
  globalNames(): readonly string[];
  /**
   * The type `struct vcpu`, `union u`, `enum e`, `unsigned int`, or a typedef's name. It is the complete definition if
   * the image has one.
   */
  typeNamed(name: string): Type | undefined;
  /** The constant of that name of any enumeration. */
  enumeratorNamed(name: string): { readonly type: EnumType; readonly value: bigint } | undefined;
  /** The global variable or object that holds this address. */
  objectAt(address: number): { readonly symbol: ElfSymbol; readonly offset: number } | undefined;
  /**
   * The bytes around an address in which no function, object or label begins except at `low`; undefined outside of all
   * sections.
   */
  stretchAt(address: number): { readonly low: number; readonly high: number; readonly isData: boolean } | undefined;
  symbolNamed(name: string): ElfSymbol | undefined;
  /** The function, object or label at or below the address, in the same section: `name+offset` for displays. */
  symbolAt(address: number): { readonly symbol: ElfSymbol; readonly offset: number } | undefined;

  // Frames
  /** The caller of the frame, or undefined where the image has no unwind information for its pc. */
  unwind(frame: Pick<FrameState, "pc" | "isReturnAddress" | "registers" | "readMemory">): Unwound | undefined;
  /** The type with the counts that variable-length arrays have in that frame. */
  resolveType(type: Type, frame: FrameState): Type;
  /** The place of the location in that frame. */
  evaluateLocation(location: Location, frame: FrameState): Place;
  /** The location at `pc` if it needs no evaluator; undefined otherwise. */
  simplify(location: Location, pc: number): SimplePlace | undefined;
}
