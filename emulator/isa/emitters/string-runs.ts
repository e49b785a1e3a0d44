import { Gpr, Seg } from "../../base/arch";
import { Type } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import type { Emit, Size, Window } from "../emit";

/**
 * Iterations of a repeated string instruction that are done at once: as many as the count and the budget allow and as
 * the pages of its pointers hold. None of them can fault, and they leave the same state as if they were done one by
 * one.
 */
export interface Run {
  size: Size;
  /** The number of iterations. A search reduces it. */
  count: Var;
  /** Not 0 when the pointers go down. */
  down: Var;
  /** The distance from one element to the next, in bytes. */
  step: Var;
  /** The addresses in the machine's memory of the first elements at ESI and EDI, where the instruction uses them. */
  source: Expr;
  target: Expr;
}

/** How an instruction uses ESI or EDI. */
export interface Pointer {
  reg: Gpr.Esi | Gpr.Edi;
  write: boolean;
}

export const element = (address: Expr, size: Size): Expr =>
  size === 4 ? x.load32(address) : size === 2 ? x.load16(address) : x.load8(address);

const LOG: Record<Size, number> = { 1: 0, 2: 1, 4: 2 };

/** The run that is possible from here. If its count is 0, the next iteration must be done by itself. */
export function possibleRun(e: Emit, size: Size, pointers: readonly Pointer[]): Run {
  const { addrSize } = e.insn;
  const down = e.let(e.directionDown());
  const count = e.let(e.budget());
  fewer(e, count, e.let(e.acc(Gpr.Ecx, addrSize)));
  const [source, target] = ([Gpr.Esi, Gpr.Edi] as const).map((reg) => {
    const pointer = pointers.find((p) => p.reg === reg);
    if (!pointer) return x.k(0);
    const window = e.window(e.let(e.acc(reg, addrSize)), pointer.write, reg === Gpr.Edi ? Seg.Es : "own");
    fewer(e, count, e.let(elements(window, size, down)));
    return window.host;
  });
  return { size, count, down, step: stepOf(e, size, down), source, target };
}

export const stepOf = (e: Emit, size: Size, down: Expr): Var => e.let(x.select(down, x.k(-size), x.k(size)));

const fewer = (e: Emit, count: Var, most: Var): void => e.set(count, x.select(x.ltU(most, count), most, count));

/** How many elements the window holds in the direction of the pointers. */
function elements({ above, below }: Window, size: Size, down: Var): Expr {
  const shift = x.k(LOG[size]);
  const upwards = x.shr(above, shift);
  const downwards = x.select(x.geU(above, x.k(size)), x.add(x.shr(below, shift), x.k(1)), x.k(0));
  return x.select(down, downwards, upwards);
}

/** The lowest address of the run's elements; `first` is the address of the first one. */
const lowest = ({ down, count, step }: Run, first: Expr): Expr =>
  x.add(first, x.select(down, x.mul(x.sub(count, x.k(1)), step), x.k(0)));

/** The address of the last element. */
export const lastOf = ({ size, count, step }: Run, first: Expr): Expr =>
  element(x.add(first, x.mul(x.sub(count, x.k(1)), step)), size);

// ---- MOVS and STOS

/** If the target is ahead of the source by less than the run's length, the run reads again what it has written. */
export function copy(e: Emit, run: Run): void {
  const { source, target, down, count, size } = run;
  const bytes = e.let(x.mul(count, x.k(size)));
  const ahead = x.select(down, x.sub(source, target), x.sub(target, source));
  const isShort = x.select(down, x.k(0), x.ltU(x.sub(bytes, x.k(8)), x.k(SHORT - 8)));
  e.if(
    x.geU(ahead, bytes),
    () =>
      e.if(
        isShort,
        () => copyShort(e, run, bytes),
        () => e.copyBytes(lowest(run, target), lowest(run, source), bytes),
      ),
    () => copyElements(e, run),
  );
}

/** From how many bytes on a call of the host's copy is worth its price. */
const SHORT = 72;

/**
 * Copies eight bytes or a few more, upwards. The last eight are read first, since a target below the source may overlap
 * them.
 */
function copyShort(e: Emit, { source, target }: Run, bytes: Var): void {
  const from = e.let(source);
  const to = e.let(target);
  const tail = e.let(x.load64(x.add(source, x.sub(bytes, x.k(8)))), Type.I64);
  const last = e.let(x.add(target, x.sub(bytes, x.k(8))));
  e.repeat(() => {
    e.storeLong(to, x.load64(from));
    e.set(from, x.add(from, x.k(8)));
    e.set(to, x.add(to, x.k(8)));
    return x.ltU(to, last);
  });
  e.storeLong(last, tail);
}

