import type { Rng } from "../../differential/rng";

/** The world that a random program runs in: where things lie, and in which ring and under which tables. */

/** Linear addresses, and physical ones but for ALIAS and LARGE. */
export const enum At {
  /** Page directory, or the PDPTEs of PAE paging. */
  Root = 0x1000,
  Table = 0x2000,
  Gdt = 0x3000,
  Idt = 0x4000,
  Tss = 0x5000,
  PaeDirectory = 0x6000,
  PaeTable = 0x7000,
  Code = 0x10000,
  Handlers = 0x30000,
  /** Tops of the stacks. */
  UserStack = 0x3e000,
  KernelStack = 0x3f000,
  /** The handlers' word: events so far. */
  Events = 0x3f800,
  /** The code is mapped here a second time; handlers swap the pages. */
  Alias = 0x40000,
  Data = 0x60000,
  End = 0x68000,
  /** A large page that maps all of it once more. */
  Large = 0x400000,
}

export const RAM_BYTES = 0x100000;
export const CODE_BYTES = 0x4000;
export const DATA_PAGES = 8;
export const PAGE = 0x1000;

export type Ring = 0 | 1 | 3;

export interface Setting {
  ring: Ring;
  paging: "off" | "32-bit" | "PAE";
  writeProtect: boolean;
  /** CR4.PGE, with global pages for the code and half of the data. */
  global: boolean;
  /** IA32_EFER.NXE, under PAE paging. */
  noExecute: boolean;
  /** Of the ring's segments: all, or one that ends among the data. */
  limit: number;
  /** CLI and STI are allowed. */
  iopl: boolean;
  /** Somebody is told of each change of ring. */
  traced: boolean;
  /** Memory is watched now and then: costs compiled code. */
  watched: boolean;
}

/** Code and data selectors of each ring. */
export const SELECTORS: Record<Ring, readonly [code: number, data: number]> = {
  0: [0x08, 0x10],
  1: [0x19, 0x21],
  3: [0x2b, 0x33],
};
export const TSS_SELECTOR = 0x38;

/** A segment that is not flat, for any ring. */
interface OddSegment {
  selector: number;
  base: number;
  /** In bytes, below 1 MiB. */
  limit: number;
  /** Type field: 2 read-write, 0 read-only, 6 expand-down. */
  type: number;
}

export const ODD_SEGMENTS: readonly OddSegment[] = [
  { selector: 0x43, base: 0x1234, limit: 0x66000, type: 2 },
  { selector: 0x4b, base: 0, limit: At.Data + 0x2abc, type: 2 },
  { selector: 0x53, base: 0, limit: At.Data + 0xfff, type: 6 },
  { selector: 0x5b, base: 0, limit: 0xfffff, type: 0 },
  { selector: 0x63, base: 0xfffff000, limit: 0xfffff, type: 2 },
];

/** A writable segment around the data, in reach of 16-bit addresses. */
export const NARROW_DATA = { selector: 0x6b, base: At.Data, limit: 0xffff };
/** 16-bit code: the program's, for any ring (conforming). */
export const NARROW_CODE = { selector: 0x70, base: At.Code, limit: CODE_BYTES - 1 };
export const GDT_LIMIT = 0x77;

/** Linear addresses of pages that hold no code where `noExecute` is set: the first of the second mapping, and all data. */
export const isNoExecute = ({ noExecute }: Setting, linear: number): boolean =>
  noExecute && (linear >>> 12 === At.Alias >>> 12 || (linear >= At.Data && linear < At.End));

const WHOLE = 0xffffffff;

export function makeSetting(rng: Rng): Setting {
  const paging = rng.pick(["off", "32-bit", "32-bit", "PAE", "PAE"] as const);
  return {
    ring: rng.pick([0, 1, 3, 3] as const),
    paging,
    noExecute: paging === "PAE" && rng.oneIn(3),
    writeProtect: rng.oneIn(2),
    global: rng.oneIn(2),
    limit: rng.oneIn(3) ? At.Data + 7 * PAGE - 1 : WHOLE,
    iopl: rng.oneIn(2),
    traced: rng.oneIn(4),
    watched: rng.oneIn(12),
  };
}

export const describeSetting = ({
  ring,
  paging,
  noExecute,
  writeProtect,
  global,
  limit,
  iopl,
  traced,
  watched,
}: Setting): string =>
  [
    `ring ${ring.toString()}`,
    paging === "off"
      ? "paging off"
      : `${paging} paging${writeProtect ? ", CR0.WP" : ""}${global ? ", global pages" : ""}${noExecute ? ", pages without code" : ""}`,
    `limit ${limit.toString(16)}`,
    `IOPL ${iopl ? "3" : "0"}`,
    ...(traced ? ["changes of ring traced"] : []),
    ...(watched ? ["memory watched"] : []),
  ].join(", ");
