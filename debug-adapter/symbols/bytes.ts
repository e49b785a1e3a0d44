import { SymbolError } from "./errors";

/** The length of the longest LEB128 number. 64 bits take 10 bytes; some assemblers pad to a fixed length. */
const MAX_LEB = 16;

/**
 * A cursor over a part of a debug section, little-endian. A read past the end throws `dwarf-corrupt`, so a loop that
 * reads in each turn always ends.
 */
export class ByteReader {
  private readonly view: DataView;

  /**
   * @param section the section's name, for error messages
   * @param at the offset in `bytes` to start from
   * @param end the offset in `bytes` that must not be passed
   */
  constructor(
    readonly bytes: Uint8Array,
    readonly section: string,
    public at = 0,
    readonly end = bytes.length,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (at < 0 || end > bytes.length || at > end) throw this.corrupt("offset outside of the section");
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  corrupt(what: string): SymbolError {
    return new SymbolError({ code: "dwarf-corrupt", section: this.section, offset: this.at, what });
  }

  /** Moves past `length` bytes. @returns their offset */
  skip(length: number): number {
    const at = this.at;
    // The condition is written in such a way that NaN is refused too.
    if (!(length >= 0 && at + length <= this.end)) throw this.corrupt("ends too early");
    this.at = at + length;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.skip(1));
  }

  s8(): number {
    return this.view.getInt8(this.skip(1));
  }

  u16(): number {
    return this.view.getUint16(this.skip(2), true);
  }

  s16(): number {
    return this.view.getInt16(this.skip(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  s32(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  /** The word at an offset that was passed before. */
  peekU32(at: number): number {
    return this.view.getUint32(at, true);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.skip(8), true);
  }

  /** An unsigned number of 1, 2, 3 or 4 bytes. */
  unsigned(size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value += this.u8() * 2 ** (8 * i);
    return value;
  }

  block(length: number): Uint8Array {
    const at = this.skip(length);
    return this.bytes.subarray(at, at + length);
  }

  /** Reads an unsigned LEB128 number. It is imprecise above 2^53, and never infinite. */
  uleb(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < MAX_LEB; count++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw this.endlessNumber();
  }

  /** Reads a signed LEB128 number. It is imprecise above 2^53, and never infinite. */
  sleb(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < MAX_LEB; count++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return byte & 0x40 ? value - scale : value;
    }
    throw this.endlessNumber();
  }

  ulebBig(): bigint {
    return this.lebBig(false);
  }

  slebBig(): bigint {
    return this.lebBig(true);
  }

  private lebBig(signed: boolean): bigint {
    let value = 0n;
    let shift = 0n;
    for (let count = 0; count < MAX_LEB; count++) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return BigInt.asIntN(64, signed && byte & 0x40 ? value - (1n << shift) : value);
    }
    throw this.endlessNumber();
  }

  private endlessNumber(): SymbolError {
    return this.corrupt("a LEB128 number without an end");
  }

  /** A string up to its terminating zero. */
  cstring(): string {
    const start = this.at;
    const zero = this.bytes.indexOf(0, start);
    if (zero < 0 || zero >= this.end) throw this.corrupt("string without an end");
    this.at = zero + 1;
    return decodeText(this.bytes.subarray(start, zero));
  }
}

/**
 * The most bytes of text that are put together one by one. Of a longer text the engine would keep a piece for each
 * byte, thirty times as large.
 */
const SHORT = 32;

/** Decodes UTF-8 text. Short ASCII text, which is the usual case, needs no decoder. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return new TextDecoder().decode(bytes);
  let text = "";
  for (const byte of bytes) {
    if (byte >= 0x80) return new TextDecoder().decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}

/** The longest name that is read whole. Names of C++ templates have some thousand bytes. */
const MAX_NAME = 1 << 16;

/**
 * The string at `offset` of a string table. It is cut if it is longer or has no end; undefined outside of the table.
 */
export function stringAt(table: Uint8Array, offset: number, longest = MAX_NAME): string | undefined {
  if (!(offset >= 0 && offset < table.length)) return undefined;
  const rest = table.subarray(offset, offset + longest);
  const zero = rest.indexOf(0);
  return decodeText(zero < 0 ? rest : rest.subarray(0, zero));
}
