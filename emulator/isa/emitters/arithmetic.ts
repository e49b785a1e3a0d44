import * as x from "../../base/wasm/expr";
import { Gpr } from "../../base/arch";
import type { Emit } from "../emit";
import { carry, flagsAdd, flagsIncDec, flagsLogic, flagsSub, flagsWithCarry, unsigned } from "../flags";
import type { EmitterTable } from "./registry";

/** SDM vol. 1, 7.3.2 and 7.3.4: addition, subtraction, comparison, logic. */

function adding(e: Emit, withCarry: boolean): void {
  const size = e.size();
  const b = e.read(1);
  const place = e.modify(0);
  const a = place.value;
  const sum = x.add(a, b);
  const r = e.let(withCarry ? x.add(sum, carry(e)) : sum);
  place.store(r);
  if (withCarry) flagsWithCarry(e, a, b, r, size, false);
  else flagsAdd(e, a, b, r, size);
}

function subtracting(e: Emit, withBorrow: boolean): void {
  const size = e.size();
  const b = e.read(1);
  const place = e.modify(0);
  const a = place.value;
  const difference = x.sub(a, b);
  const r = e.let(withBorrow ? x.sub(difference, carry(e)) : difference);
  place.store(r);
  if (withBorrow) flagsWithCarry(e, a, b, r, size, true);
  else flagsSub(e, a, b, r, size);
}

function logic(e: Emit, op: (a: x.Expr, b: x.Expr) => x.Expr): void {
  const b = e.read(1);
  const place = e.modify(0);
  const r = e.let(op(place.value, b));
  place.store(r);
  flagsLogic(e, r, e.size());
}

function stepping(e: Emit, down: boolean): void {
  const size = e.size();
  const place = e.modify(0);
  const r = e.let((down ? x.sub : x.add)(place.value, x.k(1)));
  place.store(r);
  flagsIncDec(e, place.value, r, size, down);
}

function compare(e: Emit): void {
  const size = e.size();
  const b = e.read(1);
  const a = e.read(0);
  flagsSub(e, a, b, e.let(x.sub(a, b)), size);
}

function test(e: Emit): void {
  const b = e.read(1);
  flagsLogic(e, e.let(x.and(e.read(0), b)), e.size());
}

function negate(e: Emit): void {
  const place = e.modify(0);
  const nil = e.let(x.k(0));
  const r = e.let(x.sub(nil, place.value));
  place.store(r);
  flagsSub(e, nil, place.value, r, e.size());
}

function complement(e: Emit): void {
  const place = e.modify(0);
  place.store(x.not(place.value));
}

function exchangeAdd(e: Emit): void {
  const size = e.size();
  const b = e.read(1);
  const place = e.modify(0);
  const r = e.let(x.add(place.value, b));
  e.write(1, place.value);
  place.store(r);
  flagsAdd(e, place.value, b, r, size);
}

/** CMPXCHG writes its destination in both cases, as the manual notes. */
function compareExchange(e: Emit): void {
  const size = e.size();
  const source = e.read(1);
  const place = e.modify(0);
  const acc = e.let(e.acc(Gpr.Eax, size));
  const equal = e.let(x.eq(acc, place.value));
  const old = place.value;
  e.setAcc(Gpr.Eax, x.select(equal, acc, old), size);
  place.store(x.select(equal, source, old));
  flagsSub(e, acc, old, e.let(unsigned(x.sub(acc, old), size)), size);
}

export const ARITHMETIC: EmitterTable = {
  add: (e) => adding(e, false),
  adc: (e) => adding(e, true),
  sub: (e) => subtracting(e, false),
  sbb: (e) => subtracting(e, true),
  and: (e) => logic(e, x.and),
  or: (e) => logic(e, x.or),
  xor: (e) => logic(e, x.xor),
  cmp: compare,
  test,
  inc: (e) => stepping(e, false),
  dec: (e) => stepping(e, true),
  neg: negate,
  not: complement,
  xadd: exchangeAdd,
  cmpxchg: compareExchange,
};
