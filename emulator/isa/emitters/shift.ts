import { Type } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import type { Emit, Place, Size } from "../emit";
import { carry, flagsCarryOverflow, setCarryOverflow, signed } from "../flags";
import type { EmitterTable } from "./registry";

/** SDM vol. 1, 7.3.6: shifts, rotates, double shifts. Counts are masked to 5 bits; a count of 0 changes nothing. */

const bits = (size: Size): number => size * 8;
const top = (v: Expr, size: Size): Expr => x.and(x.shr(v, x.k(bits(size) - 1)), x.k(1));
const bit = (v: Expr, n: Expr): Expr => x.and(x.shr(v, n), x.k(1));

function maskedCount(e: Emit): Var {
  const count = e.insn.operands.length - 1;
  return e.let(x.and(e.read(count), x.k(31)));
}

type Shift = (e: Emit, a: Var, count: Var, size: Size) => { result: Var; cf: Expr; of: Expr };

function shifting(e: Emit, shift: Shift): void {
  const size = e.size();
  const count = maskedCount(e);
  const place = e.modify(0);
  e.if(count, () => {
    const { result, cf, of } = shift(e, place.value, count, size);
    place.store(result);
    flagsCarryOverflow(e, result, size, cf, of);
  });
  // Where the count may be 0, the flags may still come from an earlier instruction.
  e.flagSource = undefined;
}

/**
 * The last bit that is shifted out is bit (bits - count) of the operand. A count beyond the size leaves CF undefined.
 */
const shl: Shift = (e, a, count, size) => {
  const result = e.let(x.shl(a, count));
  const cf = e.let(bit(a, x.sub(x.k(bits(size)), count)));
  return { result, cf, of: x.xor(top(result, size), cf) };
};

const shr: Shift = (e, a, count, size) => ({
  result: e.let(x.shr(a, count)),
  cf: bit(a, x.sub(count, x.k(1))),
  of: top(a, size),
});

const sar: Shift = (e, a, count, size) => {
  const wide = e.let(signed(a, size));
  return {
    result: e.let(x.sar(wide, count)),
    cf: x.and(x.sar(wide, x.sub(count, x.k(1))), x.k(1)),
    of: x.k(0),
  };
};

function rotating(e: Emit, rotate: Shift): void {
  const size = e.size();
  const count = maskedCount(e);
  const place = e.modify(0);
  e.if(count, () => {
    const { result, cf, of } = rotate(e, place.value, count, size);
    const carryOut = e.let(cf);
    const overflow = e.let(of);
    place.store(result);
    setCarryOverflow(e, carryOut, overflow);
  });
  e.flagSource = undefined;
}

const rol: Shift = (e, a, count, size) => {
  const n = bits(size);
  const by = e.let(x.and(count, x.k(n - 1)));
  const turned = size === 4 ? x.rotl(a, by) : x.or(x.shl(a, by), x.shr(a, x.sub(x.k(n), by)));
  const result = e.let(turned);
  const cf = x.and(result, x.k(1));
  return { result, cf, of: x.xor(top(result, size), cf) };
};

const ror: Shift = (e, a, count, size) => {
  const n = bits(size);
  const by = e.let(x.and(count, x.k(n - 1)));
  const turned = size === 4 ? x.rotr(a, by) : x.or(x.shr(a, by), x.shl(a, x.sub(x.k(n), by)));
  const result = e.let(turned);
  const second = x.and(x.shr(result, x.k(n - 2)), x.k(1));
  return { result, cf: top(result, size), of: x.xor(top(result, size), second) };
};

/** RCL and RCR rotate CF:operand, which is one bit wider than the operand. This is done in 64 bits. */
function throughCarry(e: Emit, a: Var, count: Var, size: Size, right: boolean): Var {
  const width = bits(size) + 1;
  const by = e.let(size === 4 ? count : x.remU(count, x.k(width)));
  const wide = e.let(x.or64(x.wideU(a), x.shl64(x.wideU(carry(e)), x.k64(bits(size)))), Type.I64);
  const back = x.sub(x.k(width), by);
  const left = right ? back : by;
  const rightBy = right ? by : back;
  return e.let(x.or64(x.shl64(wide, x.wideU(left)), x.shr64(wide, x.wideU(rightBy))), Type.I64);
}

const carryOut = (wide: Var, size: Size): Expr => x.and(x.narrow(x.shr64(wide, x.k64(bits(size)))), x.k(1));

const rcl: Shift = (e, a, count, size) => {
  const wide = throughCarry(e, a, count, size, false);
  const result = e.let(x.narrow(wide));
  const cf = carryOut(wide, size);
  return { result, cf, of: x.xor(top(result, size), cf) };
};

const rcr: Shift = (e, a, count, size) => {
  const wide = throughCarry(e, a, count, size, true);
  const result = e.let(x.narrow(wide));
  const second = x.and(x.shr(result, x.k(bits(size) - 2)), x.k(1));
  return { result, cf: carryOut(wide, size), of: x.xor(top(result, size), second) };
};

/** SHLD and SHRD. With 16-bit operands, a count above 16 leaves everything undefined. */
function double(e: Emit, right: boolean): void {
  const size = e.size();
  const n = bits(size);
  const count = maskedCount(e);
  const fill = e.read(1);
  const place: Place = e.modify(0);
  e.if(count, () => {
    const a = place.value;
    const back = e.let(x.sub(x.k(n), count));
    const result = e.let(right ? x.or(x.shr(a, count), x.shl(fill, back)) : x.or(x.shl(a, count), x.shr(fill, back)));
    const cf = e.let(right ? bit(a, x.sub(count, x.k(1))) : bit(a, back));
    place.store(result);
    flagsCarryOverflow(e, result, size, cf, x.xor(top(result, size), top(a, size)));
  });
  e.flagSource = undefined;
}

export const SHIFT: EmitterTable = {
  shl: (e) => shifting(e, shl),
  shr: (e) => shifting(e, shr),
  sar: (e) => shifting(e, sar),
  rol: (e) => rotating(e, rol),
  ror: (e) => rotating(e, ror),
  rcl: (e) => rotating(e, rcl),
  rcr: (e) => rotating(e, rcr),
  shld: (e) => double(e, false),
  shrd: (e) => double(e, true),
};
