import { S } from "../base/layout";
import type { State } from "../base/state";
import type { PhysicalMemory } from "./physical";
import type { Entry, Page, Walker } from "./walk";

/** A table entry, and where it is. */
export interface TableEntry extends Entry<number> {
  /** The physical address, of up to 36 bits. A PDPTE's is where CR3 points; its value is the loaded register. */
  readonly address: number;
}

/** The physical address in an entry that points to a table, or to a page of 4 KiB. */
export function tableAddress(low: number, high: number): number {
  return (high & 0xf) * 0x1_0000_0000 + ((low & 0xfffff000) >>> 0);
}

/** A walk that is made at once, in TypeScript. The derived class decides what happens with its outcome. */
export abstract class NumberWalk implements Walker<number, TableEntry> {
  linear = 0;
  access = 0;
  readonly fetches = true;

  constructor(
    protected readonly registers: State,
    protected readonly physical: PhysicalMemory,
  ) {}

  abstract needClear(entry: TableEntry, low: number, high: number, then: () => void): void;
  abstract fault(cause: number): void;
  abstract found(page: Page<number, TableEntry>): void;

  entry(level: 1 | 2, above: TableEntry | undefined, index: number): TableEntry {
    const isWide = above?.isWide ?? false;
    const table = above ? tableAddress(above.low, above.high) : (this.registers.get(S.Cr3) & 0xfffff000) >>> 0;
    const address = table + index * (isWide ? 8 : 4);
    const low = this.physical.read32(address);
    return { level, isWide, address, low, high: isWide ? this.physical.read32(address + 4) : 0 };
  }

  pdpte(index: number): TableEntry {
    const { registers } = this;
    const address = ((registers.get(S.Cr3) & 0xffffffe0) >>> 0) + index * 8;
    const at = S.Pdpte + index * 8;
    return { level: 3, isWide: true, address, low: registers.get(at), high: registers.get(at + 4) };
  }

  /** Whether an entry still has the value that was read. */
  protected stands(entry: TableEntry): boolean {
    if (entry.level === 3)
      return this.registers.get(S.Pdpte + (entry.address & 0x18)) === entry.low && this.standsHigh(entry);
    return this.physical.read32(entry.address) === entry.low && (!entry.isWide || this.standsHigh(entry));
  }

  private standsHigh({ level, address, high }: TableEntry): boolean {
    const now = level === 3 ? this.registers.get(S.Pdpte + (address & 0x18) + 4) : this.physical.read32(address + 4);
    return now === high;
  }

  // ---- words

  k(value: number): number {
    return value;
  }

  and(a: number, b: number): number {
    return a & b;
  }

  or(a: number, b: number): number {
    return a | b;
  }

  shl(a: number, bits: number): number {
    return a << bits;
  }

  shr(a: number, bits: number): number {
    return a >>> bits;
  }

  eqz(a: number): number {
    return a === 0 ? 1 : 0;
  }

  ne(a: number, b: number): number {
    return a === b ? 0 : 1;
  }

  gtU(a: number, b: number): number {
    return a >>> 0 > b >>> 0 ? 1 : 0;
  }

  state(at: S): number {
    return this.registers.get(at);
  }

  keep(value: number): number {
    return value;
  }

  if(condition: number, then: () => void, otherwise: () => void): void {
    if (condition !== 0) then();
    else otherwise();
  }
}
