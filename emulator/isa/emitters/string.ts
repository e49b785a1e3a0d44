import { Gpr, Seg } from "../../base/arch";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import type { Emit, Size } from "../emit";
import { flagsSub, zero } from "../flags";
import { SystemOp } from "../system-ops";
import type { EmitterTable } from "./registry";

/**
 * SDM vol. 1, 7.3.9: string instructions, one iteration each. A repeated one
 * ends its block: while the count lasts it goes on at itself, so that every
 * iteration counts as an instruction and interrupts are taken between them.
 */

const pointer = (e: Emit, reg: Gpr): Var => e.let(e.acc(reg, e.insn.addrSize));

function advance(e: Emit, size: Size, ...regs: Gpr[]): void {
  const step = e.let(x.select(e.directionDown(), x.k(-size), x.k(size)));
  for (const reg of regs) e.setAcc(reg, x.add(e.gpr(reg), step), e.insn.addrSize);
}

/** Counts one iteration and goes on at the instruction itself, or at the next one. */
function next(e: Emit, until: Expr | undefined): void {
  const { addrSize } = e.insn;
  const left = e.let(x.sub(e.acc(Gpr.Ecx, addrSize), x.k(1)));
  e.setAcc(Gpr.Ecx, left, addrSize);
  const more = x.ne(left, x.k(0));
  e.if(until ? x.and(more, until) : more, () => e.again());
  e.jumpNext();
}

/**
 * `until` may end a repetition early: it holds while CMPS and SCAS are to go on.
 * `bulk` may do any number of iterations but the last one at once.
 */
function string(e: Emit, iteration: () => void, until?: Expr, bulk?: () => void): void {
  const { rep } = e.insn;
  if (!rep) return iteration();
  e.if(x.eqz(e.acc(Gpr.Ecx, e.insn.addrSize)), () => e.jumpNext());
  if (!e.insn.checked) bulk?.();
  iteration();
  next(e, until && (rep === "rep" ? until : x.eqz(until)));
}

const sizeOf = (e: Emit, wide: boolean): Size => (wide ? e.insn.opSize : 1);

const smaller = (e: Emit, a: Var, b: Expr): void => e.set(a, x.select(x.ltS(a, b), a, b));

/**
 * How many elements may be done at once upwards from the pointers: all but one
 * of the count and of the budget, and what is left of each page. 0 downwards.
 */
function bulkCount(e: Emit, size: Size, ...pointers: Var[]): Var {
  const inPage = (at: Var): Expr => x.shr(x.sub(x.k(4096), x.and(at, x.k(4095))), x.k(size >> 1));
  const count = e.let(x.sub(e.budget(), x.k(1)));
  const left = e.let(x.sub(e.gpr(Gpr.Ecx), x.k(1)));
  e.set(count, x.select(x.ltU(left, count), left, count));
  for (const at of pointers) smaller(e, count, e.let(inPage(at)));
  e.set(count, x.select(e.directionDown(), x.k(0), count));
  return count;
}

/** Accounts for `count` iterations. */
function bulkDone(e: Emit, size: Size, count: Var, ...regs: Gpr[]): void {
  const bytes = e.let(x.mul(count, x.k(size)));
  for (const reg of regs) e.setGpr(reg, x.add(e.gpr(reg), bytes));
  e.setGpr(Gpr.Ecx, x.sub(e.gpr(Gpr.Ecx), count));
  e.charge(count);
}

/** Ranges that overlap upwards repeat what was just copied: those go one by one. */
function moveBulk(e: Emit, size: Size): void {
  const from = e.let(e.gpr(Gpr.Esi));
  const to = e.let(e.gpr(Gpr.Edi));
  const count = bulkCount(e, size, from, to);
  e.if(x.gtS(count, x.k(0)), () => {
    const source = e.host(from, false);
    const target = e.host(to, true, Seg.Es);
    const bytes = e.let(x.mul(count, x.k(size)));
    const apart = x.geU(x.sub(target, source), bytes);
    e.if(x.and(x.and(x.ne(source, x.k(0)), x.ne(target, x.k(0))), apart), () => {
      e.copyBytes(target, source, bytes);
      bulkDone(e, size, count, Gpr.Esi, Gpr.Edi);
    });
  });
}

