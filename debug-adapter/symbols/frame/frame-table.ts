import { ByteReader } from "../bytes";
import { EhPe } from "../dwarf/constants";
import { lastAtOrBelow } from "../dwarf/line-table";
import { contentsOf } from "../elf/contents";
import type { ElfFile } from "../elf/elf-file";
import { SymbolError } from "../errors";

/** What the frames of several functions share (DWARF 5, 6.4.1). */
export interface Cie {
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  /** The number that stands for the return address among the registers. */
  readonly returnRegister: number;
  /** Augmentation "S": an interrupt or exception entered the frame. */
  readonly isSignalFrame: boolean;
  readonly instructions: Uint8Array;
  /** How .eh_frame encodes addresses. */
  readonly pointerEncoding: number;
  readonly hasAugmentationData: boolean;
}

/** The unwind program of one range of code. */
export interface Fde {
  readonly cie: Cie;
  readonly low: number;
  readonly high: number;
  readonly instructions: Uint8Array;
}

/** The id by which CIEs are recognised. An FDE must not be taken for a CIE when a corrupt offset points to it. */
const DEBUG_FRAME_CIE = 0xffffffff;

/** All unwind programs of an image, of .debug_frame and .eh_frame. */
export class FrameTable {
  private readonly fdes: readonly Fde[];

  /** @param files the image, and the file with its debug information */
  constructor(files: readonly ElfFile[], isLoaded: (address: number) => boolean, note: (problem: SymbolError) => void) {
    const fdes: Fde[] = [];
    for (const name of [".debug_frame", ".eh_frame"]) {
      const found = files.map((elf) => read(elf, name, note)).find((contents) => contents.bytes.length > 0);
      if (found) new SectionReader(found.bytes, name, found.address, note).read(fdes);
    }
    this.fdes = fdes.filter((f) => f.high > f.low && isLoaded(f.low)).sort((a, b) => a.low - b.low);
  }

  at(pc: number): Fde | undefined {
    // If both sections describe the same function, either will do.
    const fde = this.fdes[lastAtOrBelow(this.fdes, pc, (f) => f.low)];
    return fde && pc < fde.high ? fde : undefined;
  }
}

function read(
  elf: ElfFile,
  name: string,
  note: (problem: SymbolError) => void,
): { bytes: Uint8Array; address: number } {
  const address = elf.sections.find((s) => s.name === name)?.address ?? 0;
  try {
    return { bytes: contentsOf(elf, name) ?? new Uint8Array(0), address };
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error;
    note(error);
    return { bytes: new Uint8Array(0), address };
  }
}

