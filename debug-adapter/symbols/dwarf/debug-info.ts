import { SymbolError } from "../errors";
import type { SourcePosition } from "../model";
import { joinPath } from "../source-paths";
import { At, UnitType } from "./constants";
import { readLineHeader } from "./line-header";
import { LineSection } from "./line-section";
import { LineTable, lastAtOrBelow } from "./line-table";
import type { RangeBudget } from "./ranges";
import type { DwarfSections } from "./sections";
import type { Die, Unit } from "./unit";
import { splitUnitOf, type FindSplitFile } from "./split-units";
import { readUnits } from "./unit-headers";

/** A chain of abstract origins and specifications that is longer than in any real program. */
const MAX_ORIGINS = 16;

/** What the units need from the image that they describe. */
export interface Surroundings {
  /** The folder from which relative source paths start. */
  readonly sourceRoot: string;
  /** Whether the image holds code or data at a linked address. */
  readonly isLoaded: (address: number) => boolean;
  readonly note: (problem: SymbolError) => void;
  readonly split: FindSplitFile;
}

/** All units of an image, references between their DIEs, and their line tables. */
export class DebugInfo {
  /** The units of .debug_info. Units of .dwo files take the place of their skeletons. */
  readonly units: readonly Unit[];
  private readonly typeUnits = new Map<bigint, Unit>();
  private readonly lineTables = new Map<Unit, LineTable | undefined>();
  /** The budget for the range lists that are read while the image is indexed. */
  readonly rangeBudget: RangeBudget = { entries: 1_000_000 };
  private readonly lineSections = new Map<Uint8Array, LineSection>();

  readonly sourceRoot: string;
  /** Whether the image holds code or data at a linked address. */
  readonly isLoaded: (address: number) => boolean;
  readonly note: (problem: SymbolError) => void;

  constructor(sections: DwarfSections, { sourceRoot, isLoaded, note, split }: Surroundings) {
    this.sourceRoot = sourceRoot;
    this.isLoaded = isLoaded;
    this.note = note;
    const typeUnits = readUnits(sections, "types", note);
    this.units = readUnits(sections, "info", note).map((unit) => {
      const found = this.guard(undefined, () => splitUnitOf(unit, split, sections, note));
      typeUnits.push(...(found?.typeUnits ?? []));
      return found?.unit ?? unit;
    });
    this.units.forEach((unit, index) => (unit.index = index));
    for (const unit of [...typeUnits, ...this.units]) {
      const { signature } = unit.header;
      if (signature !== undefined && !this.typeUnits.has(signature)) this.typeUnits.set(signature, unit);
    }
  }

  /** Units with code and data, in order. */
  get compileUnits(): readonly Unit[] {
    return this.units.filter((u) => u.header.type !== UnitType.Type && u.header.type !== UnitType.SplitType);
  }

  /** The result of `read`, or `fallback` when it meets information that cannot be read, which is then noted. */
  guard<T>(fallback: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.note(asProblem(error));
      return fallback;
    }
  }

  /** The DIE that an attribute refers to. */
  reference(die: Die, at: At): Die | undefined {
    const value = die.attribute(at);
    if (value?.kind === "reference") return this.dieAt(die.unit, value.value);
    if (value?.kind !== "signature") return undefined;
    const unit = this.typeUnits.get(value.value);
    return unit?.dieAt(unit.header.typeOffset);
  }

  /** The DIE at an offset of the section that `from` is in. */
  dieAt(from: Unit, offset: number): Die | undefined {
    if (offset >= from.offset && offset < from.end) return from.dieAt(offset);
    const { neighbours } = from;
    const unit = neighbours[lastAtOrBelow(neighbours, offset, (u) => u.offset)];
    return unit && offset < unit.end ? unit.dieAt(offset) : undefined;
  }

  unitOfContext(context: number): Unit | undefined {
    return this.units[context];
  }

  /** The DIE itself, then its abstract origin or specification, and so on. */
  origins(die: Die): Die[] {
    const chain: Die[] = [];
    let next: Die | undefined = die;
    while (next && chain.length < MAX_ORIGINS) {
      chain.push(next);
      next = this.reference(next, At.AbstractOrigin) ?? this.reference(next, At.Specification);
    }
    return chain;
  }

  /** The last of `origins`: the same for all copies of one function or variable. */
  root(die: Die): Die {
    return this.origins(die).at(-1) ?? die;
  }

  /** The DIE among `origins` that has an attribute. */
  holder(die: Die, at: At): Die | undefined {
    return this.origins(die).find((d) => d.has(at));
  }

  nameOf(die: Die): string | undefined {
    return this.holder(die, At.Name)?.name;
  }

  declaredAt(die: Die): SourcePosition | undefined {
    const holder = this.holder(die, At.DeclLine);
    const line = holder?.number(At.DeclLine);
    if (!holder || line === undefined) return undefined;
    const file = this.fileOf(this.holder(die, At.DeclFile) ?? holder, At.DeclFile);
    return file === undefined ? undefined : { file, line, column: holder.number(At.DeclColumn) ?? 0 };
  }

  /** Where the inlined copy was called. */
  calledAt(die: Die): SourcePosition | undefined {
    const line = die.number(At.CallLine);
    const file = this.fileOf(die, At.CallFile);
    return line && file !== undefined ? { file, line, column: die.number(At.CallColumn) ?? 0 } : undefined;
  }

  private fileOf(die: Die, at: At): string | undefined {
    const index = die.number(at);
    return index === undefined ? undefined : this.linesOf(die.unit)?.files[index];
  }

  /** The line table of a unit. */
  linesOf(unit: Unit): LineTable | undefined {
    if (!this.lineTables.has(unit))
      this.lineTables.set(
        unit,
        this.guard(undefined, () => this.readLines(unit)),
      );
    return this.lineTables.get(unit);
  }

  private readLines(unit: Unit): LineTable | undefined {
    const root = unit.primary;
    const offset = root.sectionOffset(At.StmtList);
    if (offset === undefined) return undefined;
    const folder = joinPath(this.sourceRoot, root.string(At.CompDir) ?? ".");
    const name = root.name ?? "";
    return this.lineSection(unit).table(offset, folder, name, (section) => {
      const header = readLineHeader(unit.skeleton ?? unit, offset, folder, name);
      section.charge(header.program.at - offset);
      return new LineTable(header.files, () => this.guard([], () => section.run(header, this.isLoaded)));
    });
  }

  private lineSection(unit: Unit): LineSection {
    const bytes = (unit.skeleton ?? unit).sections.line;
    const section = this.lineSections.get(bytes) ?? new LineSection(bytes.length);
    this.lineSections.set(bytes, section);
    return section;
  }
}

/** The problem in what was read. Information that is nested too deep for the host's stack is corrupt, too. */
function asProblem(error: unknown): SymbolError {
  if (error instanceof SymbolError) return error;
  if (!(error instanceof RangeError)) throw error;
  return new SymbolError({ code: "dwarf-corrupt", section: ".debug_info", offset: 0, what: "entries nest too deep" });
}
