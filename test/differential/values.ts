import { CODE_BASE, WINDOW_BASE, WINDOW_BYTES } from "./batch";
import type { Rng } from "./rng";

/** Where instructions go wrong: ends of ranges, sign changes, carries out of a byte, word or nibble. */
// prettier-ignore
const BOUNDARIES = [
  0, 1, 2, 3, 7, 8, 9, 0x0a, 0x0f, 0x10, 0x1f, 0x20, 0x21, 0x7f, 0x80, 0x81, 0x99, 0x9a, 0xff, 0x100, 0x7fff, 0x8000, 0x8001,
  0xffff, 0x10000, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffff0, 0xfffffffe, 0xffffffff, 0x0f0f0f0f, 0x55555555, 0xaaaaaaaa,
];

/** A 32-bit value: a boundary, a small number, a lone bit, or anything. */
export function value(rng: Rng): number {
  switch (rng.below(5)) {
    case 0:
    case 1:
      return rng.pick(BOUNDARIES);
    case 2:
      return ((rng.u32() & 0xff) - 0x80) >>> 0;
    case 3:
      return (1 << rng.below(32)) >>> 0;
    default:
      return rng.u32();
  }
}

/** A shift count as CL or an immediate byte gives it. */
export function count(rng: Rng): number {
  return rng.oneIn(4) ? rng.u32() & 0xff : rng.pick([0, 1, 2, 4, 7, 8, 9, 15, 16, 17, 24, 30, 31, 32, 33]);
}

/**
 * Linear address of an operand: mostly inside the window, aligned or not; else
 * across its inner page boundary, into the read-only page, across its end, or
 * where there is no page.
 */
export function target(rng: Rng): number {
  switch (rng.below(16)) {
    case 0:
    case 1:
      return WINDOW_BASE + 0x1000 - rng.below(9);
    case 2:
      return WINDOW_BASE + WINDOW_BYTES - rng.below(9);
    case 3:
      return WINDOW_BASE + WINDOW_BYTES + rng.below(0x1000);
    case 4:
      return WINDOW_BASE + 0x3000 - rng.below(9);
    case 5:
      return rng.pick([WINDOW_BASE - 1, WINDOW_BASE - 2, WINDOW_BASE - 4, WINDOW_BASE + 0x3008, 0x30000000]);
    default:
      return WINDOW_BASE + rng.below(WINDOW_BYTES - 0x100) + 0x40;
  }
}

/** Linear address for a stack pointer: mostly aligned and deep inside the window. */
export function stackTarget(rng: Rng): number {
  return rng.oneIn(4) ? target(rng) : WINDOW_BASE + 0x400 + rng.below(0x600) * 4;
}

/** Where a branch goes: INT3 after the code, or where there is no page. */
export function landing(rng: Rng, codeEnd: number): number {
  return rng.oneIn(8) ? rng.pick([0x30000000, CODE_BASE - 0x10, 0x1234]) : codeEnd + rng.below(24);
}

/**
 * Contents of memory that nothing set. Some bytes are left out, so that a random
 * word is not an address inside the native runner or the host's own pages.
 */
export function filling(rng: Rng, bytes: number): Uint8Array {
  const safe = (byte: number): number => (byte === 0x60 || byte >= 0xf0 ? byte & 0x1f : byte);
  return Uint8Array.from({ length: bytes }, () => safe(rng.u32() & 0xff));
}
