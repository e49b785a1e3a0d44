import { DebugInfo } from "./dwarf/debug-info";
import { DebugSymbols, type EnumeratorHit } from "./dwarf/debug-symbols";
import { dwarfSections } from "./dwarf/sections";
import { ElfFile } from "./elf/elf-file";
import { SymbolTable, type SymbolHit } from "./elf/symbol-table";
import { companionIn, debugFileNamed, debugFileOf } from "./companions";
import { SymbolError } from "./errors";
import { FrameTable } from "./frame/frame-table";
import { CallFrameInfo } from "./frame/call-frame-info";
import { PROLOGUE_BYTES, type Code } from "./frame/prologue";
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
import type { ImageSymbols, LoadOptions } from "./symbols";
import type { Type } from "./types";

/** This is enough to see what is wrong. A corrupt image could give a problem for each query. */
const MAX_PROBLEMS = 100;

/** An ELF image with its symbols and, if it has any, its DWARF. */
export class SymbolImage implements ImageSymbols {
  readonly hasDebugInfo: boolean;
  readonly problems: SymbolError[] = [];
  private readonly symbols: SymbolTable;
  private readonly info: DebugInfo;
  private frameTable: FrameTable | undefined;
  private callFrameInfo: CallFrameInfo | undefined;
  private debugSymbols: DebugSymbols | undefined;

  /** The file with the debug information that was stripped from the image. */
  private readonly debugFile: ElfFile | undefined;

  private constructor(
    private readonly elf: ElfFile,
    { sourceRoot = "", companions }: LoadOptions,
  ) {
    const note = this.note.bind(this);
    const ownSections = dwarfSections(elf, note);
    const isStripped = ownSections.info.length === 0 && this.problems.length === 0;
    this.debugFile = isStripped ? debugFileOf(elf, companions) : undefined;
    const { link } = debugFileNamed(elf);
    if (isStripped && !this.debugFile && link !== undefined) {
      note(new SymbolError({ code: "dwarf-elsewhere", file: link }));
    }
    this.symbols = new SymbolTable(elf, this.debugFile);
    const sections = this.debugFile ? dwarfSections(this.debugFile, note) : ownSections;
    const split = (name: string, folder: string): ElfFile | undefined => {
      const bytes = companions?.splitFile(name, folder);
      return bytes && companionIn(bytes);
    };
    this.info = new DebugInfo(sections, { sourceRoot, isLoaded: (a) => this.isLoaded(a), note, split });
    this.hasDebugInfo = this.info.units.length > 0;
  }

  /**
   * Reads an i386 ELF executable. The bytes are kept and not copied.
   * @throws SymbolError with an `elf-` code or `not-elf` when it cannot be read
   */
  static load(bytes: Uint8Array, options: LoadOptions = {}): SymbolImage {
    return new SymbolImage(new ElfFile(bytes), options);
  }

  get entry(): number {
    return this.elf.entry;
  }

  get segments(): readonly ElfSegment[] {
    return this.elf.segments;
  }

  get notes(): readonly ElfNote[] {
    return this.elf.notes;
  }

  section(name: string): Uint8Array | undefined {
    return this.elf.section(name);
  }

  readStatic(address: number, length: number): Uint8Array | undefined {
    return this.elf.readStatic(address, length);
  }

  sourceFiles(): readonly string[] {
    return this.ask([], (debug) => debug.lines.files());
  }

  lineAt(pc: number): LineRow | undefined {
    return this.ask(undefined, (debug) => debug.lines.at(pc));
  }

  addressesOf(file: string, line: number): LineBinding | undefined {
    return this.ask(undefined, (debug) => debug.addressesOf(file, line));
  }

  linesWithCode(file: string): readonly number[] {
    const lines = this.ask([], (debug) => debug.lines.statements(file).map((row) => row.line));
    return [...new Set(lines)].sort((a, b) => a - b);
  }

  functionAt(pc: number): FunctionSymbol | undefined {
    const found = this.ask(undefined, (debug) => debug.functionAt(pc));
    if (found) return found;
    const hit = this.symbols.functionAt(pc);
    return hit && this.elfFunction(hit.symbol);
  }

  functionsNamed(name: string): readonly FunctionSymbol[] {
    const found = this.ask([], (debug) => debug.functionsNamed(name));
    if (found.length > 0) return found;
    const symbol = this.symbols.named(name);
    return symbol && this.symbols.functionAt(symbol.address) && isCode(symbol) ? [this.elfFunction(symbol)] : [];
  }

  functionNames(): readonly string[] {
    const names = new Set(this.ask<Iterable<string>>([], (debug) => debug.index.functionsByName.keys()));
    for (const symbol of this.symbols.all()) if (symbol.kind === "function") names.add(symbol.name);
    return [...names].sort();
  }

