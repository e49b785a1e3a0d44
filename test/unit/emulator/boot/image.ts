/** Small multiboot images for the loader's tests. */

export interface Segment {
  virtual?: number;
  physical: number;
  bytes: number[];
  memoryBytes?: number;
  type?: number;
}

const HEADER_AT = 0x400;
const DATA_AT = 0x1000;

/** A multiboot1 header with a right checksum. */
export function multibootHeader(flags: number, fields: readonly number[] = []): number[] {
  const words = [0x1badb002, flags, -(0x1badb002 + flags), ...fields];
  return words.flatMap((word) => [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24]);
}

/** An ELF32 executable; each segment's bytes start on a page of the file of their own. */
export function elfImage(segments: readonly Segment[], entry: number, header = multibootHeader(3)): Uint8Array {
  const file = new Uint8Array(DATA_AT * (segments.length + 1));
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 3, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, entry, true);
  view.setUint32(28, 52, true);
  view.setUint16(40, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, segments.length, true);
  segments.forEach((segment, i) => {
    const fileOffset = DATA_AT * (i + 1);
    const { virtual, physical, bytes, memoryBytes, type } = segment;
    const words = [type ?? 1, fileOffset, virtual ?? physical, physical, bytes.length, memoryBytes ?? bytes.length, 7];
    words.forEach((word, field) => view.setUint32(52 + i * 32 + field * 4, word, true));
    file.set(bytes, fileOffset);
  });
  file.set(header, HEADER_AT);
  return file;
}

/** A flat binary whose header carries the load addresses; `fields` are those from header_addr on. */
export function flatImage(code: readonly number[], fields: readonly number[], flags = 0x10003): Uint8Array {
  return Uint8Array.from([...multibootHeader(flags, fields), ...code]);
}

/** The word of an image at a byte offset, changed. */
export function patched(image: Uint8Array, offset: number, ...bytes: number[]): Uint8Array {
  const copy = image.slice();
  copy.set(bytes, offset);
  return copy;
}