function copyElements(e: Emit, { source, target, count, step, size }: Run): void {
  const from = e.let(source);
  const to = e.let(target);
  const left = e.let(count);
  e.repeat(() => {
    e.storeRaw(to, element(from, size), size);
    e.set(from, x.add(from, step));
    e.set(to, x.add(to, step));
    e.set(left, x.sub(left, x.k(1)));
    return left;
  });
}

/** A byte times this number is an element made of that byte. */
const REPEATED: Record<Size, number> = { 1: 1, 2: 0x0101, 4: 0x01010101 };

export function fill(e: Emit, run: Run): void {
  const { size, count } = run;
  const to = e.let(lowest(run, run.target));
  const value = e.let(e.acc(Gpr.Eax, size));
  const bytes = e.let(x.mul(count, x.k(size)));
  const low = x.and(value, x.k(0xff));
  e.if(
    x.eq(value, x.mul(low, x.k(REPEATED[size]))),
    () => e.fillBytes(to, low, bytes),
    () => {
      const end = e.let(x.add(to, bytes));
      e.repeat(() => {
        e.storeRaw(to, value, size);
        e.set(to, x.add(to, x.k(size)));
        return x.ne(to, end);
      });
    },
  );
}

// ---- CMPS and SCAS

/** What a search compares: elements `a` and `b`, or for eight bytes at once their exclusive-or. */
export interface Comparison {
  a: Var;
  b: Var;
  /** Loads the elements for an address in the range of the run's first pointer. */
  load(at: Var): void;
  differences(at: Var): Expr;
}

/** The lowest bit of each element in eight bytes, and the highest. */
export const LOW_BITS: Record<Size, bigint> = {
  1: 0x0101010101010101n,
  2: 0x0001000100010001n,
  4: 0x0000000100000001n,
};
const HIGH_BITS: Record<Size, bigint> = { 1: 0x8080808080808080n, 2: 0x8000800080008000n, 4: 0x8000000080000000n };

/**
 * Not 0 where an element among eight bytes is 0. The lowest bit that is set is then in the lowest such element. A
 * borrow can make the guess wrong only for elements above it.
 */
function zeros(e: Emit, differences: Expr, size: Size): Expr {
  const value = e.let(differences, Type.I64);
  const high = x.and64(x.sub64(value, x.wide(LOW_BITS[size])), x.xor64(value, x.wide(-1n)));
  return x.and64(high, x.wide(HIGH_BITS[size]));
}

/** Goes from `first` to the element that ends the repetition, or to the run's last, and leaves it in `a` and `b`. */
export function search(e: Emit, run: Run, first: Expr, comparison: Comparison): void {
  const { size, count, step, down } = run;
  const { a, b } = comparison;
  const at = e.let(first);
  const end = e.let(x.add(at, x.mul(count, step)));
  passGroups(e, run, at, e.let(x.sub(end, x.k(8))), comparison);
  e.repeat(() => {
    comparison.load(at);
    e.set(at, x.add(at, step));
    return x.and(goesOn(e, a, b), x.ne(at, end));
  });
  const passed = e.let(x.sub(at, first));
  e.set(count, x.shr(x.select(down, x.sub(x.k(0), passed), passed), x.k(LOG[size])));
}

/** Whether CMPS or SCAS goes on after these elements, 1 or 0. */
export const goesOn = (e: Emit, a: Var, b: Var): Expr => (e.insn.rep === "rep" ? x.eq(a, b) : x.ne(a, b));

/** Upwards only: goes on by eight bytes while more than that is left, up to the element that is searched for. */
function passGroups(e: Emit, { size }: Run, at: Var, last: Var, { differences }: Comparison): void {
  const found = e.temp(Type.I64);
  e.if(x.ltU(at, last), () => {
    e.repeat(() => {
      e.set(found, e.insn.rep === "rep" ? differences(at) : zeros(e, differences(at), size));
      e.set(at, x.add(at, x.k(8)));
      return x.and(x.eqz64(found), x.ltU(at, last));
    });
    // The ctz of 0 is 64, which means eight bytes on.
    const byte = x.narrow(x.shr64(x.ctz64(found), x.k64(3)));
    e.set(at, x.add(at, x.sub(x.and(byte, x.k(-size)), x.k(8))));
  });
}
