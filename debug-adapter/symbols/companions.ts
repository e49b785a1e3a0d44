import { ByteReader, decodeText } from "./bytes";
import { ElfFile } from "./elf/elf-file";
import { SymbolError } from "./errors";

/** Finds the files that hold debug information in place of an image, and reads them for the symbol reader. */
export interface Companions {
  /** Files that may hold the debug information of the whole image; the most likely come first. */
  debugFiles(wanted: DebugFile): Iterable<Uint8Array>;
  /**
   * The .dwo file of a unit, by the name that the compiler gave it and the folder in which it compiled; undefined when
   * it is not found.
   */
  splitFile(name: string, folder: string): Uint8Array | undefined;
}

/** What an image tells about the file with its debug information. */
export interface DebugFile {
  /** The file name in .gnu_debuglink. */
  readonly link: string | undefined;
  /** NT_GNU_BUILD_ID in hexadecimal. */
  readonly buildId: string | undefined;
}

const NT_GNU_BUILD_ID = 3;

/**
 * The file with the debug information that was stripped from an image; undefined when no file that was found belongs to
 * it.
 */
export function debugFileOf(image: ElfFile, companions: Companions | undefined): ElfFile | undefined {
  const wanted = debugFileNamed(image);
  for (const bytes of companions?.debugFiles(wanted) ?? []) {
    const file = companionIn(bytes);
    if (file && belongs(image, file, linkOf(image))) return file;
  }
  return undefined;
}

export function debugFileNamed(image: ElfFile): DebugFile {
  return { link: linkOf(image)?.name, buildId: buildIdOf(image) };
}

/** An ELF file of any type, for its sections; undefined for other files. */
export function companionIn(bytes: Uint8Array): ElfFile | undefined {
  try {
    return new ElfFile(bytes, "companion");
  } catch (error) {
    if (error instanceof SymbolError) return undefined;
    throw error;
  }
}

/**
 * Whether a file belongs to the image: by the build id if both have one, else by the link's check sum, else by the
 * place of the code.
 */
function belongs(image: ElfFile, file: ElfFile, link: { crc: number } | undefined): boolean {
  const [ours, theirs] = [buildIdOf(image), buildIdOf(file)];
  if (ours !== undefined && theirs !== undefined) return ours === theirs;
  if (link !== undefined && crc32(file.bytes) === link.crc) return true;
  if (link !== undefined) return false;
  const [a, b] = [image, file].map((elf) => elf.sections.find((section) => section.name === ".text"));
  return a !== undefined && b !== undefined && a.address === b.address && a.size === b.size;
}

/** .gnu_debuglink: a file name, padded to words, and the CRC-32 of the file. */
function linkOf(image: ElfFile): { name: string; crc: number } | undefined {
  const bytes = image.section(".gnu_debuglink");
  const end = bytes?.indexOf(0) ?? -1;
  if (bytes === undefined || end <= 0) return undefined;
  const at = (end + 4) & ~3;
  if (at + 4 > bytes.length) return undefined;
  return { name: decodeText(bytes.subarray(0, end)), crc: new ByteReader(bytes, ".gnu_debuglink", at).u32() };
}

function buildIdOf(image: ElfFile): string | undefined {
  const note = image.notes.find(({ name, type }) => name === "GNU" && type === NT_GNU_BUILD_ID);
  return note && Array.from(note.description, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let table: Uint32Array | undefined;

/** CRC-32 as zlib has it (polynomial 0x04C11DB7, reflected). */
export function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
    return rest;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
