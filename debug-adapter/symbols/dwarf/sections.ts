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

/** What could not be read is handed to `note`; its section counts as absent. */
export function dwarfSections(elf: ElfFile, note: (problem: SymbolError) => void): DwarfSections {
  const read = (name: string): Uint8Array => {
    const section = elf.sections.find((s) => s.name === name);
    if (!section) return new Uint8Array(0);
    if (elf.isCompressed(section)) {
      const problem = {
        code: "dwarf-unsupported",
        section: name,
        offset: 0,
        what: "compressed section",
      } as const;
      note(new SymbolError(problem));
      return new Uint8Array(0);
    }
    return elf.bytesOf(section);
  };
  const entries = Object.entries(NAMES).map(([key, name]) => [key, read(name)] as const);
  return Object.fromEntries(entries) as DwarfSections;
}
