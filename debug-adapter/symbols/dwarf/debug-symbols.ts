import type { CallFrameInfo } from "../frame/call-frame-info";
import type {
  CodeLocation,
  FunctionSymbol,
  LineBinding,
  LineRow,
  SourceFrame,
  SourcePosition,
  Variable,
} from "../model";
import type { EnumType, Type } from "../types";
import { At } from "./constants";
import type { DebugInfo } from "./debug-info";
import { DieIndex, type FunctionDie } from "./die-index";
import { LineIndex } from "./line-index";
import { LocationEvaluator } from "./locations";
import { NestedIndex } from "./nested-index";
import { spellings } from "./scopes";
import { activationsAt, DwarfSourceFrame } from "./source-frames";
import { TypeReader } from "./type-reader";
import { VariableReader } from "./variables";

export interface EnumeratorHit {
  readonly type: EnumType;
  readonly value: bigint;
}

/** The queries that DWARF answers. Each index is built when it is first needed. Methods may throw SymbolError. */
export class DebugSymbols {
  readonly locations: LocationEvaluator;
  private readonly types: TypeReader;
  private readonly variables: VariableReader;
  private dieIndex: DieIndex | undefined;
  private lineIndex: LineIndex | undefined;
  private nestedIndex: NestedIndex | undefined;
  private enumerators: Map<string, EnumeratorHit> | undefined;
  private readonly functions = new Map<FunctionDie, FunctionSymbol>();

  constructor(
    private readonly info: DebugInfo,
    callFrames: CallFrameInfo,
  ) {
    this.types = new TypeReader(info, () => this.index);
    this.variables = new VariableReader(info, this.types);
    this.locations = new LocationEvaluator(info, () => this.index, this.types, callFrames);
  }

  get index(): DieIndex {
    return (this.dieIndex ??= new DieIndex(this.info));
  }

  get lines(): LineIndex {
    return (this.lineIndex ??= new LineIndex(this.info));
  }

  private get nested(): NestedIndex {
    return (this.nestedIndex ??= new NestedIndex(this.info, this.index));
  }

  functionAt(pc: number): FunctionSymbol | undefined {
    const found = this.index.functionAt(pc);
    return found && this.functionOf(found);
  }

  functionsNamed(name: string): FunctionSymbol[] {
    const found = this.index.functionsByName.get(name) ?? this.index.nestedFunctions.filter((fn) => fn.name === name);
    return found.map((fn) => this.functionOf(fn));
  }

  globals(name: string): Variable[] {
    const { variablesByName } = this.index;
    const globals = variablesByName.get(name) ?? [];
    const statics = this.nested.staticsByName.get(name) ?? [];
    return [
      ...globals.flatMap((die) => this.variables.variable(die, "global") ?? []),
      ...statics.flatMap((die) => this.variables.variable(die, "local") ?? []),
    ];
  }

  typeNamed(name: string): Type | undefined {
    const die = this.index.typeNamed(name);
    return die && this.types.read(die);
  }

  enumeratorNamed(name: string): EnumeratorHit | undefined {
    this.enumerators ??= this.readEnumerators();
    return this.enumerators.get(name);
  }

  private readEnumerators(): Map<string, EnumeratorHit> {
    const result = new Map<string, EnumeratorHit>();
    for (const { die, scope } of this.index.enumerations) {
      const type = this.types.read(die);
      if (type.kind !== "enum") continue;
      const isScoped = scope !== "" || this.index.isScoped(die);
      for (const { name, value } of type.enumerators) {
        const names = isScoped
          ? [...spellings(scope + name), ...spellings(`${scope}${type.name ?? ""}::${name}`)]
          : [name];
        for (const each of names) if (!result.has(each)) result.set(each, { type, value });
      }
    }
    return result;
  }

  framesAt(pc: number): SourceFrame[] {
    const found = this.index.functionAt(pc);
    if (!found) return [];
    const fn = this.functionOf(found);
    let position: SourcePosition | undefined = this.lines.at(pc);
    return activationsAt(found.die, pc).map((activation) => {
      const frame = new DwarfSourceFrame(this.info, this.types, this.variables, activation, fn, position);
      position = this.info.calledAt(activation.die);
      return frame;
    });
  }

