import { Gpr, Vector } from "../../base/arch";
import { Type } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import type { Emit, Size } from "../emit";
import { flagsCarryOverflow, signed } from "../flags";
import type { EmitterTable } from "./registry";

/** SDM vol. 1, 7.3.2: MUL, IMUL, DIV, IDIV. */

/**
 * MUL and one-operand IMUL. The product goes to AX, DX:AX or EDX:EAX; CF = OF = whether the high half is significant.
 */
function wideProduct(e: Emit, isSigned: boolean): void {
  const size = e.size();
  const b = e.read(0);
  const a = e.let(e.acc(Gpr.Eax, size));
  if (size === 4) {
    const wide = isSigned ? x.wideS : x.wideU;
    const product = e.let(x.mul64(wide(a), wide(b)), Type.I64);
    const low = e.let(x.narrow(product));
    const high = e.let(x.narrow(x.shr64(product, x.k64(32))));
    e.setGpr(Gpr.Eax, low);
    e.setGpr(Gpr.Edx, high);
    highHalfFlags(e, low, high, isSigned ? x.sar(low, x.k(31)) : x.k(0), size);
    return;
  }
  const extend = (v: Expr): Expr => (isSigned ? signed(v, size) : v);
  const product = e.let(x.mul(extend(a), extend(b)));
  if (size === 1) e.setAcc(Gpr.Eax, product, 2);
  else {
    e.setAcc(Gpr.Eax, product, 2);
    e.setAcc(Gpr.Edx, x.shr(product, x.k(16)), 2);
  }
  const whole = isSigned ? product : x.and(product, x.k(size === 1 ? 0xffff : -1));
  highHalfFlags(
    e,
    product,
    e.let(whole),
    isSigned ? signed(product, size) : x.and(product, x.k(size === 1 ? 0xff : 0xffff)),
    size,
  );
}

/** CF = OF = whether `actual` differs from `expected`, the high half that a product has which fits the low half. */
function highHalfFlags(e: Emit, low: Var, actual: Var, expected: Expr, size: Size): void {
  const lost = e.let(x.ne(actual, expected));
  flagsCarryOverflow(e, low, size, lost, lost);
}

/** Two- and three-operand IMUL. */
function cutProduct(e: Emit, factor: number, other: number): void {
  const size = e.size();
  const b = e.read(other);
  const a = e.read(factor);
  const product = e.let(x.mul64(x.wideS(signed(a, size)), x.wideS(signed(b, size))), Type.I64);
  // The low half is computed by itself, because most often nobody reads the rest.
  const r = e.let(x.mul(a, b));
  e.write(0, r);
  const lost = e.let(x.ne64(product, x.wideS(signed(r, size))));
  flagsCarryOverflow(e, r, size, lost, lost);
}

function divideError(e: Emit): () => void {
  return () => e.raise(Vector.De, -1);
}

/** Raises #DE for a zero divisor, and for a quotient that does not fit. */
function divide(e: Emit, isSigned: boolean): void {
  const size = e.size();
  const divisor = e.read(0);
  e.if(x.eqz(divisor), divideError(e));
  if (size === 4) divideWide(e, divisor, isSigned);
  else divideNarrow(e, divisor, size, isSigned);
}

function divideWide(e: Emit, divisor: Var, isSigned: boolean): void {
  const high = x.shl64(x.wideU(e.gpr(Gpr.Edx)), x.k64(32));
  const dividend = e.let(x.or64(high, x.wideU(e.gpr(Gpr.Eax))), Type.I64);
  const by = e.let((isSigned ? x.wideS : x.wideU)(divisor), Type.I64);
  if (isSigned) {
    // WebAssembly traps at the one 64-bit quotient that overflows, -2^63 / -1.
    const isMin = x.eqz64(x.shl64(dividend, x.k64(1)));
    e.if(x.and(x.and(isMin, x.ltS(e.gpr(Gpr.Edx), x.k(0))), x.eq(divisor, x.k(-1))), divideError(e));
  }
  const quotient = e.let((isSigned ? x.divS64 : x.divU64)(dividend, by), Type.I64);
  const low = e.let(x.narrow(quotient));
  e.if(x.ne64(quotient, (isSigned ? x.wideS : x.wideU)(low)), divideError(e));
  const remainder = e.let(x.narrow((isSigned ? x.remS64 : x.remU64)(dividend, by)));
  e.setGpr(Gpr.Eax, low);
  e.setGpr(Gpr.Edx, remainder);
}

function divideNarrow(e: Emit, divisor: Var, size: Size, isSigned: boolean): void {
  const pair = x.or(e.acc(Gpr.Eax, 2), x.shl(e.acc(Gpr.Edx, 2), x.k(16)));
  const raw = size === 1 ? e.acc(Gpr.Eax, 2) : pair;
  const dividend = e.let(isSigned && size === 1 ? x.extend16(raw) : raw);
  const by = e.let(isSigned ? signed(divisor, size) : divisor);
  if (isSigned && size === 2) {
    const isMin = x.eq(dividend, x.k(1 << 31));
    e.if(x.and(isMin, x.eq(by, x.k(-1))), divideError(e));
  }
  const quotient = e.let((isSigned ? x.divS : x.divU)(dividend, by));
  const fits = isSigned ? signed(quotient, size) : x.and(quotient, x.k(size === 1 ? 0xff : 0xffff));
  e.if(x.ne(quotient, fits), divideError(e));
  const remainder = e.let((isSigned ? x.remS : x.remU)(dividend, by));
  if (size === 1) {
    const both = x.or(x.and(quotient, x.k(0xff)), x.shl(x.and(remainder, x.k(0xff)), x.k(8)));
    e.setAcc(Gpr.Eax, both, 2);
  } else {
    e.setAcc(Gpr.Eax, quotient, 2);
    e.setAcc(Gpr.Edx, remainder, 2);
  }
}

export const MULTIPLY: EmitterTable = {
  mul: (e) => wideProduct(e, false),
  imul1: (e) => wideProduct(e, true),
  imul2: (e) => cutProduct(e, 0, 1),
  imul3: (e) => cutProduct(e, 1, 2),
  div: (e) => divide(e, false),
  idiv: (e) => divide(e, true),
};
