import { Cr0, Cr4, Efer, Pte } from "../base/arch";
import { S } from "../base/layout";
import type { State } from "../base/state";
import { PAE_NX, PAE_RESERVED_HIGH, PAE_RESERVED_LARGE, PSE_RESERVED_LARGE } from "./paging";
import type { PhysicalMemory } from "./physical";

/** One table entry that a walk read. */
export interface WalkLevel {
  /** 3 = PDPTE (PAE), 2 = PDE, 1 = PTE. */
  level: 1 | 2 | 3;
  /** Physical address of the entry; a PDPTE's is where CR3 points, its value is the loaded register. */
  address: number;
  low: number;
  /** High dword, 0 for 4-byte entries. */
  high: number;
}

/** How a linear address is translated, or where that ends. */
export interface Walk {
  /** Undefined when the page is not mapped. */
  physical: number | undefined;
  /** Entries in the order of the walk; none when paging is off. The last one is the one that ended it. */
  levels: readonly WalkLevel[];
  /** Rights of the page, all levels combined; false when not mapped. */
  writable: boolean;
  user: boolean;
  executable: boolean;
  /** Why the last level ended the walk without a page. */
  failure: "not-present" | "reserved-bit" | undefined;
  /** 4 KiB, or 2 or 4 MiB; 0 when not mapped. */
  pageBytes: number;
}

/** Walks the page tables for a debugger: no accessed or dirty bit is set, nothing is raised or cached. */
export class PageInspector {
  constructor(
    private readonly state: State,
    private readonly physical: PhysicalMemory,
  ) {}

  translate(linear: number): Walk {
    if ((this.state.get(S.Cr0) & Cr0.Pg) === 0) return mapped(linear >>> 0, [], Pte.Rw | Pte.Us, true, 4096);
    return (this.state.get(S.Cr4) & Cr4.Pae) !== 0 ? this.walkPae(linear) : this.walk32(linear);
  }

  /** The physical address behind a linear one, or -1 when it is not mapped. */
  physicalOf(linear: number): number {
    return this.translate(linear).physical ?? -1;
  }

  private walk32(linear: number): Walk {
    const pde = this.entry32(2, ((this.state.get(S.Cr3) & 0xfffff000) >>> 0) + ((linear >>> 22) << 2));
    if ((pde.low & Pte.P) === 0) return failed([pde], "not-present");
    if ((pde.low & Pte.Ps) !== 0 && (this.state.get(S.Cr4) & Cr4.Pse) !== 0) {
      if ((pde.low & PSE_RESERVED_LARGE) !== 0) return failed([pde], "reserved-bit");
      const base = ((pde.low >>> 13) & 0xf) * 0x1_0000_0000 + ((pde.low & 0xffc00000) >>> 0);
      return mapped(base + (linear & 0x3fffff), [pde], pde.low, true, 0x400000);
    }
    const pte = this.entry32(1, ((pde.low & 0xfffff000) >>> 0) + (((linear >>> 12) & 0x3ff) << 2));
    if ((pte.low & Pte.P) === 0) return failed([pde, pte], "not-present");
    const physical = ((pte.low & 0xfffff000) >>> 0) + (linear & 0xfff);
    return mapped(physical, [pde, pte], pde.low & pte.low, true, 4096);
  }

  private walkPae(linear: number): Walk {
    const state = this.state;
    const slot = linear >>> 30;
    const pdpte: WalkLevel = {
      level: 3,
      address: ((state.get(S.Cr3) & 0xffffffe0) >>> 0) + slot * 8,
      low: state.get(S.Pdpte + slot * 8),
      high: state.get(S.Pdpte + slot * 8 + 4),
    };
    if ((pdpte.low & Pte.P) === 0) return failed([pdpte], "not-present");
    const reserved = (state.get(S.Efer) & Efer.Nxe) !== 0 ? PAE_RESERVED_HIGH : PAE_RESERVED_HIGH | PAE_NX;
    const pde = this.entry64(2, tableAddress(pdpte) + (((linear >>> 21) & 0x1ff) << 3));
    if ((pde.low & Pte.P) === 0) return failed([pdpte, pde], "not-present");
    if ((pde.high & reserved) !== 0) return failed([pdpte, pde], "reserved-bit");
    if ((pde.low & Pte.Ps) !== 0) {
      if ((pde.low & PAE_RESERVED_LARGE) !== 0) return failed([pdpte, pde], "reserved-bit");
      const base = (pde.high & 0xf) * 0x1_0000_0000 + ((pde.low & 0xffe00000) >>> 0);
      return mapped(base + (linear & 0x1fffff), [pdpte, pde], pde.low, (pde.high & PAE_NX) === 0, 0x200000);
    }
    const pte = this.entry64(1, tableAddress(pde) + (((linear >>> 12) & 0x1ff) << 3));
    const levels = [pdpte, pde, pte];
    if ((pte.low & Pte.P) === 0) return failed(levels, "not-present");
    if ((pte.high & reserved) !== 0) return failed(levels, "reserved-bit");
    const executable = ((pde.high | pte.high) & PAE_NX) === 0;
    return mapped(tableAddress(pte) + (linear & 0xfff), levels, pde.low & pte.low, executable, 4096);
  }

  private entry32(level: 1 | 2, address: number): WalkLevel {
    return { level, address, low: this.physical.read32(address), high: 0 };
  }

  private entry64(level: 1 | 2, address: number): WalkLevel {
    return { level, address, low: this.physical.read32(address), high: this.physical.read32(address + 4) };
  }
}

/** The physical address in a PAE entry that points to a 4 KiB table or page. */
function tableAddress(entry: WalkLevel): number {
  return (entry.high & 0xf) * 0x1_0000_0000 + ((entry.low & 0xfffff000) >>> 0);
}

function mapped(physical: number, levels: WalkLevel[], rights: number, executable: boolean, pageBytes: number): Walk {
  const writable = (rights & Pte.Rw) !== 0;
  const user = (rights & Pte.Us) !== 0;
  return { physical, levels, writable, user, executable, failure: undefined, pageBytes };
}

function failed(levels: WalkLevel[], failure: "not-present" | "reserved-bit"): Walk {
  return { physical: undefined, levels, writable: false, user: false, executable: false, failure, pageBytes: 0 };
}
