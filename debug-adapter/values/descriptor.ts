import type { SegmentName, SegmentView } from "../../emulator/index";
import { hex, hex32 } from "./hex";

/** Bits of a descriptor's high dword (SDM vol. 3A, figure 3-8). */
const TYPE_SHIFT = 8;
const S_BIT = 1 << 12;
const DPL_SHIFT = 13;
const P_BIT = 1 << 15;
const DB_BIT = 1 << 22;
const G_BIT = 1 << 23;

/** The meaning of the four type bits if the S bit is clear or set (SDM vol. 3A, tables 3-1 and 3-2). */
const SYSTEM_TYPES: Readonly<Record<number, string>> = {
  1: "16-bit TSS, available",
  2: "LDT",
  3: "16-bit TSS, busy",
  9: "32-bit TSS, available",
  11: "32-bit TSS, busy",
};

/** A descriptor cache in words. */
export interface DescriptorText {
  /** `0xe019: ring 1 code, execute/read, 32-bit, 0x00000000..0xf67fffff`. */
  summary: string;
  fields: { name: string; value: string }[];
}

export function describeSegment(name: SegmentName, segment: SegmentView): DescriptorText {
  const { selector, base, limit, rights, valid } = segment;
  const table = (selector & 4) !== 0 ? "LDT" : "GDT";
  const fields = [
    { name: "selector", value: `${hex(selector, 4)} (${table} entry ${selector >>> 3}, RPL ${selector & 3})` },
    { name: "base", value: hex32(base) },
    { name: "limit", value: hex32(limit) },
    { name: "type", value: typeText(rights) },
    { name: "DPL", value: String((rights >>> DPL_SHIFT) & 3) },
    { name: "present", value: String((rights & P_BIT) !== 0) },
    { name: "granularity", value: (rights & G_BIT) !== 0 ? "4 KiB" : "byte" },
  ];
  if ((rights & S_BIT) !== 0)
    fields.push({ name: isCode(rights) ? "D" : "B", value: (rights & DB_BIT) !== 0 ? "32-bit" : "16-bit" });
  if (!valid)
    return { summary: `${hex(selector, 4)}: ${name === "ldtr" ? "none" : "null"}`, fields: fields.slice(0, 1) };
  const ring = (rights & S_BIT) === 0 ? "" : `ring ${(rights >>> DPL_SHIFT) & 3} `;
  const width = (rights & S_BIT) === 0 ? "" : `, ${(rights & DB_BIT) !== 0 ? "32-bit" : "16-bit"}`;
  const range = isExpandDown(rights) ? `above ${hex32(limit)}` : `${hex32(base)}..${hex32(base + limit)}`;
  return { summary: `${hex(selector, 4)}: ${ring}${typeText(rights)}${width}, ${range}`, fields };
}

function isCode(rights: number): boolean {
  return (rights & S_BIT) !== 0 && ((rights >>> TYPE_SHIFT) & 8) !== 0;
}

function isExpandDown(rights: number): boolean {
  return (rights & S_BIT) !== 0 && !isCode(rights) && ((rights >>> TYPE_SHIFT) & 4) !== 0;
}

function typeText(rights: number): string {
  const type = (rights >>> TYPE_SHIFT) & 15;
  if ((rights & S_BIT) === 0) return SYSTEM_TYPES[type] ?? `system type ${type}`;
  if (isCode(rights))
    return `code, ${(type & 2) !== 0 ? "execute/read" : "execute"}${(type & 4) !== 0 ? ", conforming" : ""}`;
  return `data, ${(type & 2) !== 0 ? "read/write" : "read"}${(type & 4) !== 0 ? ", expand down" : ""}`;
}
