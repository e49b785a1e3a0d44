import { ByteReader } from "../bytes";
import { SymbolError } from "../errors";
import { UnitType } from "./constants";
import type { DwarfSections } from "./sections";
import { Unit } from "./unit";

/**
 * The headers of all units in a section, in order. A unit that cannot be read is noted and left out. A length that runs
 * past the section's end ends the list.
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
      // Without a length the next unit cannot be found.
      if (problem.code !== "dwarf-unsupported" && "offset" in problem && problem.offset >= offset) break;
      if (problem.code === "dwarf-unsupported" && problem.what === "64-bit DWARF") break;
    }
  }
  for (const unit of units) unit.neighbours = units;
  return units;
}

function unsupported(reader: ByteReader, offset: number, what: string): SymbolError {
  return new SymbolError({ code: "dwarf-unsupported", section: reader.section, offset, what });
}

function readHeader(sections: DwarfSections, section: "info" | "types", reader: ByteReader, end: number): Unit {
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
  const isSplit = type === UnitType.Skeleton || type === UnitType.SplitCompile;
  const dwoId = isSplit ? reader.u64() : undefined;
  if (type === UnitType.Type || type === UnitType.SplitType) {
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
    dwoId,
  };
  return new Unit(sections, header);
}
