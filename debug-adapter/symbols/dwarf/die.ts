import type { ByteReader } from "../bytes";
import { stringAt } from "../bytes";
import type { Abbrev } from "./abbrev";
import { At, Form, type Tag } from "./constants";
import { readForm, skipForm, type AttributeValue } from "./forms";
import type { Unit } from "./unit";

/** A debugging information entry; attributes and children are read when first asked for. */
export class Die {
  private childList: readonly Die[] | undefined;

  private constructor(
    readonly unit: Unit,
    /** In the unit's section. */
    readonly offset: number,
    private readonly abbrev: Abbrev,
    private readonly attributesStart: number,
  ) {}

  /** The DIE at the reader, which is left behind its abbreviation code; undefined for the null entry that ends siblings. */
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

  /** A string attribute; undefined when absent or when its offset lies outside of the string table. */
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

  /** An offset into another section; DWARF 2 and 3 wrote it as a plain number. */
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

  /** Moves the reader from this DIE's attributes to the next sibling; the offset of DW_AT_sibling, or 0. */
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
    // Only forwards: a sibling that points back would never end.
    if (sibling > reader.at && sibling <= reader.end) {
      reader.at = sibling;
      return;
    }
    for (let depth = 1; depth > 0; ) {
      const die = Die.read(this.unit, reader);
      if (!die) {
        depth--;
        continue;
      }
      const next = die.skipAttributes(reader);
      if (!die.hasChildren) continue;
      if (next > reader.at && next <= reader.end) reader.at = next;
      else depth++;
    }
  }
}
