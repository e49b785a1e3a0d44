import { MOST_PAGES, PAGE_KINDS, PageKind, RAM } from "../base/layout";
import type { State } from "../base/state";
import type { CodeTracker } from "../memory/physical";

/** How many bytes one list of extents covers: 64. */
const LINE_SHIFT = 6;
const LINES = 4096 >> LINE_SHIFT;
/** How many patched bytes are remembered. Guests that write whole programs anew do not patch. */
const MOST_PATCHED = 1 << 14;

/** What was made from guest code: decoded records, or a compiled region. */
export interface Derived {
  /** Where its source is; kept by CodeExtents. */
  readonly extents: Extent[];
  /** Whether it is a region, which may be running when its source changes. */
  readonly isCompiled: boolean;
  /**
   * Tells that it must not be entered again: its source was `written` to, or what is to happen in it has changed. Its
   * extents have been removed already.
   */
  stale(written: boolean): void;
}

/** Bytes inside one page that something was made from. Addresses are physical, and the end is exclusive. */
export interface Extent {
  readonly start: number;
  readonly end: number;
  readonly owner: Derived;
}

/**
 * Tells which bytes of RAM code was made from, so that a store makes stale exactly what it changes. Each such byte has
 * its bit set in the code map after RAM, where the store helpers of generated code look. A bit may outlive its code; it
 * is cleared at the next store to the byte.
 */
export class CodeExtents implements CodeTracker {
  /** Lists of extents by physical page. A page stays a code page until `clear`. */
  private readonly pages = new Map<number, Extent[][]>();
  private readonly map: Uint8Array;
  private readonly kinds: Uint8Array;
  /** The physical addresses of bytes that were changed after code was made from them. */
  private readonly patched = new Set<number>();

  /** @param onNewPage is told of each page (physical address >>> 12) that becomes a code page */
  constructor(
    private readonly state: State,
    private readonly onNewPage: (frame: number) => void,
  ) {
    this.map = state.u8.subarray(RAM + state.ramBytes);
    this.kinds = state.u8.subarray(PAGE_KINDS, PAGE_KINDS + MOST_PAGES);
  }

  isCode(frame: number): boolean {
    return this.pages.has(frame);
  }

  hits(physical: number, length: number): boolean {
    return this.covers(physical, length, true);
  }

  private covers(physical: number, length: number, isCompiled: boolean): boolean {
    const lines = this.pages.get(physical >>> 12);
    if (!lines) return false;
    const end = physical + length;
    for (let line = lineOf(physical); line <= lineOf(end - 1); line++) {
      if (
        lines[line].some(
          (extent) => extent.start < end && physical < extent.end && extent.owner.isCompiled === isCompiled,
        )
      )
        return true;
    }
    return false;
  }

  /** Notes `length` bytes at `physical`, inside one page of RAM. */
  add(owner: Derived, physical: number, length: number): void {
    const extent = { start: physical, end: physical + length, owner };
    owner.extents.push(extent);
    const lines = this.page(physical >>> 12);
    for (let line = lineOf(physical); line <= lineOf(extent.end - 1); line++) lines[line].push(extent);
    for (let at = physical; at < extent.end; at++) this.map[at >>> 3] |= 1 << (at & 7);
  }

  private page(frame: number): Extent[][] {
    let lines = this.pages.get(frame);
    if (!lines) {
      lines = Array.from({ length: LINES }, () => []);
      this.pages.set(frame, lines);
      this.kinds[frame] |= PageKind.Code;
      this.onNewPage(frame);
    }
    return lines;
  }

  /** Forgets what `owner` was made from. */
  remove(owner: Derived): void {
    for (const extent of owner.extents) {
      const lines = this.page(extent.start >>> 12);
      for (let line = lineOf(extent.start); line <= lineOf(extent.end - 1); line++) {
        const list = lines[line];
        list[list.indexOf(extent)] = list[list.length - 1];
        list.pop();
      }
    }
    owner.extents.length = 0;
  }

  /** Takes note that `length` bytes at `physical`, inside one page, have changed. */
  written(physical: number, length: number): void {
    if (!this.pages.has(physical >>> 12)) return;
    if (this.covers(physical, length, true) || this.covers(physical, length, false)) this.notePatch(physical, length);
    this.drop(physical, length, true);
    for (let at = physical; at < physical + length; at++) this.map[at >>> 3] &= ~(1 << (at & 7));
  }

  private notePatch(physical: number, length: number): void {
    if (this.patched.size > MOST_PATCHED) this.patched.clear();
    for (let at = physical; at < physical + length; at++) this.patched.add(at);
  }

  /** Whether a store has changed one of `length` bytes at `physical` after code was made from it. */
  isPatched(physical: number, length: number): boolean {
    if (this.patched.size === 0) return false;
    for (let at = physical; at < physical + length; at++) if (this.patched.has(at)) return true;
    return false;
  }

  /** Makes everything stale that was made from any of `length` bytes at `physical`, inside one page. */
  drop(physical: number, length: number, written: boolean): void {
    const lines = this.pages.get(physical >>> 12);
    if (!lines) return;
    const end = physical + length;
    for (let line = lineOf(physical); line <= lineOf(end - 1); line++) {
      for (let hit = overlapping(lines[line], physical, end); hit; hit = overlapping(lines[line], physical, end)) {
        this.remove(hit.owner);
        if (written) this.state.counters.invalidations++;
        hit.owner.stale(written);
      }
    }
  }

  /** Forgets everything without telling the owners. */
  clear(): void {
    for (const frame of this.pages.keys()) {
      this.map.fill(0, frame << 9, (frame + 1) << 9);
      this.kinds[frame] &= ~PageKind.Code;
    }
    this.pages.clear();
    this.patched.clear();
  }
}

const lineOf = (physical: number): number => (physical & 0xfff) >> LINE_SHIFT;

function overlapping(line: readonly Extent[], start: number, end: number): Extent | undefined {
  for (const extent of line) if (extent.start < end && start < extent.end) return extent;
  return undefined;
}
