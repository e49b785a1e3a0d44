import { unzlibSync } from "fflate";
import { decompress } from "fzstd";
import { SymbolError } from "../errors";
import type { ElfFile, ElfSection } from "./elf-file";

/** The most bytes to which a file's sections together are unpacked. */
const MAX_BYTES = 256 << 20;
/** The highest ratio at which a large section is unpacked. Debug information packs to a quarter, at best to a tenth. */
const MAX_RATIO = 32;
const SMALL = 4 << 20;

const CHDR_SIZE = 12;
const ELFCOMPRESS_ZLIB = 1;
const ELFCOMPRESS_ZSTD = 2;
/** Sections named .zdebug_* begin in this way: `ZLIB` and the size in 8 bytes, big-endian, before the data. */
const GNU_HEADER = 12;
const GNU_MAGIC = 0x42494c5a;

/**
 * The bytes of a section, unpacked. It is found by its name, or by the name that GNU tools once gave to packed sections
 * (`.zdebug_info`). Undefined when there is none.
 * @throws SymbolError for a section that is damaged or packed in another way
 */
export function contentsOf(elf: ElfFile, name: string): Uint8Array | undefined {
  const plain = elf.sections.find((section) => section.name === name);
  if (plain) return elf.isCompressed(plain) ? unpackElf(elf, plain) : elf.bytesOf(plain);
  const gnuName = name.replace(/^\.debug_/, ".zdebug_");
  const packed = gnuName === name ? undefined : elf.sections.find((section) => section.name === gnuName);
  return packed && unpackGnu(elf, packed);
}

/** Elf32_Chdr: type, size, alignment (gABI, "Section compression"). */
function unpackElf(elf: ElfFile, section: ElfSection): Uint8Array {
  const bytes = elf.bytesOf(section);
  if (bytes.length < CHDR_SIZE) throw corrupt(section);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const type = view.getUint32(0, true);
  const data = bytes.subarray(CHDR_SIZE);
  const target = room(elf, section, view.getUint32(4, true), data);
  if (type === ELFCOMPRESS_ZLIB) return unpack(section, target, () => inflate(data, target));
  if (type === ELFCOMPRESS_ZSTD) return unpack(section, target, () => decompress(data, target));
  throw unsupported(section, `compression ${type}`);
}

function unpackGnu(elf: ElfFile, section: ElfSection): Uint8Array {
  const bytes = elf.bytesOf(section);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < GNU_HEADER || view.getUint32(0, true) !== GNU_MAGIC) throw corrupt(section);
  const data = bytes.subarray(GNU_HEADER);
  const target = room(elf, section, Number(view.getBigUint64(4, false)), data);
  return unpack(section, target, () => inflate(data, target));
}

function room(elf: ElfFile, section: ElfSection, size: number, data: Uint8Array): Uint8Array {
  if (size > MAX_BYTES) throw unsupported(section, `a section of ${size} bytes`);
  if (size > Math.max(SMALL, data.length * MAX_RATIO)) throw corrupt(section);
  if (elf.unpackedBytes + size > MAX_BYTES)
    throw unsupported(section, `more than ${MAX_BYTES >> 20} MiB of unpacked sections`);
  elf.unpackedBytes += size;
  return new Uint8Array(size);
}

/** The library accepts data that ends too early, and does not check the sum (RFC 1950). */
function inflate(data: Uint8Array, target: Uint8Array): Uint8Array {
  const result = unzlibSync(data, { out: target });
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return view.getUint32(data.length - 4, false) === adler32(result) ? result : new Uint8Array(0);
}

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let at = 0; at < bytes.length;) {
    // After at most so many bytes the sums stay below 2^32.
    const end = Math.min(at + 5552, bytes.length);
    for (; at < end; at++) {
      low += bytes[at] ?? 0;
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return ((high << 16) | low) >>> 0;
}

/** For damaged data the libraries throw errors of many kinds, or stop early. */
function unpack(section: ElfSection, target: Uint8Array, run: () => Uint8Array): Uint8Array {
  let result: Uint8Array;
  try {
    result = run();
  } catch {
    throw corrupt(section);
  }
  if (result.length !== target.length) throw corrupt(section);
  return result;
}

function corrupt({ name }: ElfSection): SymbolError {
  return new SymbolError({ code: "dwarf-corrupt", section: name, offset: 0, what: "damaged compression" });
}

function unsupported({ name }: ElfSection, what: string): SymbolError {
  return new SymbolError({ code: "dwarf-unsupported", section: name, offset: 0, what });
}
