import { decodeText, stringAt } from "../bytes";
import { SymbolError } from "../errors";
import type { ElfNote, ElfSegment } from "../model";
import {
  EM_386,
  ELFCLASS32,
  ELFCLASS64,
  ELFDATA2LSB,
  ELF_HEADER_SIZE,
  ElfType,
  Ident,
  PROGRAM_HEADER_SIZE,
  PT_LOAD,
  PT_NOTE,
  SECTION_HEADER_SIZE,
  SectionFlag,
  SectionType,
  SegmentFlag,
} from "./constants";

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly entrySize: number;
}

/** The most notes that are kept; kernels have some twenty. */
const MAX_NOTES = 10_000;

/**
 * A 32-bit little-endian i386 executable. The constructor checks every table against the file's size. A companion,
 * which holds debug information only, may be of any type and has no segments, since what they name is not in it.
 */
export class ElfFile {
  readonly entry: number;
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
  readonly notes: readonly ElfNote[];
  /** How many bytes its packed sections were unpacked to (contents.ts). */
  unpackedBytes = 0;
  private readonly view: DataView;
  /** The sections that are in memory, ascending. */
  private loaded: readonly ElfSection[] | undefined;

  /** @throws SymbolError with one of the `elf-` codes */
  constructor(
    readonly bytes: Uint8Array,
    role: "image" | "companion" = "image",
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.checkIdent();
    const { view } = this;
    const type: ElfType = view.getUint16(16, true);
    const isImage = role === "image";
    if (isImage && type !== ElfType.Exec && type !== ElfType.Dyn) throw new SymbolError({ code: "elf-type", type });
    const machine = view.getUint16(18, true);
    if (machine !== EM_386) throw new SymbolError({ code: "elf-machine", machine });
    this.entry = view.getUint32(24, true);
    const notes: ElfNote[] = [];
    this.segments = isImage ? this.readSegments(notes) : [];
    this.sections = this.readSections();
    // A stripped image may keep its notes only in a segment, and a relinked one only in sections.
    if (notes.length === 0) {
      for (const s of this.sections) {
        if (s.type === SectionType.Note && notes.length < MAX_NOTES) this.readNotes(s.offset, s.size, notes);
      }
    }
    this.notes = notes;
  }

  /** The section's bytes in the file; undefined when no section has that name, empty for .bss and the like. */
  section(name: string): Uint8Array | undefined {
    const section = this.sections.find((s) => s.name === name);
    return section && this.bytesOf(section);
  }

  bytesOf(section: ElfSection): Uint8Array {
    if (section.type === SectionType.Nobits || section.type === SectionType.Null) return new Uint8Array(0);
    return this.bytes.subarray(section.offset, section.offset + section.size);
  }

  isCompressed(section: ElfSection): boolean {
    return (section.flags & SectionFlag.Compressed) !== 0;
  }

  /** The section in memory that holds a linked address. */
  sectionAt(address: number): ElfSection | undefined {
    this.loaded ??= this.sections
      .filter((s) => s.flags & SectionFlag.Alloc && !(s.flags & SectionFlag.Tls) && s.size > 0)
      .sort((a, b) => a.address - b.address);
    let low = 0;
    let high = this.loaded.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.loaded[middle]?.address ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    // Sections overlap only in damaged files.
    const section = this.loaded[low - 1];
    return section && address < section.address + section.size ? section : undefined;
  }

  /**
   * What the file loads at a linked address: zeros beyond the part of a segment that is in the file, undefined outside
   * of all segments.
   */
  readStatic(address: number, length: number): Uint8Array | undefined {
    const segment = this.segments.find((s) => address >= s.virtual && address < s.virtual + s.memorySize);
    if (!segment) return undefined;
    const from = address - segment.virtual;
    const result = new Uint8Array(Math.min(length, segment.memorySize - from));
    if (from < segment.fileSize) {
      const stop = Math.min(from + result.length, segment.fileSize);
      result.set(this.bytes.subarray(segment.fileOffset + from, segment.fileOffset + stop));
    }
    return result;
  }

  private checkIdent(): void {
    const { bytes } = this;
    if (bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) {
      throw new SymbolError({ code: "not-elf" });
    }
    if (bytes[Ident.Class] === ELFCLASS64) throw new SymbolError({ code: "elf-64-bit" });
    this.need("header", 0, ELF_HEADER_SIZE);
    if (bytes[Ident.Class] !== ELFCLASS32) {
      throw new SymbolError({ code: "elf-corrupt", what: "class", offset: Ident.Class });
    }
    if (bytes[Ident.Data] !== ELFDATA2LSB) throw new SymbolError({ code: "elf-big-endian" });
  }

