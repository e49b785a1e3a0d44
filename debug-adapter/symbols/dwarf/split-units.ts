import type { ElfFile } from "../elf/elf-file";
import { SymbolError } from "../errors";
import { At, UnitType } from "./constants";
import { splitSections, type DwarfSections } from "./sections";
import type { Unit } from "./unit";
import { readUnits } from "./unit-headers";

/** Finds the file that a skeleton names, by its name and the folder of the compilation. */
export type FindSplitFile = (name: string, folder: string) => ElfFile | undefined;

/** The unit of a .dwo file whose place a skeleton in the image takes, and the file's type units. */
export interface SplitUnit {
  readonly unit: Unit;
  readonly typeUnits: readonly Unit[];
}

/**
 * The unit whose place a skeleton takes (DWARF 5, 3.1.2, and GNU's split DWARF 4 before it). Undefined for a unit that
 * is whole, and for one whose file is not found, which is noted.
 */
export function splitUnitOf(
  skeleton: Unit,
  find: FindSplitFile,
  sections: DwarfSections,
  note: (problem: SymbolError) => void,
): SplitUnit | undefined {
  const { root } = skeleton;
  const name = root.string(At.DwoName) ?? root.string(At.GnuDwoName);
  if (name === undefined) return undefined;
  const dwo = find(name, root.string(At.CompDir) ?? "");
  const split = dwo && splitSections(dwo, sections, note);
  const units = split ? readUnits(split, "info", note) : [];
  const id = idOf(skeleton);
  const unit = units.find((each) => !isTypeUnit(each) && idOf(each) === id);
  if (!split || !unit) {
    note(new SymbolError({ code: "dwarf-elsewhere", file: name }));
    return undefined;
  }
  const typeUnits = [...units.filter(isTypeUnit), ...readUnits(split, "types", note)];
  for (const each of [unit, ...typeUnits]) each.skeleton = skeleton;
  return { unit, typeUnits };
}

function isTypeUnit({ header }: Unit): boolean {
  return header.type === UnitType.SplitType || header.type === UnitType.Type;
}

/** The id is in the header in DWARF 5, and an attribute in GNU's DWARF 4. */
function idOf(unit: Unit): bigint | undefined {
  if (unit.header.dwoId !== undefined) return unit.header.dwoId;
  const value = unit.root.attribute(At.GnuDwoId);
  return value?.kind === "constant" ? BigInt.asUintN(64, BigInt(value.value)) : undefined;
}