function move(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  const iteration = (): void => {
    const value = e.load(pointer(e, Gpr.Esi), size);
    e.store(pointer(e, Gpr.Edi), value, size, Seg.Es);
    advance(e, size, Gpr.Esi, Gpr.Edi);
  };
  string(e, iteration, undefined, () => moveBulk(e, size));
}

function fillBulk(e: Emit, size: Size): void {
  const to = e.let(e.gpr(Gpr.Edi));
  const count = bulkCount(e, size, to);
  e.if(x.gtS(count, x.k(0)), () => {
    const target = e.host(to, true, Seg.Es);
    e.if(target, () => {
      const value = e.let(e.acc(Gpr.Eax, size));
      const uniform = x.eq(value, x.mul(x.and(value, x.k(0xff)), x.k(REPEATED[size])));
      e.if(
        uniform,
        () => e.fillBytes(target, x.and(value, x.k(0xff)), x.mul(count, x.k(size))),
        () => fillElements(e, target, value, count, size),
      );
      bulkDone(e, size, count, Gpr.Edi);
    });
  });
}

/** A byte times this is the element made of that byte. */
const REPEATED: Record<Size, number> = { 1: 1, 2: 0x0101, 4: 0x01010101 };

function fillElements(e: Emit, target: Var, value: Var, count: Var, size: Size): void {
  const at = e.let(target);
  const end = e.let(x.add(target, x.mul(count, x.k(size))));
  e.repeat(() => {
    e.storeRaw(at, value, size);
    e.set(at, x.add(at, x.k(size)));
    return x.ne(at, end);
  });
}

function fill(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  const iteration = (): void => {
    e.store(pointer(e, Gpr.Edi), e.let(e.acc(Gpr.Eax, size)), size, Seg.Es);
    advance(e, size, Gpr.Edi);
  };
  string(e, iteration, undefined, () => fillBulk(e, size));
}

function fetch(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  string(e, () => {
    const value = e.load(pointer(e, Gpr.Esi), size);
    e.setAcc(Gpr.Eax, value, size);
    advance(e, size, Gpr.Esi);
  });
}

function compare(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  const iteration = (): void => {
    const a = e.load(pointer(e, Gpr.Esi), size);
    const b = e.load(pointer(e, Gpr.Edi), size, Seg.Es);
    flagsSub(e, a, b, e.let(x.sub(a, b)), size);
    advance(e, size, Gpr.Esi, Gpr.Edi);
  };
  string(e, iteration, (c) => zero(e)(c));
}

function scan(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  const iteration = (): void => {
    const a = e.let(e.acc(Gpr.Eax, size));
    const b = e.load(pointer(e, Gpr.Edi), size, Seg.Es);
    flagsSub(e, a, b, e.let(x.sub(a, b)), size);
    advance(e, size, Gpr.Edi);
  };
  string(e, iteration, (c) => zero(e)(c));
}

/** INS and OUTS: the helper checks the port, moves the element, the pointer and the count, and sets S.Eip for the next iteration. */
function port(e: Emit, op: SystemOp.Ins | SystemOp.Outs, wide: boolean): void {
  e.system(op, x.k(sizeOf(e, wide) | (e.insn.addrSize << 4) | (e.insn.rep ? 1 << 8 : 0)), e.ownSegment());
}

export const STRING: EmitterTable = {
  movsb: (e) => move(e, false),
  movsv: (e) => move(e, true),
  stosb: (e) => fill(e, false),
  stosv: (e) => fill(e, true),
  lodsb: (e) => fetch(e, false),
  lodsv: (e) => fetch(e, true),
  cmpsb: (e) => compare(e, false),
  cmpsv: (e) => compare(e, true),
  scasb: (e) => scan(e, false),
  scasv: (e) => scan(e, true),
  insb: (e) => port(e, SystemOp.Ins, false),
  insv: (e) => port(e, SystemOp.Ins, true),
  outsb: (e) => port(e, SystemOp.Outs, false),
  outsv: (e) => port(e, SystemOp.Outs, true),
};