  /**
   * Compilers mark the end of a prologue, or begin the body with the second row. In optimised code variables are
   * described from the first instruction on, and assembly has no prologue.
   */
  prologueEnd(fn: FunctionSymbol): number {
    const first = fn.ranges[0];
    const found = this.index.functionAt(fn.entry);
    if (!first || !found) return fn.entry;
    const rows = this.lines.rowsFrom(fn.entry).filter((row) => row.address >= first.low && row.address < first.high);
    const marked = rows.find((row) => row.prologueEnd);
    if (marked) return marked.address;
    // If two lines are at the first instruction, the function's own and that of its first statement, there is no
    // prologue.
    const firstLines = new Set(rows.filter((row) => row.address === fn.entry).map((row) => row.line));
    if (firstLines.size > 1) return fn.entry;
    const producer = found.die.unit.root.string(At.Producer) ?? "";
    if (/^GNU AS|\s-O([1-9sgz]|fast)?(\s|$)/.test(producer)) return fn.entry;
    return rows.find((row) => row.address > fn.entry)?.address ?? fn.entry;
  }

  addressesOfFunction(name: string): CodeLocation[] {
    const own = this.functionsNamed(name).map((fn) => ({ fn, address: this.prologueEnd(fn) }));
    const copies = this.nested.inlinedByName.get(name) ?? [];
    return [
      ...own.map(({ address }) => ({ address, functionName: name, isInlined: false })),
      ...copies.map(({ entry }) => ({ address: entry, functionName: name, isInlined: true })),
    ];
  }

  /**
   * The first address of the line in each part of each function and inlined copy; or else of the next line that has
   * code.
   */
  addressesOf(file: string, line: number): LineBinding | undefined {
    const path = this.lines.canonical(file);
    if (path === undefined) return undefined;
    const statements = this.lines.statements(path);
    const target = statements.reduce((best, row) => (row.line >= line ? Math.min(best, row.line) : best), Infinity);
    if (target === Infinity) return undefined;
    const copies = new Map<string, CodeLocation>();
    for (const row of statements) {
      if (row.line !== target) continue;
      const { key, location } = this.locationOf(row.address, path, target);
      const known = copies.get(key);
      if (!known || location.address < known.address) copies.set(key, location);
    }
    const locations = [...copies.values()].sort((a, b) => a.address - b.address);
    return { file: path, line: this.lineAfterPrologue(locations, path, target), locations };
  }

  /** The place of a breakpoint for a row of that line, and which copy of the line it is. */
  private locationOf(address: number, file: string, line: number): { key: string; location: CodeLocation } {
    const frames = this.info.guard<SourceFrame[]>([], () => this.framesAt(address));
    // The row may be at the first instruction of a call that is inlined there. What counts is the frame in that line.
    const isHere = (p: SourcePosition | undefined): boolean => p?.line === line && p.file === file;
    const frame = frames.find((f) => isHere(f.position)) ?? frames[0];
    if (!frame) return { key: `at ${address}`, location: { address, functionName: "", isInlined: false } };
    const { functionName, isInlined, ranges } = frame;
    const entersFunction = !isInlined && address === frame.function.entry;
    const place = entersFunction ? this.prologueEnd(frame.function) : address;
    // Of a line of which the compiler has moved a part elsewhere, the first part would be missed, or the other.
    const part = frame.function.ranges.find(({ low, high }) => address >= low && address < high);
    const key = `${functionName} ${ranges[0]?.low ?? 0} ${part?.low ?? 0}`;
    return { key, location: { address: place, functionName, isInlined } };
  }

  /**
   * A breakpoint on a function's first line stops after the prologue, at a later line. That line is then the
   * breakpoint's.
   */
  private lineAfterPrologue(locations: readonly CodeLocation[], file: string, line: number): number {
    const rows = locations.map((location): LineRow | undefined => this.lines.at(location.address));
    const moved = rows.length === 1 ? rows[0] : undefined;
    return moved && moved.file === file && moved.line > line ? moved.line : line;
  }

  private functionOf(found: FunctionDie): FunctionSymbol {
    let fn = this.functions.get(found);
    if (!fn) {
      const { die, name, ranges } = found;
      fn = {
        name,
        entry: die.address(At.EntryPc) ?? ranges[0]?.low ?? 0,
        ranges,
        hasDebugInfo: true,
        isExternal: this.info.holder(die, At.External)?.flag(At.External) ?? false,
        declared: this.info.declaredAt(die),
        type: this.types.functionType(die),
      };
      this.functions.set(found, fn);
    }
    return fn;
  }
}
