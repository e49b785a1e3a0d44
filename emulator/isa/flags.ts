import { Flag } from "../base/arch";
import * as x from "../base/wasm/expr";
import type { Expr, Var } from "../base/wasm/expr";
import type { Emit, Size } from "./emit";

/**
 * The arithmetic flags in the form that layout.ts gives for (Fres, Fco). Every function here emits nothing when nobody
 * needs the flags.
 */

const CF_OF_AF = 0xc0000008 | 0;

export function signed(value: Expr, size: Size): Expr {
  return size === 4 ? value : size === 2 ? x.extend16(value) : x.extend8(value);
}

export function unsigned(value: Expr, size: Size): Expr {
  return size === 4 ? value : x.and(value, x.k(size === 1 ? 0xff : 0xffff));
}

/** A vector of carries out of each bit of a `size`-byte operation, as Fco. */
function carries(vector: Var, size: Size): Expr {
  if (size === 4) return x.and(vector, x.k(CF_OF_AF));
  return x.or(x.shl(vector, x.k(32 - 8 * size)), x.and(vector, x.k(8)));
}

/** Fco from a vector of carries. */
const fcoOf = (e: Emit, vector: Expr, size: Size): Expr => carries(e.let(vector), size);

/** Fco of z = from - y. An addition from = z + y has the same carries. */
export const fcoOfBorrows = (e: Emit, from: Expr, y: Expr, z: Expr, size: Size): Expr =>
  fcoOf(e, subBorrows(from, y, z), size);

/** Carries of r = a + b, and borrows of r = a - b (the carries of r + b). */
function addCarries(a: Expr, b: Expr, r: Expr): Expr {
  return x.or(x.and(a, b), x.and(x.or(a, b), x.not(r)));
}

function subBorrows(a: Expr, b: Expr, r: Expr): Expr {
  return x.or(x.and(r, b), x.and(x.or(r, b), x.not(a)));
}

export function flagsAdd(e: Emit, a: Var, b: Var, r: Var, size: Size): void {
  if (!e.insn.flags) return;
  e.setBorrows(r, b, a, size);
  e.setFres(signed(r, size), r);
  e.flagSource = { kind: "result", result: r, size };
}

export function flagsSub(e: Emit, a: Var, b: Var, r: Var, size: Size): void {
  if (!e.insn.flags) return;
  e.setBorrows(a, b, r, size);
  e.setFres(signed(r, size), r);
  e.flagSource = { kind: "sub", a, b, result: r, size };
}

/** ADC and SBB, whose result includes a carry that the operands do not show. */
export function flagsWithCarry(e: Emit, a: Var, b: Var, r: Var, size: Size, down: boolean): void {
  if (!e.insn.flags) return;
  e.setFco(fcoOf(e, down ? subBorrows(a, b, r) : addCarries(a, b, r), size));
  e.setFres(signed(r, size));
  e.flagSource = { kind: "result", result: r, size };
}

/** Clears CF, OF and AF. */
export function flagsLogic(e: Emit, r: Var, size: Size): void {
  if (!e.insn.flags) return;
  e.clearFco();
  e.setFres(signed(r, size));
  e.flagSource = { kind: "logic", result: r, size };
}

/** INC and DEC. The flags are those of adding or subtracting 1, and CF is kept. */
export function flagsIncDec(e: Emit, a: Var, r: Var, size: Size, down: boolean): void {
  if (!e.insn.flags) return;
  const [from, to] = down ? [a, r] : [r, a];
  e.setStepBorrows(from, to, size);
  e.setFres(signed(r, size));
  e.flagSource = { kind: "result", result: r, size };
}

