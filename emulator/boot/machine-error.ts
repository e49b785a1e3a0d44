/**
 * What a machine can refuse. The wording belongs to the caller (its catalogue of
 * messages); `data` holds what the wording needs, in plain numbers and strings.
 */
export type MachineErrorCode =
  /** There is no multiboot1 header in the first 8192 bytes. */
  | "image-no-multiboot"
  /** It is neither an ELF file, nor does it have a header with load addresses. data: nothing. */
  | "image-not-elf"
  /** An ELF file for another processor or byte order. data: machine (e_machine), class, encoding. */
  | "image-not-ia32"
  /** A 64-bit ELF file. */
  | "image-64-bit"
  /** The file ends before what it announces. data: needed, size (bytes). */
  | "image-truncated"
  /** The header asks for something that this loader cannot give. data: flags (the bits refused). */
  | "image-unsupported-flags"
  /** A header with load addresses that contradict each other. data: field. */
  | "image-bad-addresses"
  /** No segment holds the entry point. data: entry. */
  | "image-bad-entry"
  /**
   * The image or a module does not fit. data: needed (the first address beyond it), memory (bytes), module (its index,
   * if it is one).
   */
  | "image-too-large"
  /** Guest RAM is not between 1 MiB and 2047 MiB in steps of 64 KiB. data: memory (bytes). */
  | "memory-size"
  /** The host has no room for so much guest RAM. data: memory (bytes). */
  | "memory-unavailable"
  /** The debugger may not write this register. data: register. */
  | "register-read-only"
  /** A watchpoint is 1 to 4096 bytes long. data: length. */
  | "watchpoint-length";

export class MachineError extends Error {
  constructor(
    readonly code: MachineErrorCode,
    readonly data: Readonly<Record<string, number | string>> = {},
  ) {
    super(code);
    this.name = "MachineError";
  }
}
