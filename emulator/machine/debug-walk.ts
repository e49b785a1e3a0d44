import { Cr0, Cr4, Pte } from "../base/arch";
import { S } from "../base/layout";
import type { State } from "../base/state";
import type { PhysicalMemory } from "../memory/physical";
import type { Walk, WalkLevel } from "./api";

/** Address bits of the high dword of a PAE entry (MAXPHYADDR is 36). */
const PAE_HIGH = 0xf;
const FOUR_GIB = 2 ** 32;
const LARGE_PAGE = 2 ** 21;

/**
 * The page walk as the debugger sees it: every level that it reads, no accessed
 * or dirty bits, no TLB (vol. 3A, 4.3 and 4.4). Reserved bits are shown, not judged.
 */
export class DebugWalker {
  constructor(
    private readonly state: State,
    private readonly physical: PhysicalMemory,
  ) {}

  walk(linear: number): Walk {
    const state = this.state;
    if (!(state.get(S.Cr0) & Cr0.Pg)) return { physical: linear >>> 0, levels: [], writable: true, user: true };
    return state.get(S.Cr4) & Cr4.Pae ? this.walkPae(linear) : this.walk32(linear);
  }

  /** `walk` for the address alone, without a trace of the way: -1 when the page is not mapped. */
  physicalOf(linear: number): number {
    const { state, physical } = this;
    if (!(state.get(S.Cr0) & Cr0.Pg)) return linear >>> 0;
    if (state.get(S.Cr4) & Cr4.Pae) return this.physicalOfPae(linear);
    const pde = physical.read32(page(state.get(S.Cr3)) + (linear >>> 22) * 4);
    if (!(pde & Pte.P)) return -1;
    if (pde & Pte.Ps && state.get(S.Cr4) & Cr4.Pse) return this.walk32(linear).physical ?? -1;
    const pte = physical.read32(page(pde) + ((linear >>> 12) & 0x3ff) * 4);
    return pte & Pte.P ? page(pte) + (linear & 0xfff) : -1;
  }

  private physicalOfPae(linear: number): number {
    const { state, physical } = this;
    const pdpte = S.Pdpte + (linear >>> 30) * 8;
    if (!(state.get(pdpte) & Pte.P)) return -1;
    const pde = paeAddress(state.get(pdpte), state.get(pdpte + 4)) + ((linear >>> 21) & 0x1ff) * 8;
    const low = physical.read32(pde);
    if (!(low & Pte.P)) return -1;
    const table = paeAddress(low, physical.read32(pde + 4));
    // The table's address bits above 2 MiB are the large page's.
    if (low & Pte.Ps) return table - (table % LARGE_PAGE) + (linear & (LARGE_PAGE - 1));
    const pte = table + ((linear >>> 12) & 0x1ff) * 8;
    const lowest = physical.read32(pte);
    return lowest & Pte.P ? paeAddress(lowest, physical.read32(pte + 4)) + (linear & 0xfff) : -1;
  }

  private walk32(linear: number): Walk {
    const pde = this.entry32(2, page(this.state.get(S.Cr3)) + (linear >>> 22) * 4);
    if (!(pde.low & Pte.P)) return unmapped([pde]);
    if (pde.low & Pte.Ps && this.state.get(S.Cr4) & Cr4.Pse) {
      const high = ((pde.low >>> 13) & 0xf) * FOUR_GIB;
      const frame = (pde.low & 0xffc00000) >>> 0;
      return mapped([pde], high + frame + (linear & 0x3fffff), pde.low);
    }
    const pte = this.entry32(1, page(pde.low) + ((linear >>> 12) & 0x3ff) * 4);
    if (!(pte.low & Pte.P)) return unmapped([pde, pte]);
    return mapped([pde, pte], page(pte.low) + (linear & 0xfff), pde.low & pte.low);
  }

  private walkPae(linear: number): Walk {
    const pdpte = this.pdpte(linear >>> 30);
    if (!(pdpte.low & Pte.P)) return unmapped([pdpte]);
    const pde = this.entryPae(2, paePage(pdpte) + ((linear >>> 21) & 0x1ff) * 8);
    if (!(pde.low & Pte.P)) return unmapped([pdpte, pde]);
    if (pde.low & Pte.Ps) {
      const frame = (pde.high & PAE_HIGH) * FOUR_GIB + ((pde.low & 0xffe00000) >>> 0);
      return mapped([pdpte, pde], frame + (linear & 0x1fffff), pde.low);
    }
    const pte = this.entryPae(1, paePage(pde) + ((linear >>> 12) & 0x1ff) * 8);
    const levels = [pdpte, pde, pte];
    if (!(pte.low & Pte.P)) return unmapped(levels);
    return mapped(levels, paePage(pte) + (linear & 0xfff), pde.low & pte.low);
  }

  /** The PDPTE in the processor, which counts, with the address that it was loaded from. */
  private pdpte(index: number): WalkLevel {
    const address = ((this.state.get(S.Cr3) & 0xffffffe0) >>> 0) + index * 8;
    const at = S.Pdpte + index * 8;
    return { level: 3, address, low: this.state.get(at), high: this.state.get(at + 4) };
  }

  private entry32(level: 1 | 2, address: number): WalkLevel {
    return { level, address, low: this.physical.read32(address), high: 0 };
  }

  private entryPae(level: 1 | 2, address: number): WalkLevel {
    return { level, address, low: this.physical.read32(address), high: this.physical.read32(address + 4) };
  }
}

function page(entry: number): number {
  return (entry & 0xfffff000) >>> 0;
}

function paePage(entry: WalkLevel): number {
  return paeAddress(entry.low, entry.high);
}

function paeAddress(low: number, high: number): number {
  return (high & PAE_HIGH) * FOUR_GIB + page(low);
}

function unmapped(levels: WalkLevel[]): Walk {
  return { physical: undefined, levels, writable: false, user: false };
}

function mapped(levels: WalkLevel[], physical: number, rights: number): Walk {
  return { physical, levels, writable: (rights & Pte.Rw) !== 0, user: (rights & Pte.Us) !== 0 };
}