  addressesOfFunction(name: string): readonly CodeLocation[] {
    const found = this.ask([], (debug) => debug.addressesOfFunction(name));
    if (found.length > 0) return found;
    return this.functionsNamed(name).map((fn) => ({
      address: fn.entry,
      functionName: name,
      isInlined: false,
    }));
  }

  prologueEnd(fn: FunctionSymbol): number {
    return this.ask(fn.entry, (debug) => debug.prologueEnd(fn));
  }

  framesAt(pc: number): readonly SourceFrame[] {
    const frames = this.ask([], (debug) => debug.framesAt(pc));
    if (frames.length > 0) return frames;
    const fn = this.functionAt(pc);
    return fn ? [elfFrame(fn, this.lineAt(pc))] : [];
  }

  globals(name: string): readonly Variable[] {
    return this.ask([], (debug) => debug.globals(name));
  }

  globalNames(): readonly string[] {
    return this.ask<string[]>([], (debug) => [...debug.index.variablesByName.keys()]).sort();
  }

  typeNamed(name: string): Type | undefined {
    return this.ask(undefined, (debug) => debug.typeNamed(name));
  }

  enumeratorNamed(name: string): EnumeratorHit | undefined {
    return this.ask(undefined, (debug) => debug.enumeratorNamed(name));
  }

  objectAt(address: number): SymbolHit | undefined {
    return this.symbols.at(address, (symbol) => symbol.kind === "object");
  }

  stretchAt(address: number): { low: number; high: number; isData: boolean } | undefined {
    return this.symbols.stretchAt(address);
  }

  symbolNamed(name: string): ElfSymbol | undefined {
    return this.symbols.named(name);
  }

  symbolAt(address: number): SymbolHit | undefined {
    return this.symbols.at(address, (symbol) => symbol.kind !== "other");
  }

  unwind(frame: Pick<FrameState, "pc" | "isReturnAddress" | "registers" | "readMemory">): Unwound | undefined {
    return this.info.guard(undefined, () => this.callFrames.unwind(frame));
  }

  resolveType(type: Type, frame: FrameState): Type {
    return this.ask(type, (debug) => debug.locations.resolveType(type, frame));
  }

  evaluateLocation(location: Location, frame: FrameState): Place {
    const nowhere: Place = { kind: "optimizedOut" };
    return this.ask(nowhere, (debug) => debug.locations.evaluate(location, frame));
  }

  simplify(location: Location, pc: number): SimplePlace | undefined {
    return this.ask(undefined, (debug) => debug.locations.simplify(location, pc));
  }

  /** Asks the DWARF. The answer is `fallback` when there is none or it cannot be read. */
  private ask<T>(fallback: T, query: (debug: DebugSymbols) => T): T {
    if (!this.hasDebugInfo) return fallback;
    return this.info.guard(fallback, () => query((this.debugSymbols ??= new DebugSymbols(this.info, this.callFrames))));
  }

  private get callFrames(): CallFrameInfo {
    return (this.callFrameInfo ??= new CallFrameInfo(this.frames, (pc) => this.codeAt(pc)));
  }

  /** The function at an address, if the file holds its code from the first instruction on. */
  private codeAt(pc: number): Code | undefined {
    const fn = this.functionAt(pc);
    const range = fn?.ranges.find(({ low, high }) => pc >= low && pc < high);
    if (!fn || !range || fn.entry < range.low || fn.entry > pc) return undefined;
    const bytes = this.elf.readStatic(fn.entry, Math.max(PROLOGUE_BYTES, pc + 1 - fn.entry));
    return bytes && { entry: fn.entry, bytes };
  }

  private get frames(): FrameTable {
    return (this.frameTable ??= new FrameTable(
      this.debugFile ? [this.elf, this.debugFile] : [this.elf],
      (a) => this.isLoaded(a),
      this.note.bind(this),
    ));
  }

  private isLoaded(address: number): boolean {
    return this.elf.sectionAt(address) !== undefined;
  }

  private note(problem: SymbolError): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    if (!this.problems.some((known) => known.message === problem.message)) this.problems.push(problem);
  }

  private elfFunction(symbol: ElfSymbol): FunctionSymbol {
    return {
      name: symbol.name,
      entry: symbol.address,
      ranges: [{ low: symbol.address, high: this.symbols.endOf(symbol) }],
      hasDebugInfo: false,
      isExternal: symbol.isGlobal,
      declared: undefined,
      type: undefined,
    };
  }
}

function isCode(symbol: ElfSymbol): boolean {
  return symbol.kind === "function" || symbol.kind === "label";
}

/** The frame of a function that is known only by its ELF symbol. */
function elfFrame(fn: FunctionSymbol, position: LineRow | undefined): SourceFrame {
  return {
    functionName: fn.name,
    isInlined: false,
    function: fn,
    position,
    parameters: [],
    scopes: [{ ranges: fn.ranges, variables: [] }],
    ranges: fn.ranges,
    returnType: undefined,
  };
}
