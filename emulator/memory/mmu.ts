import { Vector } from "../base/arch";
import { Count, RAM, REPLAY, S } from "../base/layout";
import type { State } from "../base/state";
import { Access, WALK_OK, type Paging } from "./paging";
import type { PhysicalMemory } from "./physical";
import { ringClass, type Tlb } from "./tlb";
import { Touch, type Watches } from "./watches";

/** The ring class whose accesses are user accesses. */
const USER_CLASS = 2;

/**
 * From linear to physical addresses: the TLB, then the walk, then #PF. A linear address may come as a signed or an
 * unsigned word (signed ones need no allocation). Ring classes stand for rights: 2 (ring 3) is a user access, 0 and 1
 * are supervisor accesses.
 */
export class Mmu {
  private readonly view: DataView;

  constructor(
    private readonly state: State,
    private readonly physical: PhysicalMemory,
    private readonly paging: Paging,
    private readonly tlb: Tlb,
    private readonly watches: Watches,
  ) {
    this.view = state.view;
  }

  /** The ring class of the current CPL. */
  ring(): number {
    return ringClass(this.state.get(S.Cpl));
  }

  /**
   * Translates a data access; `write` is 0 or 1.
   * @returns the physical address, or -1 after raising #PF
   */
  translate(linear: number, ring: number, write: number): number {
    const host = this.tlb.address(linear, ring, write);
    if (host !== 0) return host - RAM;
    if (write !== 0) this.state.counters.count(Count.WriteMisses);
    else this.state.counters.count(Count.ReadMisses);
    const access = (ring === USER_CLASS ? Access.User : 0) | (write !== 0 ? Access.Write : 0);
    const code = this.paging.walk(linear, access);
    if (code !== WALK_OK) return this.pageFault(linear, code);
    this.tlb.fill(linear, ring, this.paging);
    return this.paging.frame * 4096 + (linear & 0xfff);
  }

  /**
   * Translates an instruction fetch at the current CPL. The caller keeps the exec TLB, and drops the pages that
   * `Tlb.onFlush` names.
   * @returns the physical address (perhaps beyond RAM), or -1 after raising #PF
   */
  translateFetch(linear: number): number {
    const access = Access.Fetch | (this.ring() === USER_CLASS ? Access.User : 0);
    const code = this.paging.walk(linear, access);
    if (code !== WALK_OK) return this.pageFault(linear, code);
    return this.paging.frame * 4096 + (linear & 0xfff);
  }

  /** Zero-extended value of 1, 2 or 4 bytes, or 0 after raising #PF. */
  load(linear: number, size: number, ring: number): number {
    if (this.watches.active) this.watches.note(linear, size, Touch.Read);
    if ((linear & 0xfff) + size > 4096) return this.loadCrossing(linear, size, ring, 0);
    const host = this.tlb.host(linear, ring, 0);
    if (host !== 0) {
      if (size === 4) return this.view.getUint32(host, true);
      return size === 2 ? this.view.getUint16(host, true) : this.view.getUint8(host);
    }
    const at = this.translate(linear, ring, 0);
    return at < 0 ? 0 : this.physical.read(at, size);
  }

  /** `load` for a value that will be written back. A fault is that of the write. */
  loadForWrite(linear: number, size: number, ring: number): number {
    if (this.watches.active) this.watches.note(linear, size, Touch.Read | Touch.Write);
    if ((linear & 0xfff) + size <= 4096) {
      const at = this.translate(linear, ring, 1);
      return at < 0 ? 0 : this.physical.read(at, size);
    }
    return this.loadCrossing(linear, size, ring, 1);
  }

  /** Writes 1, 2 or 4 bytes; writes nothing when it raises #PF. */
  store(linear: number, value: number, size: number, ring: number): void {
    if (this.watches.active) this.watches.note(linear, size, Touch.Write);
    if ((linear & 0xfff) + size > 4096) return this.storeCrossing(linear, value, size, ring);
    const host = this.tlb.host(linear, ring, 1);
    if (host !== 0) {
      if (size === 4) this.view.setUint32(host, value, true);
      else if (size === 2) this.view.setUint16(host, value, true);
      else this.view.setUint8(host, value);
      return;
    }
    const at = this.translate(linear, ring, 1);
    if (at >= 0) this.physical.write(at, value, size);
  }

  /**
   * Checks that `bytes` (at most 4096) from `linear` on can be written.
   * @returns false after raising #PF
   */
  probeWrite(linear: number, bytes: number, ring: number): boolean {
    if (this.translate(linear, ring, 1) < 0) return false;
    return (linear & 0xfff) + bytes <= 4096 || this.translate(nextPage(linear), ring, 1) >= 0;
  }

  /** Whether a store may be made and hits no decoded code; false after raising #PF or noting REPLAY. */
  reachesData(linear: number, size: number, ring: number): boolean {
    const inFirst = Math.min(size, 4096 - (linear & 0xfff));
    return (
      this.isData(linear, inFirst, ring) && (inFirst === size || this.isData(nextPage(linear), size - inFirst, ring))
    );
  }

  /** `reachesData` inside one page. */
  private isData(linear: number, length: number, ring: number): boolean {
    const at = this.translate(linear, ring, 1);
    if (at < 0) return false;
    if (!this.physical.hitsCode(at, length)) return true;
    this.state.set(S.Fault, REPLAY);
    return false;
  }

  private storeCrossing(linear: number, value: number, size: number, ring: number): void {
    const first = this.translate(linear, ring, 1);
    if (first < 0) return;
    const second = this.translate(nextPage(linear), ring, 1);
    if (second < 0) return;
    const inFirst = 4096 - (linear & 0xfff);
    for (let at = 0; at < size; at++) {
      this.physical.write8(at < inFirst ? first + at : second + at - inFirst, (value >>> (at * 8)) & 0xff);
    }
  }

  private loadCrossing(linear: number, size: number, ring: number, write: number): number {
    const first = this.translate(linear, ring, write);
    if (first < 0) return 0;
    const second = this.translate(nextPage(linear), ring, write);
    if (second < 0) return 0;
    const inFirst = 4096 - (linear & 0xfff);
    let value = 0;
    for (let at = 0; at < size; at++) {
      value |= this.physical.read8(at < inFirst ? first + at : second + at - inFirst) << (at * 8);
    }
    return value >>> 0;
  }

  private pageFault(linear: number, code: number): number {
    this.state.set(S.Cr2, linear);
    this.state.raise(Vector.Pf, code);
    return -1;
  }
}

/** The first byte of the page after that of `linear`; the linear space wraps at 4 GiB. */
function nextPage(linear: number): number {
  return ((linear & 0xfffff000) + 4096) | 0;
}
