import { S, SEG_SIZE, SegField } from "../../base/layout";
import { Gpr } from "../../base/arch";
import * as x from "../../base/wasm/expr";
import type { Emit } from "../emit";
import { condition } from "../conditions";
import { setZero, signed } from "../flags";
import type { EmitterTable } from "./registry";
import { Type } from "../../base/wasm/code";

/** SDM vol. 1, 7.3.1: moves, exchanges, conversions. */

function exchange(e: Emit): void {
  // If an operand of XCHG is memory, it is operand 0 in every encoding.
  const other = e.read(1);
  const place = e.modify(0);
  place.store(other);
  e.write(1, place.value);
}

/** A load whose condition does not hold still makes its access (vol. 2, CMOVcc). */
function conditionalMove(e: Emit): void {
  const source = e.read(1);
  const old = e.read(0);
  e.write(0, x.select(condition(e, e.insn.cc), source, old));
}

function byteSwap(e: Emit): void {
  const v = e.read(0);
  if (e.size() === 2) return e.write(0, x.k(0));
  const odd = x.and(x.rotl(v, x.k(8)), x.k(0x00ff00ff));
  const even = x.and(x.rotr(v, x.k(8)), x.k(0xff00ff00));
  e.write(0, x.or(odd, even));
}

/** CBW and CWDE. */
function convertByte(e: Emit): void {
  const half = e.acc(Gpr.Eax, e.insn.opSize === 4 ? 2 : 1);
  e.setAcc(Gpr.Eax, signed(half, e.insn.opSize === 4 ? 2 : 1), e.insn.opSize);
}

/** CWD and CDQ. */
function convertWord(e: Emit): void {
  const size = e.insn.opSize;
  e.setAcc(Gpr.Edx, x.sar(signed(e.gpr(Gpr.Eax), size), x.k(31)), size);
}

function translate(e: Emit): void {
  const table = e.address();
  const at = e.let(x.add(table, e.acc(Gpr.Eax, 1)));
  const cut = e.insn.addrSize === 2 ? e.let(x.and(at, x.k(0xffff))) : at;
  e.setAcc(Gpr.Eax, e.load(cut, 1), 1);
}

/** CMPXCHG8B writes its destination in both cases, and changes only ZF. */
function compareExchange8(e: Emit): void {
  const at = e.address();
  const above = e.let(x.add(at, x.k(4)));
  const low = e.open(at, 4);
  const high = e.open(above, 4);
  const pair = (hi: x.Expr, lo: x.Expr): x.Expr => x.or64(x.shl64(x.wideU(hi), x.k64(32)), x.wideU(lo));
  const old = e.let(pair(high.value, low.value), Type.I64);
  const equal = e.let(x.eq64(old, pair(e.gpr(Gpr.Edx), e.gpr(Gpr.Eax))));
  low.store(x.select(equal, e.gpr(Gpr.Ebx), low.value));
  high.store(x.select(equal, e.gpr(Gpr.Ecx), high.value));
  e.setGpr(Gpr.Eax, x.select(equal, e.gpr(Gpr.Eax), low.value));
  e.setGpr(Gpr.Edx, x.select(equal, e.gpr(Gpr.Edx), high.value));
  setZero(e, equal);
}

/** The selector in the segment register that operand n numbers. */
export function selector(e: Emit, n: number): x.Expr {
  const cache = x.mul(e.number(n), x.k(SEG_SIZE));
  return x.load16(cache, S.Seg + SegField.Selector);
}

export const MOVE: EmitterTable = {
  mov: (e) => e.write(0, e.read(1)),
  movzx: (e) => e.write(0, e.read(1)),
  movsx: (e) => e.write(0, signed(e.read(1), e.size(1))),
  lea: (e) => e.write(0, e.address()),
  xchg: exchange,
  cmov: conditionalMove,
  setcc: (e) => e.write(0, x.ne(condition(e, e.insn.cc), x.k(0))),
  bswap: byteSwap,
  cbw: convertByte,
  cwd: convertWord,
  xlat: translate,
  cmpxchg8b: compareExchange8,
  nop: () => undefined,
  movfromseg: (e) => e.write(0, selector(e, 1)),
};
