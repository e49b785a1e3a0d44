import { Cr0, Cr4, Efer, PfError, Pte } from "../base/arch";
import { Count, S } from "../base/layout";
import type { State } from "../base/state";
import type { PhysicalMemory } from "./physical";

/** What a walk is for; the bits are those of the page-fault error code (PfError W, U and I). */
export const enum Access {
  Read = 0,
  Write = 1 << 1,
  User = 1 << 2,
  Fetch = 1 << 4,
}

/** A walk that found the page. */
export const WALK_OK = -1;

/** Bits 36-62 of a PAE entry are reserved (MAXPHYADDR is 36); in the high dword. */
export const PAE_RESERVED_HIGH = 0x7ffffff0;
/** Bit 63, in the high dword. */
export const PAE_NX = 1 << 31;
/** Bits 13-20 of a PAE entry for a 2 MiB page. */
export const PAE_RESERVED_LARGE = 0x001fe000;
/** Bits 17-21 of an entry for a 4 MiB page (PSE-36: bits 13-16 are address bits 32-35). */
export const PSE_RESERVED_LARGE = 0x003e0000;
/** Bits 1-2 and 5-8 of a PDPTE. */
export const PDPTE_RESERVED = 0x000001e6;

/**
 * The page walk (vol. 3A, chapter 4): 32-bit paging with 4 MiB pages and PAE
 * paging with 2 MiB pages. `walk` leaves what it found in the public fields.
 * Accessed and dirty bits are set once all checks have passed, never by an
 * access that faults.
 */
export class Paging {
  /** Physical page (physical address >>> 12), 24 bits. */
  frame = 0;
  /** The page is 2 or 4 MiB. */
  large = false;
  global = false;
  /** A write with the same U/S would succeed, and the dirty bit is already set. */
  writable = false;

  private fetchBit = 0;

  constructor(
    private readonly state: State,
    private readonly physical: PhysicalMemory,
  ) {}

  /**
   * Translates one linear address for `access` (Access bits).
   * @returns WALK_OK, or the page-fault error code
   */
  walk(linear: number, access: number): number {
    const state = this.state;
    if ((state.get(S.Cr0) & Cr0.Pg) === 0) {
      this.frame = linear >>> 12;
      this.large = this.global = false;
      this.writable = true;
      return WALK_OK;
    }
    state.counters.count(Count.Walks);
    return (state.get(S.Cr4) & Cr4.Pae) !== 0 ? this.walkPae(linear, access) : this.walk32(linear, access);
  }

  /**
   * Reads the four PDPTEs that `cr3` points to into the processor (vol. 3A, 4.4.1).
   * @returns false, with nothing changed, when a present one has a reserved bit set
   */
  loadPdptes(cr3: number): boolean {
    const base = (cr3 & 0xffffffe0) >>> 0;
    for (let at = 0; at < 32; at += 8) {
      const low = this.physical.read32(base + at);
      if ((low & Pte.P) === 0) continue;
      if ((low & PDPTE_RESERVED) !== 0 || (this.physical.read32(base + at + 4) & ~0xf) !== 0) return false;
    }
    for (let at = 0; at < 32; at += 4) this.state.set(S.Pdpte + at, this.physical.read32(base + at));
    return true;
  }

  private walk32(linear: number, access: number): number {
    const physical = this.physical;
    const cr4 = this.state.get(S.Cr4);
    this.fetchBit = 0;
    const pdeAt = (this.state.get(S.Cr3) & 0xfffff000) + ((linear >>> 22) << 2);
    const pdeAddress = pdeAt >>> 0;
    const pde = physical.read32(pdeAddress);
    if ((pde & Pte.P) === 0) return this.code(access, 0);
    if ((pde & Pte.Ps) !== 0 && (cr4 & Cr4.Pse) !== 0) {
      if ((pde & PSE_RESERVED_LARGE) !== 0) return this.code(access, PfError.P | PfError.Rsvd);
      if (this.denies(pde, false, access)) return this.code(access, PfError.P);
      this.frame = (((pde >>> 13) & 0xf) << 20) + ((pde >>> 22) << 10) + ((linear >>> 12) & 0x3ff);
      this.large = true;
      this.finish(pde, pde, pdeAddress, access);
      return WALK_OK;
    }
    const pteAddress = ((pde & 0xfffff000) >>> 0) + (((linear >>> 12) & 0x3ff) << 2);
    const pte = physical.read32(pteAddress);
    if ((pte & Pte.P) === 0) return this.code(access, 0);
    if (this.denies(pde & pte, false, access)) return this.code(access, PfError.P);
    if ((pde & Pte.A) === 0) physical.write32(pdeAddress, pde | Pte.A);
    this.frame = pte >>> 12;
    this.large = false;
    this.finish(pte, pde & pte, pteAddress, access);
    return WALK_OK;
  }

