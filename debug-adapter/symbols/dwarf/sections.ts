import { contentsOf } from "../elf/contents";
import type { ElfFile } from "../elf/elf-file";
import { SymbolError } from "../errors";

const NAMES = {
  abbrev: ".debug_abbrev",
  addr: ".debug_addr",
  info: ".debug_info",
  line: ".debug_line",
  lineStr: ".debug_line_str",
  loc: ".debug_loc",
  loclists: ".debug_loclists",
  ranges: ".debug_ranges",
  rnglists: ".debug_rnglists",
  str: ".debug_str",
  strOffsets: ".debug_str_offsets",
  types: ".debug_types",
} as const;

/** The bytes of each DWARF section; empty where the image has none. */
export type DwarfSections = { readonly [K in keyof typeof NAMES]: Uint8Array };

/** What could not be read is passed to `note`, and its section counts as absent. */
export function dwarfSections(elf: ElfFile, note: (problem: SymbolError) => void): DwarfSections {
  return sectionsNamed(elf, "", note);
}

/**
 * The sections of a .dwo file. Sections that a compiler leaves in the image (addresses, and the ranges of DWARF 4) are
 * the image's.
 */
export function splitSections(dwo: ElfFile, image: DwarfSections, note: (problem: SymbolError) => void): DwarfSections {
  const { addr, ranges, lineStr } = image;
  return { ...sectionsNamed(dwo, ".dwo", note), addr, ranges, lineStr };
}

function sectionsNamed(elf: ElfFile, suffix: string, note: (problem: SymbolError) => void): DwarfSections {
  const read = (name: string): Uint8Array => {
    try {
      return contentsOf(elf, name + suffix) ?? new Uint8Array(0);
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
      note(error);
      return new Uint8Array(0);
    }
  };
  const entries = Object.entries(NAMES).map(([key, name]) => [key, read(name)] as const);
  return Object.fromEntries(entries) as DwarfSections;
}
