/** Makes small ELF images and DWARF bytes by hand, for inputs that no compiler writes. */

/** One number of a section: `[value, bytes]`, a LEB128, or text with its zero. */
export type Part =
  number | [value: number, size: 1 | 2 | 4] | { uleb: number } | { sleb: number } | string | Uint8Array;

/** Concatenates parts, little-endian; a plain number is one byte. */
export function bytes(...parts: readonly Part[]): Uint8Array {
  const out: number[] = [];
  for (const part of parts) {
    if (typeof part === "number") out.push(part & 0xff);
    else if (typeof part === "string") out.push(...Buffer.from(`${part}\0`));
    else if (part instanceof Uint8Array) for (const byte of part) out.push(byte);
    else if (Array.isArray(part)) for (let i = 0; i < part[1]; i++) out.push((part[0] >>> (8 * i)) & 0xff);
    else if ("uleb" in part) uleb(out, part.uleb);
    else sleb(out, part.sleb);
  }
  return Uint8Array.from(out);
}

function uleb(out: number[], value: number): void {
  for (; value >= 0x80; value >>>= 7) out.push((value & 0x7f) | 0x80);
  out.push(value);
}

function sleb(out: number[], value: number): void {
  for (; value < -64 || value > 63; value >>= 7) out.push((value & 0x7f) | 0x80);
  out.push(value & 0x7f);
}

/** Bytes with their length, not counting itself, in front: what most DWARF headers begin with. */
export function sized(...parts: readonly Part[]): Uint8Array {
  const body = bytes(...parts);
  return bytes([body.length, 4], body);
}

export interface SectionSpec {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type?: number;
  readonly flags?: number;
  readonly address?: number;
  readonly link?: number;
}

export interface SymbolSpec {
  readonly name: string;
  readonly address: number;
  readonly size?: number;
  /** STT: 0 none, 1 object, 2 function. */
  readonly type?: number;
  readonly local?: boolean;
  readonly section?: number;
}

const PROGBITS = 1;
const SYMTAB = 2;
const STRTAB = 3;

/** `.text` of `size` bytes at `address`, loaded and executable. */
export function text(address: number, size: number): SectionSpec {
  return { name: ".text", bytes: new Uint8Array(size).fill(0x90), flags: 6, address };
}

/** `.symtab` and `.strtab`, to stand at `index` and the one after. */
export function symbolSections(symbols: readonly SymbolSpec[], index: number): SectionSpec[] {
  const names: Part[] = [0];
  const entries: Part[] = [new Uint8Array(16)];
  let at = 1;
  for (const { name, address, size = 0, type = 2, local = false, section = 1 } of symbols) {
    entries.push([at, 4], [address, 4], [size, 4], ((local ? 0 : 1) << 4) | type, 0, [section, 2]);
    names.push(name);
    at += name.length + 1;
  }
  return [
    { name: ".symtab", bytes: bytes(...entries), type: SYMTAB, link: index + 1 },
    { name: ".strtab", bytes: bytes(...names), type: STRTAB },
  ];
}

/** An i386 executable with one segment for each section that has an address. Section 1 is the first of `sections`. */
export function elf(sections: readonly SectionSpec[], entry = 0x1000): Uint8Array {
  const names = [...sections.map((s) => s.name), ".shstrtab"];
  const table = bytes(0, ...names);
  const all: SectionSpec[] = [...sections, { name: ".shstrtab", bytes: table, type: STRTAB }];
  const loaded = sections.filter((s) => s.address !== undefined);
  let offset = 52 + 32 * loaded.length;
  const offsets = all.map((s) => {
    const at = offset;
    offset += s.bytes.length;
    return at;
  });
  const header = bytes(0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, new Uint8Array(9), [2, 2], [3, 2], [1, 4], [entry, 4]);
  const rest = bytes([52, 4], [offset, 4], [0, 4], [52, 2], [32, 2], [loaded.length, 2], [40, 2]);
  const counts = bytes([all.length + 1, 2], [all.length, 2]);
  const segments = loaded.map((s) => {
    const at = offsets[all.indexOf(s)] ?? 0;
    const address = s.address ?? 0;
    const size = s.bytes.length;
    return bytes([1, 4], [at, 4], [address, 4], [address, 4], [size, 4], [size, 4], [5, 4], [1, 4]);
  });
  const headers = all.map((s, i) => {
    const name = 1 + names.slice(0, i).join("").length + i;
    const { type = PROGBITS, flags = 0, address = 0, link = 0 } = s;
    const start = bytes([name, 4], [type, 4], [flags, 4], [address, 4], [offsets[i] ?? 0, 4], [s.bytes.length, 4]);
    return bytes(start, [link, 4], [0, 4], [1, 4], [type === SYMTAB ? 16 : 0, 4]);
  });
  return bytes(header, rest, counts, ...segments, ...all.map((s) => s.bytes), new Uint8Array(40), ...headers);
}
