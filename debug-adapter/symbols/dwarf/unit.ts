import { ByteReader, stringAt } from "../bytes";
import { SymbolError } from "../errors";
import { readAbbrevs, type AbbrevTable } from "./abbrev";
import { At, UnitType } from "./constants";
import { Die } from "./die";
import type { FormContext } from "./forms";
import type { DwarfSections } from "./sections";

/** A unit's header (DWARF 5, 7.5.1). */
interface UnitHeader {
  /** `types` for the type units of DWARF 4. */
  readonly section: "info" | "types";
  /** Offset of the header in that section. */
  readonly offset: number;
  /** Offset of the first byte behind the unit. */
  readonly end: number;
  readonly version: number;
  readonly type: UnitType;
  readonly addressSize: number;
  readonly abbrevOffset: number;
  /** Offset of the root DIE. */
  readonly firstDie: number;
  /** Of type units: the signature, and the offset of the DIE of the type. */
  readonly signature: bigint | undefined;
  readonly typeOffset: number;
}

/** A unit with what its DIEs need to be read. */
export class Unit implements FormContext {
  readonly section: "info" | "types";
  readonly offset: number;
  readonly end: number;
  readonly version: number;
  readonly addressSize: number;
  private abbrevTable: AbbrevTable | undefined;
  private rootDie: Die | undefined;
  private shared: ByteReader | undefined;

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
    return (this.abbrevTable ??= readAbbrevs(this.sections.abbrev, this.header.abbrevOffset));
  }

  /** The compile unit's own DIE. */
  get root(): Die {
    return (this.rootDie ??= this.dieAt(this.header.firstDie));
  }

  /** The address that ranges and location lists without a base of their own count from. */
  get lowPc(): number {
    return this.root.address(At.LowPc) ?? 0;
  }

  /** A DIE of this unit by its offset in the section. */
  dieAt(offset: number): Die {
    const reader = this.reader(offset);
    const die = Die.read(this, reader);
    if (!die) throw reader.corrupt("no entry at a referenced offset");
    return die;
  }

  /** A reader of one's own over the unit. */
  reader(offset: number): ByteReader {
    this.check(offset);
    return new ByteReader(this.bytes, this.sectionName, offset, this.end);
  }

  /** The unit's shared reader at an offset: for one attribute, and only until the next `seek`. */
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
    const base = this.root.sectionOffset(At.StrOffsetsBase) ?? 8;
    const table = this.sections.strOffsets;
    const reader = new ByteReader(table, ".debug_str_offsets", base + 4 * index);
    return stringAt(this.sections.str, reader.u32());
  }

  /** The address of index `index` in the unit's part of .debug_addr. */
  indexedAddress(index: number): number {
    const base = this.root.sectionOffset(At.AddrBase) ?? 8;
    const at = base + this.addressSize * index;
    return new ByteReader(this.sections.addr, ".debug_addr", at).unsigned(this.addressSize);
  }

  /** Offset in `.debug_rnglists` or `.debug_loclists` of the list of that index. */
  indexedList(table: "rnglists" | "loclists", index: number): number {
    const base = this.root.sectionOffset(table === "rnglists" ? At.RnglistsBase : At.LoclistsBase) ?? 12;
    return base + new ByteReader(this.sections[table], `.debug_${table}`, base + 4 * index).u32();
  }
}

/**
 * The headers of all units in a section, in order. A unit that cannot be read
 * is noted and left out; a length that runs off the section ends the list.
 */
export function readUnits(
  sections: DwarfSections,
  section: "info" | "types",
  note: (problem: SymbolError) => void,
): Unit[] {
  const bytes = sections[section];
  const units: Unit[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    try {
      const reader = new ByteReader(bytes, section === "info" ? ".debug_info" : ".debug_types", offset);
      const length = reader.u32();
      if (length >= 0xfffffff0) throw unsupported(reader, offset, "64-bit DWARF");
      const end = reader.at + length;
      if (end > bytes.length) throw reader.corrupt("unit longer than its section");
      offset = end;
      units.push(readHeader(sections, section, reader, end));
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
      note(error);
      const { problem } = error;
      // Without a length there is no next unit.
      if (problem.code !== "dwarf-unsupported" && "offset" in problem && problem.offset >= offset)
        return units;
      if (problem.code === "dwarf-unsupported" && problem.what === "64-bit DWARF") return units;
    }
  }
  return units;
}

function unsupported(reader: ByteReader, offset: number, what: string): SymbolError {
  return new SymbolError({ code: "dwarf-unsupported", section: reader.section, offset, what });
}

function readHeader(
  sections: DwarfSections,
  section: "info" | "types",
  reader: ByteReader,
  end: number,
): Unit {
  const offset = reader.at - 4;
  const version = reader.u16();
  if (version < 2 || version > 5) throw unsupported(reader, offset, `DWARF version ${version}`);
  let type: UnitType = section === "types" ? UnitType.Type : UnitType.Compile;
  let addressSize: number;
  let abbrevOffset: number;
  if (version >= 5) {
    type = reader.u8();
    addressSize = reader.u8();
    abbrevOffset = reader.u32();
  } else {
    abbrevOffset = reader.u32();
    addressSize = reader.u8();
  }
  if (addressSize !== 4) throw unsupported(reader, offset, `address size ${addressSize}`);
  let signature: bigint | undefined;
  let typeOffset = 0;
  if (type === UnitType.Skeleton || type === UnitType.SplitCompile || type === UnitType.SplitType) {
    throw unsupported(reader, offset, "split DWARF");
  }
  if (type === UnitType.Type) {
    signature = reader.u64();
    typeOffset = offset + reader.u32();
  }
  const firstDie = reader.at;
  const header = {
    section,
    offset,
    end,
    version,
    type,
    addressSize,
    abbrevOffset,
    firstDie,
    signature,
    typeOffset,
  };
  return new Unit(sections, header);
}
