import { Cr4, Efer, PfError, Pte } from "../base/arch";
import { Count, S } from "../base/layout";
import { NumberWalk, type TableEntry } from "./number-walk";
import { Access, describeWalk, type Page, PDPTE_RESERVED } from "./walk";

export { Access };

/** The result of a walk that found the page. */
export const WALK_OK = -1;

/**
 * The page walk of walk.ts that raises faults and sets accessed and dirty bits. `walk` leaves its findings in the
 * public fields.
 */
export class Paging extends NumberWalk {
  /** The physical page (physical address >>> 12), 24 bits. */
  frame = 0;
  /** Whether the page is one of 2 or 4 MiB. */
  large = false;
  global = false;
  /** Whether a write with the same U/S would succeed and the dirty bit is already set. */
  writable = false;

  private result = WALK_OK;

  /**
   * Translates one linear address for `access` (Access bits).
   * @returns WALK_OK, or the page-fault error code
   */
  walk(linear: number, access: number): number {
    this.linear = linear;
    this.access = access;
    describeWalk(this);
    return this.result;
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
    for (let at = 0; at < 32; at += 4) this.registers.set(S.Pdpte + at, this.physical.read32(base + at));
    return true;
  }

  override needClear({ low, high }: TableEntry, lowMask: number, highMask: number, then: () => void): void {
    if (((low & lowMask) | (high & highMask)) !== 0) this.fault(PfError.P | PfError.Rsvd);
    else then();
  }

  /** Makes the error code of figure 4-12. The I bit appears only where pages can be no-execute. */
  override fault(cause: number): void {
    const { access, registers } = this;
    registers.counters.count(Count.Walks);
    const canForbid = (registers.get(S.Cr4) & Cr4.Pae) !== 0 && (registers.get(S.Efer) & Efer.Nxe) !== 0;
    const fetch = canForbid ? access & Access.Fetch : 0;
    this.result = (access & (Access.Write | Access.User)) | fetch | cause;
  }

  override found({ frame, entry, marked, above, isLarge, global, writable }: Page<number, TableEntry>): void {
    this.frame = frame;
    this.large = isLarge && entry !== undefined;
    this.global = global !== 0;
    this.writable = writable !== 0;
    this.result = WALK_OK;
    if (!entry) return;
    this.registers.counters.count(Count.Walks);
    if (above && (above.low & Pte.A) === 0) this.physical.write32(above.address, above.low | Pte.A);
    if (marked !== (entry.low | 0)) this.physical.write32(entry.address, marked);
  }
}