  private walkPae(linear: number, access: number): number {
    const physical = this.physical;
    const nxe = (this.state.get(S.Efer) & Efer.Nxe) !== 0;
    const reservedHigh = nxe ? PAE_RESERVED_HIGH : PAE_RESERVED_HIGH | PAE_NX;
    this.fetchBit = nxe ? PfError.I : 0;
    const pdpte = S.Pdpte + ((linear >>> 30) << 3);
    const directory = this.state.get(pdpte);
    if ((directory & Pte.P) === 0) return this.code(access, 0);
    const pdeAddress = tableAddress(directory, this.state.get(pdpte + 4)) + (((linear >>> 21) & 0x1ff) << 3);
    const pde = physical.read32(pdeAddress);
    if ((pde & Pte.P) === 0) return this.code(access, 0);
    const pdeHigh = physical.read32(pdeAddress + 4);
    if ((pdeHigh & reservedHigh) !== 0) return this.code(access, PfError.P | PfError.Rsvd);
    if ((pde & Pte.Ps) !== 0) {
      if ((pde & PAE_RESERVED_LARGE) !== 0) return this.code(access, PfError.P | PfError.Rsvd);
      if (this.denies(pde, (pdeHigh & PAE_NX) !== 0, access)) return this.code(access, PfError.P);
      this.frame = ((pdeHigh & 0xf) << 20) + ((pde >>> 21) << 9) + ((linear >>> 12) & 0x1ff);
      this.large = true;
      this.finish(pde, pde, pdeAddress, access);
      return WALK_OK;
    }
    const pteAddress = tableAddress(pde, pdeHigh) + (((linear >>> 12) & 0x1ff) << 3);
    const pte = physical.read32(pteAddress);
    if ((pte & Pte.P) === 0) return this.code(access, 0);
    const pteHigh = physical.read32(pteAddress + 4);
    if ((pteHigh & reservedHigh) !== 0) return this.code(access, PfError.P | PfError.Rsvd);
    if (this.denies(pde & pte, ((pdeHigh | pteHigh) & PAE_NX) !== 0, access)) return this.code(access, PfError.P);
    if ((pde & Pte.A) === 0) physical.write32(pdeAddress, pde | Pte.A);
    this.frame = ((pteHigh & 0xf) << 20) + (pte >>> 12);
    this.large = false;
    this.finish(pte, pde & pte, pteAddress, access);
    return WALK_OK;
  }

  /** Whether the combined rights of all levels forbid the access (vol. 3A, 4.6). */
  private denies(rights: number, noExecute: boolean, access: number): boolean {
    if ((access & Access.User) !== 0) {
      if ((rights & Pte.Us) === 0) return true;
      if ((access & Access.Write) !== 0 && (rights & Pte.Rw) === 0) return true;
    } else if ((access & Access.Write) !== 0 && (rights & Pte.Rw) === 0 && this.writeProtect()) {
      return true;
    }
    return noExecute && (access & Access.Fetch) !== 0;
  }

  /** Sets A, and D for a write, in the entry that maps the page, and tells what the page allows. */
  private finish(entry: number, rights: number, address: number, access: number): void {
    const dirty = (access & Access.Write) !== 0 ? Pte.D : 0;
    const marked = entry | Pte.A | dirty;
    if (marked !== (entry | 0)) this.physical.write32(address, marked);
    this.global = (entry & Pte.G) !== 0 && (this.state.get(S.Cr4) & Cr4.Pge) !== 0;
    const mayWrite = (rights & Pte.Rw) !== 0 || ((access & Access.User) === 0 && !this.writeProtect());
    this.writable = mayWrite && (marked & Pte.D) !== 0;
  }

  private writeProtect(): boolean {
    return (this.state.get(S.Cr0) & Cr0.Wp) !== 0;
  }

  /** The error code of figure 4-12; the I bit appears only where pages can be no-execute. */
  private code(access: number, cause: number): number {
    return (access & (Access.Write | Access.User)) | (access & this.fetchBit) | cause;
  }
}

/** The physical address in the low and high dword of a PAE entry that points to a table. */
function tableAddress(low: number, high: number): number {
  return (high & 0xf) * 0x1_0000_0000 + ((low & 0xfffff000) >>> 0);
}
