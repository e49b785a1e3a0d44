import { ElfFile } from "../symbols/elf/elf-file";
import { SymbolError, type SymbolProblem } from "../symbols/errors";

/** Why a file cannot be the kernel of a domain; imageMessages words it. */
export type ImageProblem = SymbolProblem | { code: "no-xen-notes" } | { code: "empty" };

export class ImageError extends Error {
  constructor(readonly problem: ImageProblem) {
    super(problem.code);
    this.name = "ImageError";
  }
}

/** The owner of the ELF notes that make an image a paravirtual kernel, and the section that older kernels have. */
const NOTE_OWNER = "Xen";
const OLD_SECTION = "__xen_guest";

/**
 * Checks that `bytes` is a whole 32-bit IA-32 ELF image that tells Xen how to start it.
 * @throws ImageError
 */
export function checkGuestImage(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new ImageError({ code: "empty" });
  let elf: ElfFile;
  try {
    elf = new ElfFile(bytes);
  } catch (error) {
    throw error instanceof SymbolError ? new ImageError(error.problem) : error;
  }
  if (!isParavirtual(elf)) throw new ImageError({ code: "no-xen-notes" });
}

/** Whether an image has Xen's notes, or the text section of older kernels. */
function isParavirtual(elf: ElfFile): boolean {
  return elf.notes.some((note) => note.name === NOTE_OWNER) || elf.section(OLD_SECTION) !== undefined;
}

/** Whether `bytes` is such a kernel, whatever else may be wrong with it. */
export function isGuestImage(bytes: Uint8Array): boolean {
  try {
    checkGuestImage(bytes);
    return true;
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
}
