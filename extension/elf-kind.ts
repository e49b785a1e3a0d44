import { open, type FileHandle } from "node:fs/promises";

/** What the built-in machine can do with a file. */
export type ElfKind = "pv" | "multiboot" | "other";

const HEADER_BYTES = 52;
const SECTION_BYTES = 40;
/** A multiboot header is within the first 8 KiB of the file. */
const MULTIBOOT_SEARCH = 8192;
const MULTIBOOT_MAGIC = 0x1badb002;
const EM_386 = 3;
const SHT_NOTE = 7;
const XEN_GUEST = "__xen_guest";

/**
 * The most bytes that are read of one file. Kernels need far less. A file that asks for more was made to cause work,
 * and is judged by what was read.
 */
const MOST_SECTIONS = 4096;
const MOST_NOTES = 64;
/**
 * The most bytes of a section that are searched for notes. Notes of a Xen guest have some 200 bytes, at the start of
 * their section.
 */
const NOTE_BYTES = 4096;
/** The longest stretch that is read to find the name of a section. */
const NAMES_BYTES = 1 << 18;

interface Section {
  name: number;
  type: number;
  offset: number;
  size: number;
}

/**
 * Reads only the headers, so that a folder of many files is searched fast. The time and the memory for one file are
 * bounded. If an image that looks right is faulty, the adapter says so when it loads it.
 * @param path of a regular file; a pipe would never answer
 */
export async function elfKind(path: string): Promise<ElfKind> {
  const file = await open(path, "r");
  try {
    const header = await read(file, 0, HEADER_BYTES);
    if (!isElf32(header)) return "other";
    const sections = await sectionsOf(file, header);
    if (await hasXenSection(file, header, sections)) return "pv";
    return isMultiboot(await read(file, 0, MULTIBOOT_SEARCH)) ? "multiboot" : "other";
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** ELFCLASS32, little-endian, for the 80386. */
function isElf32(header: Buffer): boolean {
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, 4) !== "\x7fELF") return false;
  return header[4] === 1 && header[5] === 1 && header.readUInt16LE(18) === EM_386;
}

/** The section headers. There are none if their size is not the standard one. */
async function sectionsOf(file: FileHandle, header: Buffer): Promise<Section[]> {
  if (header.readUInt16LE(46) !== SECTION_BYTES) return [];
  const count = Math.min(header.readUInt16LE(48), MOST_SECTIONS);
  const table = await read(file, header.readUInt32LE(32), SECTION_BYTES * count);
  const sections: Section[] = [];
  for (let at = 0; at + SECTION_BYTES <= table.length; at += SECTION_BYTES) {
    const word = (offset: number): number => table.readUInt32LE(at + offset);
    sections.push({ name: word(0), type: word(4), offset: word(16), size: word(20) });
  }
  return sections;
}

/** Whether there is a `__xen_guest` section, or a note section that holds notes named "Xen". */
async function hasXenSection(file: FileHandle, header: Buffer, sections: readonly Section[]): Promise<boolean> {
  const strings = sections[header.readUInt16LE(50)];
  const names = strings ? await read(file, strings.offset, Math.min(strings.size, NAMES_BYTES)) : Buffer.alloc(0);
  const isNamed = ({ name }: Section): boolean =>
    names.toString("latin1", name, name + XEN_GUEST.length + 1) === `${XEN_GUEST}\0`;
  if (sections.some(isNamed)) return true;
  for (const { offset, size } of sections.filter(({ type }) => type === SHT_NOTE).slice(0, MOST_NOTES)) {
    const note = await read(file, offset, Math.min(size, NOTE_BYTES));
    if (note.includes("Xen\0", 12, "latin1")) return true;
  }
  return false;
}

function isMultiboot(start: Buffer): boolean {
  for (let at = 0; at + 12 <= start.length; at += 4) {
    if (start.readUInt32LE(at) !== MULTIBOOT_MAGIC) continue;
    const sum = MULTIBOOT_MAGIC + start.readUInt32LE(at + 4) + start.readUInt32LE(at + 8);
    if (sum % 2 ** 32 === 0) return true;
  }
  return false;
}
