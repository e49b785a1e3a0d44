/** Images that would keep a reader busy for ever, or fill its memory: each is small, and promises much. */
import { deflateSync } from "node:zlib";
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

const TAG = { lexicalBlock: 0x0b, unit: 0x11, inlined: 0x1d, base: 0x24, subprogram: 0x2e, variable: 0x34 };
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

const STR = 0x0e;
const RANGES = { attribute: 0x55, form: 0x17 };
const LINES = { attribute: 0x10, form: 0x17 };

/** A .debug_info of so many units that share an abbreviation table. @param entry what follows a unit's header */
function units(count: number, entry: (n: number) => Uint8Array): Uint8Array {
  return joined(Array.from({ length: count }, (_, n) => sized(bytes([4, 2], [0, 4], 4, entry(n)))));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** 20,000 functions whose code is the same list of 100,000 ranges, each of which is read for a call that is inlined as well. */
export function sharedRanges(): Uint8Array {
  const list = new Uint32Array(2 * 100_000 + 2);
  for (let n = 0; n < 100_000; n++) list.set([n * 4, n * 4 + 4], 2 * n);
  const ranges = [RANGES.attribute, RANGES.form];
  const abbreviations = bytes(
    UNIT,
    declare(2, TAG.subprogram, true, AT.name, FORM.string, ...ranges),
    declare(3, TAG.inlined, false, AT.name, FORM.string, ...ranges),
    0,
  );
  const fn = bytes(2, "f", [0, 4], 3, "i", [0, 4], 0);
  const functions = new Uint8Array(20_000 * fn.length);
  for (let n = 0; n < 20_000; n++) functions.set(fn, n * fn.length);
  return kernel(
    { name: ".debug_abbrev", bytes: abbreviations },
    { name: ".debug_info", bytes: sized(bytes([4, 2], [0, 4], 4, UNIT_ENTRY, functions, 0)) },
    { name: ".debug_ranges", bytes: new Uint8Array(list.buffer) },
  );
}

/** 20,000 units, each with an abbreviation table of its own that begins a little later in the same 100,000 abbreviations. */
export function overlappingAbbreviations(): Uint8Array {
  const each = bytes({ uleb: 1 << 21 }, { uleb: TAG.unit }, 0, AT.name, FORM.string, 0, 0);
  const table = joined([...Array.from({ length: 100_000 }, () => each), bytes(0)]);
  const unit = (n: number): Uint8Array => sized(bytes([4, 2], [n * each.length, 4], 4, { uleb: 1 << 21 }, "h.c"));
  return kernel(
    { name: ".debug_abbrev", bytes: table },
    { name: ".debug_info", bytes: joined(Array.from({ length: 20_000 }, (_, n) => unit(n))) },
  );
}

/** 2,000 line tables that share a program of a million rows. */
export function sharedLines(): Uint8Array {
  const count = 2000;
  const rows = 1_000_000;
  // Version 4; one byte an instruction; special opcodes from 13 on; one file and no folder.
  const tables = bytes(0, "h.c", 0, 0, 0, 0);
  const fields = bytes(1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1);
  const each = 10 + fields.length + tables.length;
  const program = joined([bytes(0, 5, 2, [BASE, 4]), new Uint8Array(rows).fill(0x20), bytes(0, 1, 1)]);
  const end = count * each + program.length;
  const headers = Array.from({ length: count }, (_, n) => {
    const at = n * each;
    return bytes([end - at - 4, 4], [4, 2], [count * each - at - 10, 4], fields, tables);
  });
  return kernel(
    {
      name: ".debug_abbrev",
      bytes: bytes(declare(1, TAG.unit, false, AT.name, FORM.string, LINES.attribute, LINES.form), 0),
    },
    { name: ".debug_info", bytes: units(count, (n) => bytes(1, "h.c", [n * each, 4])) },
    { name: ".debug_line", bytes: joined([...headers, program]) },
  );
}

/** 200,000 variables with the same name of 64 KiB. */
export function sharedNames(): Uint8Array {
  const abbreviations = bytes(UNIT, declare(2, TAG.variable, false, AT.name, STR), 0);
  const variable = bytes(2, [0, 4]);
  const variables = new Uint8Array(200_000 * variable.length);
  for (let n = 0; n < 200_000; n++) variables.set(variable, n * variable.length);
  const info = sized(bytes([4, 2], [0, 4], 4, UNIT_ENTRY, variables, 0));
  return kernel(
    { name: ".debug_abbrev", bytes: abbreviations },
    { name: ".debug_info", bytes: info },
    { name: ".debug_str", bytes: new Uint8Array((1 << 16) + 1).fill(0x41, 0, 1 << 16) },
  );
}

/** Ten sections of 256 MiB of zeros each, packed to a quarter of a megabyte. */
export function packedZeros(): Uint8Array {
  const size = 256 << 20;
  const packed = new Uint8Array(deflateSync(Buffer.alloc(size)));
  const names = "info abbrev str line line_str ranges rnglists loc loclists types".split(" ");
  const COMPRESSED = 0x800;
  const section = (name: string): SectionSpec => ({
    name: `.debug_${name}`,
    bytes: joined([bytes([1, 4], [size, 4], [1, 4]), packed]),
    flags: COMPRESSED,
  });
  return kernel(...names.map(section));
}
