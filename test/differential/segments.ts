import { FLAT_CS, FLAT_DS, type LdtEntry, READ_ONLY_BYTES, WINDOW_BASE, WINDOW_BYTES } from "./batch";
import type { Rng } from "./rng";

/** The LDT that both sides install, and how cases choose selectors from it. */

/** Bits of modify_ldt's user_desc. */
const enum Bits {
  Big = 1 << 0,
  ExpandDown = 1 << 1,
  Code = 1 << 2,
  /** Data: read-only. Code: execute-only. */
  Restricted = 1 << 3,
  Pages = 1 << 4,
  NotPresent = 1 << 5,
}

/** One entry with its place in the table; the kernel makes each of them DPL 3 and accessed. */
const entry = (base: number, limit: number, bits: number): LdtEntry => ({ base, limit, bits });

const selector = (index: number): number => (index << 3) | 7;

/** Limits are chosen so that the window's pages lie inside, across and outside of them. */
export const LDT: readonly LdtEntry[] = [
  entry(WINDOW_BASE, WINDOW_BYTES - 1, Bits.Big),
  entry(WINDOW_BASE, 0x0fff, Bits.Big | Bits.ExpandDown),
  entry(WINDOW_BASE, WINDOW_BYTES + READ_ONLY_BYTES - 1, Bits.Big | Bits.Restricted),
  entry(WINDOW_BASE, 0xffff, 0),
  entry(WINDOW_BASE - 0x1000, 0x17ff, Bits.ExpandDown),
  entry(0, 0xfffff, Bits.Big | Bits.Code | Bits.Pages),
  entry(0, 0xfffff, Bits.Big | Bits.Code | Bits.Pages | Bits.Restricted),
  entry(WINDOW_BASE - 0x1000, 2, Bits.Big | Bits.Pages),
  entry(WINDOW_BASE, 0xffff, Bits.Big | Bits.NotPresent),
  entry(0, 0xfffff, Bits.Big | Bits.Pages),
  entry(WINDOW_BASE + 5, 0x1234, Bits.Big),
];

/** Segments that data may be reached through. */
export const DATA_SELECTORS = [0, 1, 2, 3, 4, 5, 7, 9, 10].map(selector);
/** Writable ones, which SS may hold. */
export const STACK_SELECTORS = [0, 1, 3, 4, 7, 9, 10].map(selector);
/** Flat code segments, the second one not readable. */
export const CODE_SELECTORS = [5, 6].map(selector);

/** Null, absent, privileged, beyond the table, of the wrong kind; all lie where both sides' tables agree. */
const ODD_SELECTORS = [0, 1, 3, selector(8), 0x1b, 0x18, selector(50), selector(11), FLAT_CS & ~3, FLAT_DS & ~3];

/** A selector to load: most are good for something. */
export function anySelector(rng: Rng): number {
  switch (rng.below(4)) {
    case 0:
      return rng.pick(ODD_SELECTORS);
    case 1:
      return rng.pick([FLAT_DS, FLAT_CS]);
    case 2:
      return rng.pick(CODE_SELECTORS);
    default:
      return rng.pick(DATA_SELECTORS) & ~(rng.oneIn(8) ? rng.below(4) : 0);
  }
}

/** Base of a segment that a case may start with. */
export function segmentBase(selected: number): number {
  return selected & 4 ? (LDT[selected >> 3]?.base ?? 0) : 0;
}

/** Whether the stack through this segment uses SP only. */
export function isSmall(selected: number): boolean {
  return (selected & 4) !== 0 && ((LDT[selected >> 3]?.bits ?? Bits.Big) & Bits.Big) === 0;
}

/** The descriptor of an LDT entry as the processor reads it (vol. 3A, figure 3-8), low and high dword. */
export function descriptor({ base, limit, bits }: LdtEntry): [low: number, high: number] {
  const type =
    bits & Bits.Code
      ? 0x9 | (bits & Bits.Restricted ? 0 : 2)
      : 0x1 | (bits & Bits.Restricted ? 0 : 2) | (bits & Bits.ExpandDown ? 4 : 0);
  const present = bits & Bits.NotPresent ? 0 : 0x8000;
  const attributes =
    (type << 8) | 0x1000 | 0x6000 | present | (bits & Bits.Big ? 1 << 22 : 0) | (bits & Bits.Pages ? 1 << 23 : 0);
  const high = (base & 0xff000000) | ((base >>> 16) & 0xff) | (limit & 0xf0000) | attributes;
  return [((base << 16) | (limit & 0xffff)) >>> 0, high >>> 0];
}
