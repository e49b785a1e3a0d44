import { ByteReader, stringAt } from "../bytes";
import { SymbolError } from "../errors";
import { abbrevsAt, type Abbrev, type AbbrevTable } from "./abbrev";
import { At, Form, type Tag, type UnitType } from "./constants";
import { readForm, skipForm, type AttributeValue, type FormContext } from "./forms";
import type { DwarfSections } from "./sections";

/** A unit's header (DWARF 5, 7.5.1). */
export interface UnitHeader {
  /** `types` for the type units of DWARF 4. */
  readonly section: "info" | "types";
  /** Offset of the header in that section. */
  readonly offset: number;
  /** The offset of the first byte after the unit. */
  readonly end: number;
  readonly version: number;
  readonly type: UnitType;
  readonly addressSize: number;
  readonly abbrevOffset: number;
  /** Offset of the root DIE. */
  readonly firstDie: number;
  /** For type units: the signature, and the offset of the type's DIE. */
  readonly signature: bigint | undefined;
  readonly typeOffset: number;
  /** For skeletons and the units whose place they take, in DWARF 5: the id that both share. */
  readonly dwoId: bigint | undefined;
}

/** A unit, with what is needed to read its DIEs. */
export class Unit implements FormContext {
  readonly section: "info" | "types";
  readonly offset: number;
  readonly end: number;
  readonly version: number;
  readonly addressSize: number;
  private abbrevTable: AbbrevTable | undefined;
  /** The number of the unit among those of the image; -1 for type units. */
  index = -1;
  /** The unit in the image to which this unit of a .dwo file belongs. It has the addresses and the line table. */
  skeleton: Unit | undefined;
  /** The units of the same section, ascending by offset. */
  neighbours: readonly Unit[] = [];
  private rootDie: Die | undefined;
  private shared: ByteReader | undefined;
  /**
   * Where the children of a DIE end, by its offset. This was found while its siblings were looked for, and need not be
   * found again.
   */
  readonly childrenEnds = new Map<number, number>();

  constructor(
    readonly sections: DwarfSections,
    readonly header: UnitHeader,
  ) {
    this.section = header.section;
    this.offset = header.offset;
    this.end = header.end;
    this.version = header.version;
    this.addressSize = header.addressSize;
  }

  get bytes(): Uint8Array {
    return this.sections[this.section];
  }

  get sectionName(): string {
    return this.section === "info" ? ".debug_info" : ".debug_types";
  }

  get abbrevs(): AbbrevTable {
    return (this.abbrevTable ??= abbrevsAt(this.sections.abbrev, this.header.abbrevOffset));
  }

  /** The compile unit's own DIE. */
  get root(): Die {
    return (this.rootDie ??= this.dieAt(this.header.firstDie));
  }

  /** The root DIE in the image, which tells where the code and the line table are. */
  get primary(): Die {
    return (this.skeleton ?? this).root;
  }

  /** The address from which ranges and location lists without a base count. */
  get lowPc(): number {
    return this.primary.address(At.LowPc) ?? 0;
  }

  /** Where the unit's ranges begin in .debug_ranges; for the split units of DWARF 4. */
  get rangesBase(): number {
    return this.skeleton?.root.sectionOffset(At.GnuRangesBase) ?? 0;
  }

  /** A DIE of this unit by its offset in the section. */
  dieAt(offset: number): Die {
    const reader = this.reader(offset);
    const die = Die.read(this, reader);
    if (!die) throw reader.corrupt("no entry at a referenced offset");
    return die;
  }

  /** A separate reader over the unit. */
  reader(offset: number): ByteReader {
    this.check(offset);
    return new ByteReader(this.bytes, this.sectionName, offset, this.end);
  }

  /** The unit's shared reader, at an offset. It is valid for one attribute, and until the next `seek`. */
  seek(offset: number): ByteReader {
    this.check(offset);
    this.shared ??= this.reader(offset);
    this.shared.at = offset;
    return this.shared;
  }

  private check(offset: number): void {
    if (offset >= this.header.firstDie && offset <= this.end) return;
    throw this.corrupt(offset, "reference outside of the unit");
  }

  corrupt(offset: number, what: string): SymbolError {
    return new SymbolError({ code: "dwarf-corrupt", section: this.sectionName, offset, what });
  }

  /** The string of index `index` in the unit's part of .debug_str_offsets. */
  indexedString(index: number): string | undefined {
    const base = this.root.sectionOffset(At.StrOffsetsBase) ?? (this.version < 5 ? 0 : 8);
    const table = this.sections.strOffsets;
    const reader = new ByteReader(table, ".debug_str_offsets", base + 4 * index);
    return stringAt(this.sections.str, reader.u32());
  }

  /** The address of index `index` in the unit's part of .debug_addr. */
  indexedAddress(index: number): number {
    const { primary } = this;
    const given = primary.sectionOffset(At.AddrBase) ?? primary.sectionOffset(At.GnuAddrBase);
    const base = given ?? (this.version < 5 ? 0 : 8);
    const at = base + this.addressSize * index;
    return new ByteReader(this.sections.addr, ".debug_addr", at).unsigned(this.addressSize);
  }

