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

/** `until` may end a repetition early: it holds while CMPS and SCAS are to go on. */
function string(e: Emit, iteration: () => void, until?: Expr): void {
  const { rep } = e.insn;
  if (!rep) return iteration();
  e.if(x.eqz(e.acc(Gpr.Ecx, e.insn.addrSize)), () => e.jumpNext());
  iteration();
  next(e, until && (rep === "rep" ? until : x.eqz(until)));
}

const sizeOf = (e: Emit, wide: boolean): Size => (wide ? e.insn.opSize : 1);

function move(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  string(e, () => {
    const value = e.load(pointer(e, Gpr.Esi), size);
    e.store(pointer(e, Gpr.Edi), value, size, Seg.Es);
    advance(e, size, Gpr.Esi, Gpr.Edi);
  });
}

function fill(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  string(e, () => {
    e.store(pointer(e, Gpr.Edi), e.let(e.acc(Gpr.Eax, size)), size, Seg.Es);
    advance(e, size, Gpr.Edi);
  });
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