  /** @throws SymbolError when [offset, offset + size) is not wholly in the file */
  private need(what: string, offset: number, size: number): void {
    if (offset + size <= this.bytes.length) return;
    throw new SymbolError({ code: "elf-truncated", what, end: offset + size, size: this.bytes.length });
  }

  private readSegments(notes: ElfNote[]): ElfSegment[] {
    const { view } = this;
    const table = view.getUint32(28, true);
    const count = view.getUint16(44, true);
    if (count === 0) return [];
    if (view.getUint16(42, true) !== PROGRAM_HEADER_SIZE) {
      throw new SymbolError({ code: "elf-corrupt", what: "program header size", offset: 42 });
    }
    this.need("program headers", table, count * PROGRAM_HEADER_SIZE);
    const segments: ElfSegment[] = [];
    for (let i = 0; i < count; i++) {
      const at = table + i * PROGRAM_HEADER_SIZE;
      const word = (index: number): number => view.getUint32(at + 4 * index, true);
      const [type, fileOffset, fileSize, memorySize, flags] = [word(0), word(1), word(4), word(5), word(6)];
      if (type !== PT_LOAD && type !== PT_NOTE) continue;
      this.need(type === PT_NOTE ? "notes" : "a segment", fileOffset, fileSize);
      if (type === PT_NOTE) {
        this.readNotes(fileOffset, fileSize, notes);
        continue;
      }
      if (fileSize > memorySize) throw new SymbolError({ code: "elf-corrupt", what: "segment size", offset: at });
      const writable = (flags & SegmentFlag.W) !== 0;
      const executable = (flags & SegmentFlag.X) !== 0;
      segments.push({
        virtual: word(2),
        physical: word(3),
        fileOffset,
        fileSize,
        memorySize,
        writable,
        executable,
      });
    }
    return segments;
  }

  private readSections(): ElfSection[] {
    const { view } = this;
    const table = view.getUint32(32, true);
    if (table === 0) return [];
    if (view.getUint16(46, true) !== SECTION_HEADER_SIZE) {
      throw new SymbolError({ code: "elf-corrupt", what: "section header size", offset: 46 });
    }
    // With more than 65,279 sections, the first header holds the true count and string table.
    this.need("section headers", table, SECTION_HEADER_SIZE);
    const count = view.getUint16(48, true) || view.getUint32(table + 20, true);
    this.need("section headers", table, count * SECTION_HEADER_SIZE);
    const names = this.sectionNames(table, count);
    const sections: ElfSection[] = [];
    for (let i = 0; i < count; i++) {
      const at = table + i * SECTION_HEADER_SIZE;
      const word = (index: number): number => view.getUint32(at + 4 * index, true);
      const type: SectionType = word(1);
      const section: ElfSection = {
        name: stringAt(names, word(0), MAX_SECTION_NAME) ?? "",
        type,
        flags: word(2),
        address: word(3),
        offset: word(4),
        size: word(5),
        link: word(6),
        entrySize: word(9),
      };
      const inFile = type !== SectionType.Nobits && type !== SectionType.Null;
      if (inFile) this.need(`section ${section.name || i}`, section.offset, section.size);
      sections.push(section);
    }
    return sections;
  }

  private sectionNames(table: number, count: number): Uint8Array {
    const { view } = this;
    const index = Math.min(view.getUint16(50, true), 0xffff);
    const real = index === 0xffff ? view.getUint32(table + 24, true) : index;
    if (real === 0) return new Uint8Array(0);
    if (real >= count) throw new SymbolError({ code: "elf-corrupt", what: "section name index", offset: 50 });
    const at = table + real * SECTION_HEADER_SIZE;
    const offset = view.getUint32(at + 16, true);
    const size = view.getUint32(at + 20, true);
    this.need("section names", offset, size);
    return this.bytes.subarray(offset, offset + size);
  }

  /**
   * Notes have a name size, a description size and a type, and then both, padded to words. A note that does not fit
   * ends the list.
   */
  private readNotes(offset: number, size: number, notes: ElfNote[]): void {
    const { view, bytes } = this;
    const end = offset + size;
    let at = offset;
    while (at + 12 <= end && notes.length < MAX_NOTES) {
      const nameSize = view.getUint32(at, true);
      const length = view.getUint32(at + 4, true);
      const type = view.getUint32(at + 8, true);
      const description = at + 12 + align4(nameSize);
      if (description + length > end) return;
      const name = decodeText(bytes.subarray(at + 12, at + 12 + Math.max(nameSize - 1, 0)));
      notes.push({ name, type, description: bytes.subarray(description, description + length) });
      at = description + align4(length);
    }
  }
}

/** The longest section name that is read, since sixty thousand sections may name the same megabyte. */
const MAX_SECTION_NAME = 256;

function align4(size: number): number {
  return Math.ceil(size / 4) * 4;
}