  /** The offset in `.debug_rnglists` or `.debug_loclists` of the list with that index. */
  indexedList(table: "rnglists" | "loclists", index: number): number {
    const base = this.root.sectionOffset(table === "rnglists" ? At.RnglistsBase : At.LoclistsBase) ?? 12;
    return base + new ByteReader(this.sections[table], `.debug_${table}`, base + 4 * index).u32();
  }
}

/** A debugging information entry. Its attributes and children are read when they are first asked for. */
export class Die {
  private childList: readonly Die[] | undefined;

  private constructor(
    readonly unit: Unit,
    /** The offset in the unit's section. */
    readonly offset: number,
    private readonly abbrev: Abbrev,
    private readonly attributesStart: number,
  ) {}

  /**
   * The DIE at the reader, which is left after its abbreviation code; undefined for the null entry that ends siblings.
   */
  static read(unit: Unit, reader: ByteReader): Die | undefined {
    const offset = reader.at;
    const code = reader.uleb();
    if (code === 0) return undefined;
    const abbrev = unit.abbrevs.get(code);
    if (!abbrev) throw unit.corrupt(offset, `abbreviation ${code} is not defined`);
    return new Die(unit, offset, abbrev, reader.at);
  }

  get tag(): Tag {
    return this.abbrev.tag;
  }

  get hasChildren(): boolean {
    return this.abbrev.hasChildren;
  }

  attribute(at: At): AttributeValue | undefined {
    const { abbrev, unit } = this;
    const index = abbrev.indexOf(at);
    const wanted = abbrev.attributes[index];
    if (!wanted) return undefined;
    const reader = unit.seek(this.attributesStart);
    for (let i = 0; i < index; i++) {
      const before = abbrev.attributes[i];
      if (before) skipForm(reader, before.form, unit);
    }
    return readForm(reader, wanted.form, wanted.implicit, unit);
  }

  has(at: At): boolean {
    return this.abbrev.indexOf(at) >= 0;
  }

  /** A string attribute; undefined when it is absent, or when its offset is outside of the string table. */
  string(at: At): string | undefined {
    const value = this.attribute(at);
    switch (value?.kind) {
      case "string":
        return value.value;
      case "stringOffset":
        return stringAt(this.unit.sections[value.table], value.value);
      case "stringIndex":
        return this.unit.indexedString(value.value);
      default:
        return undefined;
    }
  }

  get name(): string | undefined {
    return this.string(At.Name);
  }

  number(at: At): number | undefined {
    const value = this.attribute(at);
    return value?.kind === "constant" ? Number(value.value) : undefined;
  }

  flag(at: At): boolean {
    const value = this.attribute(at);
    return value?.kind === "flag" && value.value;
  }

  address(at: At): number | undefined {
    const value = this.attribute(at);
    if (value?.kind === "address") return value.value;
    return value?.kind === "addressIndex" ? this.unit.indexedAddress(value.value) : undefined;
  }

  /** An offset into another section, which DWARF 2 and 3 wrote as a plain number. */
  sectionOffset(at: At): number | undefined {
    const value = this.attribute(at);
    if (value?.kind === "sectionOffset") return value.value;
    return value?.kind === "constant" ? Number(value.value) : undefined;
  }

  /** The DIEs directly below. */
  children(): readonly Die[] {
    return (this.childList ??= this.readChildren());
  }

  private readChildren(): Die[] {
    if (!this.hasChildren) return [];
    const { unit } = this;
    const reader = unit.reader(this.attributesStart);
    this.skipAttributes(reader);
    const children: Die[] = [];
    for (;;) {
      const child = Die.read(unit, reader);
      if (!child) return children;
      children.push(child);
      child.skipWithChildren(reader);
    }
  }

  /** Moves the reader from this DIE's attributes to the next sibling. @returns the offset of DW_AT_sibling, or 0 */
  private skipAttributes(reader: ByteReader): number {
    const { size, siblingAt, attributes } = this.abbrev;
    if (size >= 0) {
      const start = reader.skip(size);
      return siblingAt < 0 ? 0 : this.unit.offset + reader.peekU32(start + siblingAt);
    }
    let sibling = 0;
    for (const { at, form } of attributes) {
      if (at === At.Sibling && form === Form.Ref4) sibling = this.unit.offset + reader.u32();
      else skipForm(reader, form, this.unit);
    }
    return sibling;
  }

  private skipWithChildren(reader: ByteReader): void {
    const sibling = this.skipAttributes(reader);
    if (!this.hasChildren) return;
    if (jumped(reader, sibling, this)) return;
    /** The DIEs whose children the reader is among, outermost first. */
    const open: Die[] = [this];
    while (open.length > 0) {
      const die = Die.read(this.unit, reader);
      if (!die) {
        const ended = open.pop();
        if (ended) this.unit.childrenEnds.set(ended.offset, reader.at);
        continue;
      }
      const next = die.skipAttributes(reader);
      if (die.hasChildren && !jumped(reader, next, die)) open.push(die);
    }
  }
}

/** Moves the reader from a DIE's attributes to after its children, if that place is known. */
function jumped(reader: ByteReader, sibling: number, die: Die): boolean {
  const next = die.unit.childrenEnds.get(die.offset) ?? sibling;
  // Only forwards, since a sibling that points back would never end.
  if (next <= reader.at || next > reader.end) return false;
  reader.at = next;
  return true;
}