class SectionReader {
  private readonly cies = new Map<number, Cie>();
  private readonly isEh: boolean;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly name: string,
    /** The address at which the section is loaded, which pc-relative pointers need. */
    private readonly address: number,
    private readonly note: (problem: SymbolError) => void,
  ) {
    this.isEh = name === ".eh_frame";
  }

  /** Adds all FDEs. One that cannot be read is noted and left out; a bad length ends the section. */
  read(fdes: Fde[]): void {
    for (let at = 0; at + 4 <= this.bytes.length;) {
      const length = new ByteReader(this.bytes, this.name, at).u32();
      // .eh_frame ends with a zero length (crtend.o). This does not occur in .debug_frame.
      const end = at + 4 + length;
      if (length === 0 || length >= 0xfffffff0 || end > this.bytes.length) {
        if (length !== 0) this.note(this.corrupt(at, "entry longer than its section"));
        return;
      }
      try {
        const fde = this.entry(at, end);
        if (fde) fdes.push(fde);
      } catch (error) {
        if (!(error instanceof SymbolError)) throw error;
        this.note(error);
      }
      at = end;
    }
  }

  private corrupt(offset: number, what: string): SymbolError {
    return new SymbolError({ code: "dwarf-corrupt", section: this.name, offset, what });
  }

  private isCieId(id: number): boolean {
    return id === (this.isEh ? 0 : DEBUG_FRAME_CIE);
  }

  private entry(at: number, end: number): Fde | undefined {
    const reader = new ByteReader(this.bytes, this.name, at + 4, end);
    const idAt = reader.at;
    const id = reader.u32();
    if (this.isCieId(id)) return undefined;
    const cie = this.cieAt(this.isEh ? idAt - id : id);
    const low = this.pointer(reader, cie.pointerEncoding);
    const size = this.pointer(reader, cie.pointerEncoding & EhPe.FormatMask);
    if (cie.hasAugmentationData) reader.skip(reader.uleb());
    const instructions = reader.block(end - reader.at);
    return { cie, low, high: low + size, instructions };
  }

  private cieAt(offset: number): Cie {
    let cie = this.cies.get(offset);
    if (!cie) {
      cie = this.readCie(offset);
      this.cies.set(offset, cie);
    }
    return cie;
  }

  private readCie(offset: number): Cie {
    const header = new ByteReader(this.bytes, this.name, offset);
    const length = header.u32();
    const end = header.at + length;
    if (end > this.bytes.length || !this.isCieId(header.u32())) throw this.corrupt(offset, "no CIE at its offset");
    const reader = new ByteReader(this.bytes, this.name, header.at, end);
    const version = reader.u8();
    const augmentation = reader.cstring();
    if (version >= 4) reader.skip(2); // address size, segment selector size
    const codeAlignment = reader.uleb();
    const dataAlignment = reader.sleb();
    const returnRegister = version === 1 ? reader.u8() : reader.uleb();
    const details = this.augmentation(reader, augmentation, offset);
    const instructions = reader.block(end - reader.at);
    return { codeAlignment, dataAlignment, returnRegister, instructions, ...details };
  }

  /** The letters of the augmentation string (LSB 10.6.1.1). */
  private augmentation(
    reader: ByteReader,
    text: string,
    offset: number,
  ): Pick<Cie, "isSignalFrame" | "pointerEncoding" | "hasAugmentationData"> {
    let pointerEncoding: number = EhPe.Absptr;
    const hasAugmentationData = text.startsWith("z");
    const end = hasAugmentationData ? reader.uleb() + reader.at : reader.at;
    for (const letter of text) {
      if (letter === "R") pointerEncoding = reader.u8();
      else if (letter === "P") this.pointer(reader, reader.u8());
      else if (letter === "L") reader.skip(1);
      else if (letter !== "z" && letter !== "S") {
        if (!hasAugmentationData) throw this.corrupt(offset, `augmentation ${text}`);
        break;
      }
    }
    if (hasAugmentationData) reader.skip(end - reader.at);
    return { isSignalFrame: text.includes("S"), pointerEncoding, hasAugmentationData };
  }

  private pointer(reader: ByteReader, encoding: number): number {
    const place = this.address + reader.at;
    const value = this.encoded(reader, encoding & EhPe.FormatMask);
    switch (encoding & EhPe.ApplicationMask) {
      case EhPe.Absptr:
        return value >>> 0;
      case EhPe.Pcrel:
        return (value + place) >>> 0;
      default:
        throw this.corrupt(reader.at, `pointer encoding 0x${encoding.toString(16)}`);
    }
  }

  private encoded(reader: ByteReader, format: EhPe): number {
    switch (format) {
      case EhPe.Absptr:
      case EhPe.Udata4:
        return reader.u32();
      case EhPe.Sdata4:
        return reader.s32();
      case EhPe.Udata2:
        return reader.u16();
      case EhPe.Sdata2:
        return reader.s16();
      case EhPe.Uleb128:
        return reader.uleb();
      case EhPe.Sleb128:
        return reader.sleb();
      default:
        throw this.corrupt(reader.at, `pointer encoding 0x${format.toString(16)}`);
    }
  }
}
