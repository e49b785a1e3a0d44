import type { ReadMemory } from "../symbols/index";
import { disassemble, MAX_INSTRUCTION, type Bitness, type Disassembled } from "./decoder";

/** A row of the disassembly view; `bytes` is empty where there is no memory. */
export type Row = Disassembled;

/** What the window needs to know besides memory. */
export interface CodeMap {
  readonly readMemory: ReadMemory;
  readonly bitness: Bitness;
  /** Entry of the function whose code holds the address: a safe place to begin decoding. */
  functionStart(address: number): number | undefined;
}

/**
 * `count` rows, the first of them `offset` instructions (negative: before)
 * from the one at `address`. Always `count` rows, as the protocol asks.
 */
export function disassemblyWindow(address: number, offset: number, count: number, map: CodeMap): Row[] {
  const before = offset < 0 ? rowsBefore(address, -offset, map) : [];
  const after = offset + count > 0 ? rowsFrom(address, offset + count, map) : [];
  const first = offset < 0 ? before.length + offset : offset;
  const rows = [...before, ...after];
  return Array.from({ length: count }, (_, i) => rows[first + i] ?? unmapped((address + offset + i) >>> 0));
}

function rowsFrom(address: number, count: number, map: CodeMap): Row[] {
  const bytes = map.readMemory(address, count * MAX_INSTRUCTION) ?? new Uint8Array(0);
  const rows = disassemble(bytes, address, map.bitness, count);
  let next = (address + rows.reduce((sum, row) => sum + row.bytes.length, 0)) >>> 0;
  while (rows.length < count) {
    rows.push(unmapped(next));
    next = (next + 1) >>> 0;
  }
  return rows;
}

/** The `count` rows that end exactly at `address`. */
function rowsBefore(address: number, count: number, map: CodeMap): Row[] {
  const rows: Row[] = [];
  let end = address;
  while (rows.length < count && end > 0) {
    const start = map.functionStart(end - 1);
    const chunk = start !== undefined && start < end ? decodeUpTo(start, end, map) : undefined;
    const part = chunk ?? synchronised(end, map) ?? [singleByte(end - 1, map)];
    rows.unshift(...part);
    end = part[0]?.address ?? end - 1;
  }
  while (rows.length < count) rows.unshift(unmapped(0));
  return rows.slice(rows.length - count);
}

/** Instructions from `start` if they end at `end`. */
function decodeUpTo(start: number, end: number, map: CodeMap): Row[] | undefined {
  const bytes = map.readMemory(start, end - start);
  if (bytes === undefined || bytes.length < end - start) return undefined;
  const rows = disassemble(bytes, start, map.bitness, end - start);
  const last = rows.at(-1);
  return last?.text !== undefined && last.address + last.bytes.length === end ? rows : undefined;
}

/** Where no function is known: the longest run of valid instructions that ends at `end`. */
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
