import { Cr0, Cr4, Pte } from "../base/arch";
import { S } from "../base/layout";
import { NumberWalk, type TableEntry } from "../memory/number-walk";
import { describeWalk, type Page } from "../memory/walk";
import type { Walk } from "./api";

const FRAMES_PER_4_GIB = 2 ** 20;
const NOT_MAPPED = -1;
/** The number of walks that are kept, by the lowest bits of their linear page; a power of two. */
const KEPT = 16;

/** A walk that was made: what its result depends on, and the result. */
class Made {
  /** The entries that it read, in the order in which it read them. */
  readonly entries: TableEntry[] = [];
  rights = 0;
  /** The physical address of the page. */
  address = NOT_MAPPED;

  constructor(
    readonly linearPage: number,
    readonly cr0: number,
    readonly cr3: number,
    readonly cr4: number,
  ) {}
}

/**
 * The page walk of memory/walk.ts as the debugger makes it: with the rights of ring 0, without a TLB, without setting
 * bits; reserved bits are shown and not checked. A condition reads the same pages again and again, so walks are kept: a
 * walk is valid as long as everything that it read is unchanged.
 */
export class DebugWalker extends NumberWalk {
  private readonly kept: (Made | undefined)[] = new Array<Made | undefined>(KEPT);
  /** The walk in progress. */
  private making = new Made(0, 0, 0, 0);

  walk(linear: number): Walk {
    const { entries, rights, address } = this.find(linear);
    return {
      physical: address === NOT_MAPPED ? undefined : address + (linear & 0xfff),
      levels: entries.map((entry) => ({
        level: entry.level,
        address: entry.address,
        low: entry.low,
        high: entry.high,
      })),
      writable: (rights & Pte.Rw) !== 0,
      user: (rights & Pte.Us) !== 0,
    };
  }

  /** The physical address of a linear one; -1 when the page is not mapped. */
  physicalOf(linear: number): number {
    const { address } = this.find(linear);
    return address === NOT_MAPPED ? NOT_MAPPED : address + (linear & 0xfff);
  }

  private find(linear: number): Made {
    const linearPage = linear >>> 12;
    const known = this.kept[linearPage & (KEPT - 1)];
    if (known?.linearPage === linearPage && this.holds(known)) return known;
    const { registers } = this;
    const made = new Made(linearPage, registers.get(S.Cr0), registers.get(S.Cr3), registers.get(S.Cr4));
    this.linear = linear;
    this.making = made;
    describeWalk(this);
    this.kept[linearPage & (KEPT - 1)] = made;
    return made;
  }

  /** Whether a walk would read the same again. */
  private holds({ cr0, cr3, cr4, entries }: Made): boolean {
    const { registers } = this;
    if (registers.get(S.Cr0) !== cr0 || registers.get(S.Cr3) !== cr3 || registers.get(S.Cr4) !== cr4) return false;
    for (let n = entries.length - 1; n >= 0; n--) if (!this.stands(entries[n])) return false;
    return true;
  }

  override entry(level: 1 | 2, above: TableEntry | undefined, index: number): TableEntry {
    return this.note(super.entry(level, above, index));
  }

  override pdpte(index: number): TableEntry {
    return this.note(super.pdpte(index));
  }

  private note(entry: TableEntry): TableEntry {
    this.making.entries.push(entry);
    return entry;
  }

  override needClear(_entry: TableEntry, _low: number, _high: number, then: () => void): void {
    then();
  }

  override fault(): void {
    this.making.address = NOT_MAPPED;
  }

  override found({ frame, rights }: Page<number, TableEntry>): void {
    this.making.rights = rights;
    this.making.address = addressOf(frame);
  }
}

const addressOf = (frame: number): number => Math.floor(frame / FRAMES_PER_4_GIB) * 2 ** 32 + ((frame << 12) >>> 0);

/** The same walk by PAE page tables that the processor does not use now, those of a vCPU that does not run. */
export class DirectoryWalker extends NumberWalk {
  private directory = 0;
  /** The physical address of the page. */
  private address = NOT_MAPPED;

  /**
   * The physical address of a linear one; -1 when the page is not mapped.
   * @param directory physical address of the four L3 entries
   */
  physicalOf(linear: number, directory: number): number {
    this.linear = linear;
    this.directory = directory;
    describeWalk(this);
    return this.address === NOT_MAPPED ? NOT_MAPPED : this.address + (linear & 0xfff);
  }

  /** Such tables are walked with paging and PAE, whatever the processor's mode is. */
  override state(at: S): number {
    const value = super.state(at);
    if (at === S.Cr0) return value | Cr0.Pg;
    return at === S.Cr4 ? value | Cr4.Pae : value;
  }

  /** The processor has not loaded these, so they are read where they are. */
  override pdpte(index: number): TableEntry {
    const address = this.directory + index * 8;
    const low = this.physical.read32(address);
    return { level: 3, isWide: true, address, low, high: this.physical.read32(address + 4) };
  }

  override needClear(_entry: TableEntry, _low: number, _high: number, then: () => void): void {
    then();
  }

  override fault(): void {
    this.address = NOT_MAPPED;
  }

  override found({ frame }: Page<number, TableEntry>): void {
    this.address = addressOf(frame);
  }
}
