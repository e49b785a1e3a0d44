/** What an access does with memory; bits of a watch's `touches`. */
export const enum Touch {
  Read = 1,
  Write = 2,
}

/** A range of linear addresses whose accesses are reported. */
export interface Watch {
  linear: number;
  /** The length in bytes, at least 1. */
  length: number;
  /** Touch bits. */
  touches: number;
}

/** An access that touched a watch. */
export interface Touched {
  watch: Watch;
  linear: number;
  size: number;
  /** Touch bits; both are set for a read-modify-write. */
  touches: number;
}

/**
 * Watched linear memory. The TLBs flag a watched page, so that every access to it takes the slow path and is looked at
 * here. Generated code does not make an access that touches a watch. Instead the instruction is done again, alone and
 * with `armed` set; then the accesses are noted and made.
 */
export class Watches {
  /** Whether an instruction is being done whose touches are noted. */
  armed = false;
  /** The number of accesses to watched pages that took the long way. */
  visits = 0;
  /**
   * Called before an access that touches a watch: for each instruction and each watch, before the first such access.
   */
  onTouch: (watch: Watch) => void = () => undefined;
  private readonly all = new Set<Watch>();
  /** The Touch bits of all watches in each linear page that has any. */
  private readonly pages = new Map<number, number>();
  private found: Touched[] = [];

  get active(): boolean {
    return this.all.size > 0;
  }

  get list(): readonly Watch[] {
    return [...this.all];
  }

  add(watch: Watch): void {
    this.all.add(watch);
    this.map();
  }

  remove(watch: Watch): void {
    this.all.delete(watch);
    this.map();
  }

  private map(): void {
    this.pages.clear();
    for (const watch of this.all) {
      for (const page of pagesOf(watch)) this.pages.set(page, (this.pages.get(page) ?? 0) | watch.touches);
    }
  }

  /** The Touch bits that are watched somewhere in a linear page. */
  inPage(page: number): number {
    return this.pages.get(page) ?? 0;
  }

  /** Whether an access of `size` bytes touches a watch; `touches` are its Touch bits. */
  covers(linear: number, size: number, touches: number): boolean {
    if (this.inPage(linear >>> 12) !== 0) this.visits++;
    else if ((linear & 0xfff) + size <= 0x1000) return false;
    for (const watch of this.all) if (meets(watch, linear, size, touches)) return true;
    return false;
  }

  /** Is called before an access is made. Notes it if it touches a watch. */
  note(linear: number, size: number, touches: number): void {
    for (const watch of this.all) {
      if (!meets(watch, linear, size, touches)) continue;
      const known = this.found.find((touched) => touched.watch === watch);
      if (known !== undefined) {
        known.touches |= touches;
        continue;
      }
      this.onTouch(watch);
      this.found.push({ watch, linear: linear >>> 0, size, touches });
    }
  }

  get touched(): boolean {
    return this.found.length > 0;
  }

  /** What was noted since the last call, of all watches or of some. */
  take(isWanted: (watch: Watch) => boolean = () => true): readonly Touched[] {
    const { found } = this;
    this.found = found.filter(({ watch }) => !isWanted(watch));
    return found.filter(({ watch }) => isWanted(watch));
  }
}

/** The linear page numbers of a watch. The linear space wraps. */
export function pagesOf({ linear, length }: Watch): number[] {
  const first = linear >>> 12;
  const last = (linear + length - 1) / 4096;
  const pages: number[] = [];
  for (let page = first; page <= last; page++) pages.push(page & 0xfffff);
  return pages;
}

function meets(watch: Watch, linear: number, size: number, touches: number): boolean {
  return (watch.touches & touches) !== 0 && (linear + size - 1 - watch.linear) >>> 0 < watch.length + size - 1;
}
