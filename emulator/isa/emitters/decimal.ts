import { Flag, Gpr, Vector } from "../../base/arch";
import * as x from "../../base/wasm/expr";
import type { Expr } from "../../base/wasm/expr";
import type { Emit } from "../emit";
import { adjust, carry, flagsLogic, packFlags, unpackFlags } from "../flags";
import type { EmitterTable } from "./registry";

/** SDM vol. 1, 7.3.3: decimal arithmetic, by the pseudo-code of vol. 2. */

const nibbleHigh = (v: Expr): Expr => x.gtU(x.and(v, x.k(15)), x.k(9));

/** Sets CF and AF from conditions, and SF, ZF and PF from AL. */
function finish(e: Emit, al: x.Var, cf: Expr, af: Expr): void {
  const carryBit = e.let(cf);
  const adjustBit = e.let(af);
  flagsLogic(e, al, 1);
  e.flagSource = undefined;
  const kept = x.and(packFlags(e), x.k(~(Flag.Cf | Flag.Af)));
  unpackFlags(e, e.let(x.or(kept, x.or(carryBit, x.shl(adjustBit, x.k(4))))));
}

/** DAA and DAS. */
function packed(e: Emit, direction: 1 | -1): void {
  const old = e.let(e.acc(Gpr.Eax, 1));
  const low = e.let(x.or(nibbleHigh(old), adjust(e)));
  const high = e.let(x.or(x.gtU(old, x.k(0x99)), carry(e)));
  const correction = x.add(x.mul(low, x.k(6 * direction)), x.mul(high, x.k(0x60 * direction)));
  const al = e.let(x.and(x.add(old, correction), x.k(0xff)));
  // DAS also borrows where its first step does: AL is below 6 and its low digit is to be corrected.
  const borrow = direction < 0 ? x.and(low, x.ltU(old, x.k(6))) : x.k(0);
  const cf = e.let(x.or(high, borrow));
  e.setAcc(Gpr.Eax, al, 1);
  finish(e, al, cf, low);
}

/** AAA and AAS. */
function unpacked(e: Emit, direction: 1 | -1): void {
  const old = e.let(e.acc(Gpr.Eax, 2));
  const carries = e.let(x.or(nibbleHigh(old), adjust(e)));
  const moved = x.select(carries, x.add(old, x.k(0x106 * direction)), old);
  const ax = e.let(x.and(moved, x.k(0xff0f)));
  e.setAcc(Gpr.Eax, ax, 2);
  const al = e.let(x.and(ax, x.k(0xff)));
  finish(e, al, carries, carries);
}

function adjustMultiply(e: Emit): void {
  const base = e.read(0);
  e.if(x.eqz(base), () => e.raise(Vector.De, -1));
  const al = e.let(e.acc(Gpr.Eax, 1));
  const low = e.let(x.remU(al, base));
  e.setAcc(Gpr.Eax, x.or(low, x.shl(x.divU(al, base), x.k(8))), 2);
  flagsLogic(e, low, 1);
}

function adjustDivide(e: Emit): void {
  const base = e.read(0);
  const ax = e.let(e.acc(Gpr.Eax, 2));
  const sum = x.add(x.and(ax, x.k(0xff)), x.mul(x.shr(ax, x.k(8)), base));
  const al = e.let(x.and(sum, x.k(0xff)));
  e.setAcc(Gpr.Eax, al, 2);
  flagsLogic(e, al, 1);
}

export const DECIMAL: EmitterTable = {
  daa: (e) => packed(e, 1),
  das: (e) => packed(e, -1),
  aaa: (e) => unpacked(e, 1),
  aas: (e) => unpacked(e, -1),
  aam: adjustMultiply,
  aad: adjustDivide,
};
