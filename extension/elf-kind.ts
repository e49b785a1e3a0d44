import { open } from "node:fs/promises";

/** What the built-in machine could do with a file. */
export type ElfKind = "pv" | "multiboot" | "other";

const HEADER_BYTES = 52;
/** A multiboot header lies within the first 8 KiB of the file. */
const MULTIBOOT_SEARCH = 8192;
const MULTIBOOT_MAGIC = 0x1badb002;
const EM_386 = 3;
const SHT_NOTE = 7;
const NAMES_LIMIT = 1 << 20;

/**
 * Looks into the headers only, so that a folder of many files is searched fast. What is wrong with an image that looks
 * right is the adapter's to say when it loads it.
 */
export async function elfKind(path: string): Promise<ElfKind> {
  const file = await open(path, "r");
  try {
    const read = async (offset: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    const header = await read(0, HEADER_BYTES);
    if (!isElf32(header)) return "other";
    if (await hasXenSection(header, read)) return "pv";
    return isMultiboot(await read(0, MULTIBOOT_SEARCH)) ? "multiboot" : "other";
  } finally {
    await file.close();
  }
}

type Read = (offset: number, length: number) => Promise<Buffer>;

/** ELFCLASS32, little-endian, for the 80386. */
function isElf32(header: Buffer): boolean {
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, 4) !== "\x7fELF") return false;
  return header[4] === 1 && header[5] === 1 && header.readUInt16LE(18) === EM_386;
}

/** A `__xen_guest` section, or a note section that holds notes named "Xen". */
async function hasXenSection(header: Buffer, read: Read): Promise<boolean> {
  const entry = header.readUInt16LE(46);
  const count = header.readUInt16LE(48);
  if (entry < 40 || count === 0) return false;
  const table = await read(header.readUInt32LE(32), entry * count);
  const sections = [];
  for (let at = 0; at + entry <= table.length; at += entry) {
    const word = (offset: number) => table.readUInt32LE(at + offset);
    sections.push({ name: word(0), type: word(4), offset: word(16), size: word(20) });
  }
  const strings = sections[header.readUInt16LE(50)];
  const names = strings ? await read(strings.offset, Math.min(strings.size, NAMES_LIMIT)) : Buffer.alloc(0);
  for (const section of sections) {
    const end = names.indexOf(0, section.name);
    if (names.toString("latin1", section.name, end) === "__xen_guest") return true;
    if (section.type !== SHT_NOTE) continue;
    const note = await read(section.offset, Math.min(section.size, MULTIBOOT_SEARCH));
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
