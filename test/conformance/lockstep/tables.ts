import { Pte, SysType } from "../../../emulator/base/arch";
import {
  At,
  CODE_BYTES,
  DATA_PAGES,
  isNoExecute,
  NARROW_CODE,
  NARROW_DATA,
  ODD_SEGMENTS,
  PAGE,
  SELECTORS,
  type Setting,
  TSS_SELECTOR,
} from "./setting";

/** Descriptor and page tables of a random program's world. */

const ALL = Pte.P | Pte.Rw | Pte.Us;
/** Below 2 MiB there is one table, of either kind. */
const PAGES = 256;

export const isMapped = (setting: Setting): boolean => setting.paging !== "off";

/** Bytes of a page-table entry. */
export const entryBytes = (setting: Setting): 4 | 8 => (setting.paging === "PAE" ? 8 : 4);

/** Physical address of the page-table entry for a linear address below 1 MiB. */
export const entryAt = (setting: Setting, linear: number): number =>
  (setting.paging === "PAE" ? At.PaeTable : At.Table) + (linear >>> 12) * entryBytes(setting);

/** The page's frame and its rights at the start. */
function entryFor(setting: Setting, linear: number): number {
  const global = setting.global ? Pte.G : 0;
  if (linear >= At.Alias && linear < At.Alias + CODE_BYTES) return (linear - At.Alias + At.Code) | ALL;
  if (linear >= At.Code && linear < At.Code + CODE_BYTES) return linear | ALL | global;
  const isGlobalData = linear >= At.Data && linear < At.Data + (DATA_PAGES / 2) * PAGE;
  return linear | ALL | (isGlobalData ? global : 0);
}

/** The upper half of a PAE entry. */
const NO_EXECUTE = 0x80000000;

function writePages(memory: DataView, setting: Setting): void {
  const put = (at: number, entry: number): void => {
    memory.setUint32(at, entry, true);
  };
  if (setting.paging === "PAE") {
    put(At.Root, At.PaeDirectory | Pte.P);
    put(At.PaeDirectory, At.PaeTable | ALL);
    put(At.PaeDirectory + (At.Large >>> 21) * 8, ALL | Pte.Ps);
  } else {
    put(At.Root, At.Table | ALL);
    put(At.Root + (At.Large >>> 22) * 4, ALL | Pte.Ps);
  }
  for (let linear = 0; linear < PAGES * PAGE; linear += PAGE) {
    put(entryAt(setting, linear), entryFor(setting, linear));
    if (isNoExecute(setting, linear)) put(entryAt(setting, linear) + 4, NO_EXECUTE);
  }
}

/** What programs and the processor may change in an entry: rights, accessed and dirty; and the frames of the second mapping. */
const FREE = ALL | Pte.A | Pte.D;

/**
 * Whether the tables are as they may be: a program that has written them by
 * chance did not flush the TLB, so that what it sees is left open by the
 * manual (vol. 3A, 4.10.4).
 */
export function areTablesSound(memory: DataView, setting: Setting): boolean {
  if (!isMapped(setting)) return true;
  const wide = setting.paging === "PAE";
  const intact = (at: number, entry: number, free = FREE, high = 0): boolean =>
    ((memory.getUint32(at, true) ^ entry) & ~free) === 0 && (!wide || memory.getUint32(at + 4, true) === high);
  const top = wide
    ? intact(At.Root, At.PaeDirectory | Pte.P, 0) && intact(At.PaeDirectory, At.PaeTable | ALL)
    : intact(At.Root, At.Table | ALL);
  const large = wide ? At.PaeDirectory + (At.Large >>> 21) * 8 : At.Root + (At.Large >>> 22) * 4;
  if (!top || !intact(large, ALL | Pte.Ps)) return false;
  for (let linear = 0; linear < PAGES * PAGE; linear += PAGE) {
    const isAlias = linear >= At.Alias && linear < At.Alias + CODE_BYTES;
    if (
      !intact(
        entryAt(setting, linear),
        entryFor(setting, linear),
        isAlias ? FREE | (CODE_BYTES - PAGE) : FREE,
        isNoExecute(setting, linear) ? NO_EXECUTE : 0,
      )
    )
      return false;
  }
  return true;
}

const enum Type {
  Data = 0x3,
  Code = 0xb,
  ConformingCode = 0xf,
}

const BIG = 0x00400000;

/** A present segment descriptor; `limit` in bytes, or in pages and then a whole number of them. */
function segment(memory: DataView, selector: number, type: number, base: number, limit: number, big = BIG): void {
  const inPages = limit > 0xfffff;
  const units = inPages ? limit >>> 12 : limit;
  const at = At.Gdt + (selector & ~7);
  memory.setUint32(at, ((units & 0xffff) | (base << 16)) >>> 0, true);
  const rights = 0x00009000 | big | (inPages ? 0x00800000 : 0) | (type << 8) | ((selector & 3) << 13);
  memory.setUint32(at + 4, ((base & 0xff000000) | (units & 0xf0000) | rights | ((base >>> 16) & 0xff)) >>> 0, true);
}

function writeGdt(memory: DataView, { ring, limit }: Setting): void {
  for (const of of [0, 1, 3] as const) {
    const [code, data] = SELECTORS[of];
    segment(memory, code, Type.Code, 0, of === ring ? limit : 0xffffffff);
    segment(memory, data, Type.Data, 0, of === ring ? limit : 0xffffffff);
  }
  for (const { selector, type, base, limit: odd } of ODD_SEGMENTS) segment(memory, selector, type | 1, base, odd);
  segment(memory, NARROW_DATA.selector, Type.Data, NARROW_DATA.base, NARROW_DATA.limit);
  segment(memory, NARROW_CODE.selector, Type.ConformingCode, NARROW_CODE.base, NARROW_CODE.limit, 0);
  memory.setUint32(At.Gdt + TSS_SELECTOR, (At.Tss << 16) | 0x67, true);
  memory.setUint32(At.Gdt + TSS_SELECTOR + 4, 0x8000 | (SysType.Tss32Busy << 8), true);
  memory.setUint32(At.Tss + 4, At.KernelStack, true);
  memory.setUint32(At.Tss + 8, SELECTORS[0][1], true);
}

/** Interrupt gates that every ring may use; handlers have a code segment without a limit. */
function writeIdt(memory: DataView, vectors: readonly number[]): void {
  vectors.forEach((handler, vector) => {
    memory.setUint32(At.Idt + vector * 8, ((HANDLER_CODE << 16) | (handler & 0xffff)) >>> 0, true);
    memory.setUint32(At.Idt + vector * 8 + 4, ((handler & 0xffff0000) | 0xee00) >>> 0, true);
  });
}

export const HANDLER_CODE = SELECTORS[0][0];

/** @param vectors each vector's handler */
export function writeTables(memory: DataView, setting: Setting, vectors: readonly number[]): void {
  writeGdt(memory, setting);
  writeIdt(memory, vectors);
  if (isMapped(setting)) writePages(memory, setting);
}
