import type { ReadMemory } from "../symbols/index";
import { MAX_INSTRUCTION, type Bitness, type Disassembled, type Disassembler } from "./disassembler";

/** A row of the disassembly view; `bytes` is empty where there is no memory. */
export type Row = Disassembled;

/**
 * Bytes in which no other function or object begins: they can be decoded safely from `low` on, but not beyond `high`.
 */
export interface Stretch {
  readonly low: number;
  readonly high: number;
  /** Whether it is an object of the program, or a section without code. */
  readonly isData: boolean;
}

/** What the window needs to know besides memory. */
export interface CodeMap {
  readonly readMemory: ReadMemory;
  readonly bitness: Bitness;
  readonly disassembler: Disassembler;
  /** The stretch around an address; undefined where no image is. */
  stretch(address: number): Stretch | undefined;
}

/** Bytes in a row of data. */
const DATA_ROW = 8;
/** The longest stretch that is decoded from its beginning to find the instructions before an address. */
const MAX_STRETCH = 1 << 15;

/**
 * `count` rows; the first is `offset` instructions (before, if negative) from the one at `address`. There are always
 * `count` rows, as the protocol requires.
 */
export function disassemblyWindow(address: number, offset: number, count: number, map: CodeMap): Row[] {
  const before = offset < 0 ? rowsBefore(address, -offset, map) : [];
  const after = offset + count > 0 ? rowsFrom(address, offset + count, map) : [];
  const first = offset < 0 ? before.length + offset : offset;
  const rows = [...before, ...after];
  return Array.from({ length: count }, (_, i) => rows[first + i] ?? unmapped((address + offset + i) >>> 0));
}

function rowsFrom(address: number, count: number, map: CodeMap): Row[] {
  const rows: Row[] = [];
  let at = address;
  while (rows.length < count) {
    const wanted = count - rows.length;
    const part = partFrom(at, wanted, map);
    if (part.length === 0) part.push(unmapped(at));
    rows.push(...part.slice(0, wanted));
    at = (at + part.reduce((sum, row) => sum + Math.max(row.bytes.length, 1), 0)) >>> 0;
  }
  return rows;
}

/** Rows up to the end of the stretch at most. */
function partFrom(at: number, count: number, map: CodeMap): Row[] {
  const stretch = map.stretch(at);
  const most = count * (stretch?.isData === true ? DATA_ROW : MAX_INSTRUCTION);
  const bytes = map.readMemory(at, Math.min(most, (stretch?.high ?? Infinity) - at)) ?? new Uint8Array(0);
  return stretch?.isData === true ? dataRows(bytes, at) : map.disassembler.disassemble(bytes, at, map.bitness, count);
}

/** The `count` rows that end exactly at `address`. */
function rowsBefore(address: number, count: number, map: CodeMap): Row[] {
  const parts: Row[][] = [];
  let found = 0;
  let end = address;
  while (found < count && end > 0) {
    const part = wholeStretch(end, map) ?? synchronised(end, map) ?? [singleByte(end - 1, map)];
    parts.unshift(part);
    found += part.length;
    end = part[0]?.address ?? end - 1;
  }
  const rows = parts.flat();
  while (rows.length < count) rows.unshift(unmapped(0));
  return rows.slice(rows.length - count);
}

/**
 * Decodes from the beginning of the stretch before `end`. If no instruction ends exactly at `end`, the last bytes are
 * shown one by one.
 */
function wholeStretch(end: number, map: CodeMap): Row[] | undefined {
  const stretch = map.stretch(end - 1);
  if (stretch === undefined || stretch.low >= end || end - stretch.low > MAX_STRETCH) return undefined;
  const bytes = map.readMemory(stretch.low, end - stretch.low);
  if (bytes === undefined || bytes.length < end - stretch.low) return undefined;
  return stretch.isData
    ? dataRows(bytes, stretch.low)
    : map.disassembler.disassemble(bytes, stretch.low, map.bitness, bytes.length);
}

/** Rows of data as an assembler would write them. */
function dataRows(bytes: Uint8Array, address: number): Row[] {
  const rows: Row[] = [];
  for (let at = 0; at < bytes.length; at += DATA_ROW) {
    const part = bytes.subarray(at, at + DATA_ROW);
    rows.push({ address: (address + at) >>> 0, bytes: part, text: byteText(part), target: undefined });
  }
  return rows;
}

/** `.byte 0x0f, 0xff`. */
export function byteText(bytes: Uint8Array): string {
  return `.byte ${Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(", ")}`;
}

/** Instructions from `start` if they end at `end`. */
function decodeUpTo(start: number, end: number, map: CodeMap): Row[] | undefined {
  const bytes = map.readMemory(start, end - start);
  if (bytes === undefined || bytes.length < end - start) return undefined;
  const rows = map.disassembler.disassemble(bytes, start, map.bitness, end - start);
  const last = rows.at(-1);
  return last?.text !== undefined && last.address + last.bytes.length === end ? rows : undefined;
}

/** Used where no function is known: the longest run of valid instructions that ends at `end`. */
function synchronised(end: number, map: CodeMap): Row[] | undefined {
  for (let back = 4 * MAX_INSTRUCTION; back > 0; back--) {
    const rows = end >= back ? decodeUpTo(end - back, end, map) : undefined;
    if (rows?.every((row) => row.text !== undefined)) return rows;
  }
  return undefined;
}

function singleByte(address: number, map: CodeMap): Row {
  const bytes = map.readMemory(address, 1) ?? new Uint8Array(0);
  return { address, bytes, text: undefined, target: undefined };
}

function unmapped(address: number): Row {
  return { address, bytes: new Uint8Array(0), text: undefined, target: undefined };
}
