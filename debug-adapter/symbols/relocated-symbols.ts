import { Op } from "./dwarf/constants";
import type {
  AddressRange,
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
import type { SymbolError } from "./errors";
import type { ImageSymbols } from "./symbols";
import type { EnumType, Type } from "./types";

/** Operations with which a place in the image begins. */
const STATIC = new Set<number>([Op.Addr, Op.Addrx, Op.GnuAddrIndex]);

type Hit = { readonly symbol: ElfSymbol; readonly offset: number } | undefined;

/**
 * What an image knows, for code that runs at other addresses than those at which it is linked. All answers are
 * `distance` higher (modulo 2^32). Only the segments that are given count as the image's.
 */
export class RelocatedSymbols implements ImageSymbols {
  constructor(
    private readonly linked: ImageSymbols,
    private readonly distance: number,
    private readonly moved: readonly ElfSegment[],
  ) {}

  get hasDebugInfo(): boolean {
    return this.linked.hasDebugInfo;
  }
  get problems(): readonly SymbolError[] {
    return this.linked.problems;
  }
  get notes(): readonly ElfNote[] {
    return this.linked.notes;
  }
  get entry(): number {
    return this.here(this.linked.entry);
  }
  get segments(): readonly ElfSegment[] {
    return this.moved.map((segment) => ({ ...segment, virtual: this.here(segment.virtual) }));
  }

  section(name: string): Uint8Array | undefined {
    return this.linked.section(name);
  }
  readStatic(address: number, length: number): Uint8Array | undefined {
    return this.linked.readStatic(this.there(address), length);
  }
  sourceFiles(): readonly string[] {
    return this.linked.sourceFiles();
  }
  linesWithCode(file: string): readonly number[] {
    return this.linked.linesWithCode(file);
  }
  functionNames(): readonly string[] {
    return this.linked.functionNames();
  }
  globals(name: string): readonly Variable[] {
    return this.linked.globals(name);
  }
  globalNames(): readonly string[] {
    return this.linked.globalNames();
  }
  typeNamed(name: string): Type | undefined {
    return this.linked.typeNamed(name);
  }
  enumeratorNamed(name: string): { readonly type: EnumType; readonly value: bigint } | undefined {
    return this.linked.enumeratorNamed(name);
  }

  lineAt(pc: number): LineRow | undefined {
    const row = this.linked.lineAt(this.there(pc));
    return row && { ...row, ...this.range(row), start: this.here(row.start) };
  }
  addressesOf(file: string, line: number): LineBinding | undefined {
    const binding = this.linked.addressesOf(file, line);
    return binding && { ...binding, locations: this.places(binding.locations) };
  }
  functionAt(pc: number): FunctionSymbol | undefined {
    const fn = this.linked.functionAt(this.there(pc));
    return fn && this.fn(fn);
  }
  functionsNamed(name: string): readonly FunctionSymbol[] {
    return this.linked.functionsNamed(name).map((fn) => this.fn(fn));
  }
  addressesOfFunction(name: string): readonly CodeLocation[] {
    return this.places(this.linked.addressesOfFunction(name));
  }
  prologueEnd(fn: FunctionSymbol): number {
    const linked = this.linked.functionAt(this.there(fn.entry));
    return linked ? this.here(this.linked.prologueEnd(linked)) : fn.entry;
  }
  framesAt(pc: number): readonly SourceFrame[] {
    return this.linked.framesAt(this.there(pc)).map((frame) => this.frame(frame));
  }
  objectAt(address: number): Hit {
    return this.hit(this.linked.objectAt(this.there(address)));
  }
  symbolAt(address: number): Hit {
    return this.hit(this.linked.symbolAt(this.there(address)));
  }
  stretchAt(address: number): { low: number; high: number; isData: boolean } | undefined {
    const found = this.linked.stretchAt(this.there(address));
    return found && { ...this.range(found), isData: found.isData };
  }
  symbolNamed(name: string): ElfSymbol | undefined {
    const symbol = this.linked.symbolNamed(name);
    return symbol && this.symbol(symbol);
  }

  unwind(frame: Pick<FrameState, "pc" | "isReturnAddress" | "registers" | "readMemory">): Unwound | undefined {
    return this.linked.unwind({ ...frame, pc: this.there(frame.pc) });
  }
  resolveType(type: Type, frame: FrameState): Type {
    return this.linked.resolveType(type, this.state(frame));
  }
  evaluateLocation(location: Location, frame: FrameState): Place {
    const place = this.linked.evaluateLocation(location, this.state(frame));
    return place.kind === "memory" && isStatic(location) ? { ...place, address: this.here(place.address) } : place;
  }
  simplify(location: Location, pc: number): SimplePlace | undefined {
    const place = this.linked.simplify(location, this.there(pc));
    return place?.kind === "memory" && place.base === undefined ? { ...place, offset: this.here(place.offset) } : place;
  }

  private here(linked: number): number {
    return (linked + this.distance) >>> 0;
  }
  private there(address: number): number {
    return (address - this.distance) >>> 0;
  }
  /** The end of a range may be 2^32. */
  private range({ low, high }: AddressRange): AddressRange {
    return { low: this.here(low), high: this.here(low) + high - low };
  }
  private ranges(ranges: readonly AddressRange[]): AddressRange[] {
    return ranges.map((range) => this.range(range));
  }
  private places(locations: readonly CodeLocation[]): CodeLocation[] {
    return locations.map((location) => ({ ...location, address: this.here(location.address) }));
  }
  private fn(fn: FunctionSymbol): FunctionSymbol {
    return { ...fn, entry: this.here(fn.entry), ranges: this.ranges(fn.ranges) };
  }
  private symbol(symbol: ElfSymbol): ElfSymbol {
    return { ...symbol, address: this.here(symbol.address) };
  }
  private hit(hit: Hit): Hit {
    return hit && { ...hit, symbol: this.symbol(hit.symbol) };
  }
  private state(frame: FrameState): FrameState {
    const caller = (): FrameState | undefined => {
      const found = frame.caller?.();
      return found && this.state(found);
    };
    return { ...frame, pc: this.there(frame.pc), caller };
  }
  /** Its variables are read only when they are asked for. */
  private frame(frame: SourceFrame): SourceFrame {
    const scopes = (): SourceFrame["scopes"] =>
      frame.scopes.map((scope) => ({ ...scope, ranges: this.ranges(scope.ranges) }));
    const { functionName, isInlined, position } = frame;
    return {
      functionName,
      isInlined,
      position,
      function: this.fn(frame.function),
      ranges: this.ranges(frame.ranges),
      get parameters() {
        return frame.parameters;
      },
      get scopes() {
        return scopes();
      },
      get returnType() {
        return frame.returnType;
      },
    };
  }
}

function isStatic(location: Location): boolean {
  return location.kind === "expression" && STATIC.has(location.expression[0] ?? 0);
}

/**
 * The image as its start-up code runs before paging, at the physical addresses at which its segments are loaded. There
 * is one result for each distance between the two addresses.
 */
export function beforePaging(linked: ImageSymbols): ImageSymbols[] {
  const byDistance = new Map<number, ElfSegment[]>();
  for (const segment of linked.segments) {
    const distance = (segment.physical - segment.virtual) >>> 0;
    if (distance === 0 || segment.memorySize === 0) continue;
    byDistance.set(distance, [...(byDistance.get(distance) ?? []), segment]);
  }
  return [...byDistance]
    .slice(0, MAX_DISTANCES)
    .map(([distance, segments]) => new RelocatedSymbols(linked, distance, segments));
}

/** How many distances are followed; kernels have one. */
const MAX_DISTANCES = 4;