/** Fco of to = from - 1, with CF kept. */
export function fcoOfStep(e: Emit, from: Expr, to: Expr, size: Size): Expr {
  // With y = 1 the general formula differs from this only in bit 0, which Fco does not use for carries.
  const v = e.let(carries(e.let(x.and(to, x.not(from))), size));
  const overflow = x.xor(v, x.shl(v, x.k(1)));
  const cf = e.let(x.and(e.fco, x.k(1 << 31)));
  const bit30 = x.and(x.shr(x.xor(cf, overflow), x.k(1)), x.k(1 << 30));
  return x.or(x.or(cf, bit30), x.and(v, x.k(8)));
}

/** Sets SF, ZF and PF from the result, CF and OF from conditions (0 or 1), and clears AF. */
export function flagsCarryOverflow(e: Emit, r: Var, size: Size, cf: Expr, of: Expr): void {
  if (!e.insn.flags) return;
  e.setFco(carryOverflow(e.let(cf), of));
  e.setFres(signed(r, size));
  e.flagSource = { kind: "result", result: r, size };
}

function carryOverflow(cf: Var, of: Expr): Expr {
  return x.or(x.shl(cf, x.k(31)), x.shl(x.xor(cf, of), x.k(30)));
}

/** Sets only CF and OF, from conditions; the others are kept. */
export function setCarryOverflow(e: Emit, cf: Expr, of: Expr): void {
  if (!e.insn.flags) return;
  const kept = x.and(e.fco, x.k(0x3fffffff));
  e.setFco(x.or(kept, carryOverflow(e.let(cf), of)));
}

/** Sets only CF, from a condition; OF and the others are kept. */
export function setCarry(e: Emit, cf: Expr): void {
  if (!e.insn.flags) return;
  const of = e.let(overflow(e));
  setCarryOverflow(e, cf, of);
}

/** Sets only ZF, from a condition. */
export function setZero(e: Emit, zf: Expr): void {
  if (!e.insn.flags) return;
  const word = e.let(packFlags(e));
  const bit = x.select(zf, x.k(Flag.Zf), x.k(0));
  unpackFlags(e, e.let(x.or(x.and(word, x.k(~Flag.Zf)), bit)));
}

// ---- single flags, each 0 or 1

export const carry = (e: Emit): Expr => e.carry();
export const overflow = (e: Emit): Expr => x.shr(x.xor(e.fco, x.shl(e.fco, x.k(1))), x.k(31));
export const zero = (e: Emit): Expr => x.eqz(e.fres);
export const sign = (e: Emit): Expr => x.and(x.xor(x.shr(e.fres, x.k(31)), e.corrections), x.k(1));
export const adjust = (e: Emit): Expr => x.and(x.shr(e.fco, x.k(3)), x.k(1));
export const parity = (e: Emit): Expr =>
  x.eqz(x.and(x.popcnt(x.and(x.xor(e.fres, x.shr(e.corrections, x.k(8))), x.k(0xff))), x.k(1)));

/** The six arithmetic flags at their places in EFLAGS. */
export function packFlags(e: Emit): Expr {
  const at = (flag: Expr, bit: number): Expr => x.shl(flag, x.k(bit));
  const low = x.or(x.or(carry(e), at(parity(e), 2)), at(adjust(e), 4));
  const high = x.or(x.or(at(zero(e), 6), at(sign(e), 7)), at(overflow(e), 11));
  return x.or(low, high);
}

/** Sets the arithmetic flags from a word in the form of EFLAGS. */
export function unpackFlags(e: Emit, word: Var): void {
  const bit = (n: number): Expr => x.and(x.shr(word, x.k(n)), x.k(1));
  const zf = e.let(bit(6));
  // Fres is 0 or 1, so its parity is even exactly with ZF. The delta byte corrects that.
  const parityDelta = x.shl(x.xor(bit(2), zf), x.k(8));
  const cfOf = x.or(x.shl(word, x.k(31)), x.shl(x.xor(bit(0), bit(11)), x.k(30)));
  e.setFco(x.or(x.or(cfOf, x.shl(bit(4), x.k(3))), x.or(bit(7), parityDelta)));
  e.setFres(x.xor(zf, x.k(1)));
}
