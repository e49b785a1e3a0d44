/** Why an image, or a part of its debug information, cannot be read. The words are in the adapter's catalogue. */
export type SymbolProblem =
  | { code: "not-elf" }
  | { code: "elf-64-bit" }
  | { code: "elf-big-endian" }
  /** `machine` is e_machine; only EM_386 (3) is read. */
  | { code: "elf-machine"; machine: number }
  /** `type` is e_type; executables (2) and shared objects (3) are read. */
  | { code: "elf-type"; type: number }
  /**
   * `what` (a header, a table, a section's name) would end at file offset `end`, but the file has only `size` bytes.
   */
  | { code: "elf-truncated"; what: string; end: number; size: number }
  /** `what` in the ELF tables contradicts itself, at file offset `offset`. */
  | { code: "elf-corrupt"; what: string; offset: number }
  /** The debug information is in another file, `file`, which was not found. */
  | { code: "dwarf-elsewhere"; file: string }
  /** Debug information that is not supported; `what` names it (a DWARF version, a compressed section, split DWARF). */
  | { code: "dwarf-unsupported"; section: string; offset: number; what: string }
  /** Debug information that contradicts itself; `offset` counts from the section's start, in bytes. */
  | { code: "dwarf-corrupt"; section: string; offset: number; what: string };

/** The only exception of this folder. `problem` has the details; `message` is for our own logs. */
export class SymbolError extends Error {
  constructor(readonly problem: SymbolProblem) {
    super(Object.values(problem).join(" "));
    this.name = "SymbolError";
  }
}
