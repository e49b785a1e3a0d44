/** Images that would keep a reader busy for ever, or fill its memory: each is small, and promises much. */
import { bytes, elf, sized, type SectionSpec } from "../../unit/debug-adapter/symbols/image-builder";

const BASE = 0x100000;
const MEGABYTE = 1 << 20;

const EHDR_PHOFF = 28;
const EHDR_SHOFF = 32;
const EHDR_PHNUM = 44;
const EHDR_SHNUM = 48;
const EHDR_BYTES = 52;
const PHDR_BYTES = 32;
const SHDR_BYTES = 40;
const SH_TYPE = 4;
const SH_OFFSET = 16;
const SHT_NOTE = 7;

/** A multiboot header, then `cli; 1: hlt; jmp 1b`. */
const KERNEL: SectionSpec = {
  name: ".text",
  bytes: bytes([0x1badb002, 4], [0, 4], [-0x1badb002 >>> 0, 4], 0xfa, 0xf4, 0xeb, 0xfd),
  flags: 6,
  address: BASE,
};
const ENTRY = BASE + 12;

const kernel = (...sections: SectionSpec[]): Uint8Array => elf([KERNEL, ...sections], ENTRY);
const view = (image: Uint8Array): DataView => new DataView(image.buffer, image.byteOffset, image.length);

/** 65,000 segments that all lie in the same 120 MiB. */
export function overlappingSegments(): Uint8Array {
  const count = 65_000;
  const plain = kernel();
  const image = new Uint8Array(plain.length + count * PHDR_BYTES);
  image.set(plain);
  const header = view(image);
  header.setUint32(EHDR_PHOFF, plain.length, true);
  header.setUint16(EHDR_PHNUM, count, true);
  const first = plain.slice(EHDR_BYTES, EHDR_BYTES + PHDR_BYTES);
  view(first).setUint32(20, 120 * MEGABYTE, true);
  for (let n = 0; n < count; n++) image.set(first, plain.length + n * PHDR_BYTES);
  return image;
}

/** A kernel with so many more sections of a type, which all lie in the same bytes. */
function overlappingSections(count: number, type: number, content: Uint8Array, nameAt = 0): Uint8Array {
  const plain = kernel({ name: ".shared", bytes: content });
  const header = view(plain);
  const table = header.getUint32(EHDR_SHOFF, true);
  const own = header.getUint16(EHDR_SHNUM, true);
  const image = new Uint8Array(plain.length + count * SHDR_BYTES);
  image.set(plain);
  const model = plain.slice(table + 2 * SHDR_BYTES, table + 3 * SHDR_BYTES);
  view(model).setUint32(0, nameAt, true);
  view(model).setUint32(SH_TYPE, type, true);
  for (let n = 0; n < count; n++) image.set(model, table + (own + n) * SHDR_BYTES);
  view(image).setUint16(EHDR_SHNUM, own + count, true);
  return image;
}

/** 30,000 sections of notes over the same megabyte, each of which holds 80,000 notes. */
export function overlappingNotes(): Uint8Array {
  return overlappingSections(30_000, SHT_NOTE, new Uint8Array(MEGABYTE));
}

/** 60,000 sections whose name is the same megabyte without an end. */
export function endlessNames(): Uint8Array {
  const image = overlappingSections(60_000, 1, new Uint8Array(MEGABYTE).fill(0x41));
  const header = view(image);
  const table = header.getUint32(EHDR_SHOFF, true);
  // The section with the names is now the one with the megabyte.
  const shared = header.getUint32(table + 2 * SHDR_BYTES + SH_OFFSET, true);
  header.setUint32(table + 3 * SHDR_BYTES + SH_OFFSET, shared, true);
  header.setUint32(table + 3 * SHDR_BYTES + SH_OFFSET + 4, MEGABYTE, true);
  return image;
}

const TAG = { lexicalBlock: 0x0b, unit: 0x11, base: 0x24, subprogram: 0x2e, variable: 0x34 };
const AT = { name: 3, byteSize: 0x0b, lowPc: 0x11, highPc: 0x12, constValue: 0x1c, encoding: 0x3e, type: 0x49 };
const FORM = { address: 1, data4: 6, string: 8, data1: 0x0b, sdata: 0x0d, ref4: 0x13 };
/** Offset of the first entry of the only unit after its header of DWARF 4. */
const FIRST_ENTRY = 11;

/** A kernel with one unit of DWARF 4, whose entries have the given abbreviations. */
function described(abbreviations: Uint8Array, entries: Uint8Array): Uint8Array {
  const info = sized(bytes([4, 2], [0, 4], 4, entries));
  return kernel({ name: ".debug_abbrev", bytes: abbreviations }, { name: ".debug_info", bytes: info });
}

const declare = (code: number, tag: number, children: boolean, ...pairs: number[]): Uint8Array =>
  bytes({ uleb: code }, { uleb: tag }, children ? 1 : 0, ...pairs.map((each) => ({ uleb: each })), 0, 0);

const UNIT = declare(1, TAG.unit, true, AT.name, FORM.string, AT.lowPc, FORM.address, AT.highPc, FORM.data4);
const UNIT_ENTRY = bytes(1, "h.c", [BASE, 4], [16, 4]);

/** A variable whose constant is a number of 600 KB. */
export function endlessConstant(): Uint8Array {
  const type = FIRST_ENTRY + UNIT_ENTRY.length;
  const abbreviations = bytes(
    UNIT,
    declare(2, TAG.base, false, AT.name, FORM.string, AT.byteSize, FORM.data1, AT.encoding, FORM.data1),
    declare(3, TAG.variable, false, AT.name, FORM.string, AT.type, FORM.ref4, AT.constValue, FORM.sdata),
    0,
  );
  const number = new Uint8Array(600_000).fill(0x81);
  const variable = bytes(3, "v", [type, 4], number, 0);
  return described(abbreviations, bytes(UNIT_ENTRY, 2, "int", 4, 5, variable, 0));
}

/** A function with 200,000 blocks inside of each other. */
export function nestedBlocks(): Uint8Array {
  const depth = 200_000;
  const range = [AT.lowPc, FORM.address, AT.highPc, FORM.data4];
  const abbreviations = bytes(
    UNIT,
    declare(2, TAG.subprogram, true, AT.name, FORM.string, ...range),
    declare(3, TAG.lexicalBlock, true, ...range),
    0,
  );
  const block = bytes(3, [BASE, 4], [16, 4]);
  const blocks = new Uint8Array(depth * block.length);
  for (let n = 0; n < depth; n++) blocks.set(block, n * block.length);
  const fn = bytes(2, "main", [BASE, 4], [16, 4], blocks, new Uint8Array(depth + 1));
  return described(abbreviations, bytes(UNIT_ENTRY, fn, 0));
}
