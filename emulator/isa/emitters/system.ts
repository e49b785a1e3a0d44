import { Gpr, Seg, Vector } from "../../base/arch";
import { S, SEG_SIZE, SegField } from "../../base/layout";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import type { Emit } from "../emit";
import { setZero, signed } from "../flags";
import { SystemOp } from "../system-ops";
import type { Emitter, EmitterTable } from "./registry";

/**
 * SDM vol. 1, 7.3.14-7.3.16 and vol. 3A: segments, far transfers and system instructions. Their contracts are in
 * system-ops.ts.
 */

const plain =
  (op: SystemOp, a?: Expr, b?: Expr): Emitter =>
  (e) =>
    e.system(op, a, b);

function popSegment(e: Emit): void {
  const size = e.insn.opSize;
  const selector = e.load(e.stackOffset(x.k(0)), size, Seg.Ss);
  // POP SS moves the stack pointer by the width of the old stack.
  const popped = e.let(e.stackValue(e.stackOffset(x.k(size))));
  e.system(SystemOp.LoadSeg, e.number(0), x.and(selector, x.k(0xffff)), () => e.setGpr(Gpr.Esp, popped));
}

/** A far pointer in memory: the offset, then the selector. */
function farPointer(e: Emit): { offset: Var; selector: Var } {
  const size = e.insn.opSize;
  const at = e.address();
  const offset = e.load(at, size);
  return { offset, selector: e.load(e.let(x.add(at, x.k(size))), 2) };
}

function loadFarPointer(e: Emit): void {
  const { offset, selector } = farPointer(e);
  e.system(SystemOp.LoadFarPointer, e.number(2), selector, () => e.write(0, offset));
}

function far(op32: SystemOp, op16: SystemOp): Emitter {
  return (e) => e.system(e.insn.opSize === 4 ? op32 : op16, e.imm2(), e.imm());
}

function farIndirect(op32: SystemOp, op16: SystemOp): Emitter {
  return (e) => {
    const { offset, selector } = farPointer(e);
    e.system(e.insn.opSize === 4 ? op32 : op16, selector, offset);
  };
}

function returnFar(e: Emit): void {
  const release = e.insn.operands.length ? x.and(e.imm(), x.k(0xffff)) : x.k(0);
  e.system(SystemOp.RetFar, x.k(e.insn.opSize), release);
}

/** The port of IN and OUT: an immediate byte, or DX. */
function portOf(e: Emit, n: number): Expr {
  return x.and(e.read(n), x.k(e.insn.operands[n].kind === "i" ? 0xff : 0xffff));
}

function popFlags(e: Emit): void {
  const size = e.insn.opSize;
  const value = e.load(e.stackOffset(x.k(0)), size, Seg.Ss);
  const dropped = e.stackOffset(x.k(size));
  e.system(SystemOp.Popf, value, x.k(size), () => e.setStack(dropped));
}

/** Raises #GP(0) outside ring 0, before the operand is read. */
function privileged(e: Emit): void {
  e.if(e.stateWord(S.Cpl), () => e.raise(Vector.Gp, 0));
}

function loadTable(op: SystemOp): Emitter {
  return (e) => {
    privileged(e);
    const at = e.address();
    const limit = e.load(at, 2);
    const base = e.load(e.let(x.add(at, x.k(2))), 4);
    e.system(op, limit, e.insn.opSize === 4 ? base : x.and(base, x.k(0xffffff)));
  };
}

function storeTable(base: S, limit: S): Emitter {
  return (e) => {
    const at = e.address();
    e.store(at, e.let(e.stateWord(limit)), 2);
    e.store(e.let(x.add(at, x.k(2))), e.let(e.stateWord(base)), 4);
  };
}

const systemSelector =
  (seg: Seg): Emitter =>
  (e) =>
    e.write(0, e.stateWord(S.Seg + seg * SEG_SIZE + SegField.Selector));

const move = (op: SystemOp, reg: number, special: number): Emitter => {
  return (e) => e.system(op, x.or(e.regNumber(reg), x.shl(e.number(special), x.k(4))));
};

/** LAR and LSL write their register only when the selector passed the checks. */
function descriptorInto(op: SystemOp): Emitter {
  return (e) => {
    const selector = e.read(1);
    e.system(op, x.and(selector, x.k(0xffff)), undefined, () =>
      e.if(e.stateWord(S.Scratch + 4), () => e.write(0, e.stateWord(S.Scratch))),
    );
  };
}

const withSelector =
  (op: SystemOp): Emitter =>
  (e) =>
    e.system(op, e.read(0));

const privilegedWord = (op: SystemOp): Emitter => {
  return (e) => {
    privileged(e);
    e.system(op, e.read(0));
  };
};

function bound(e: Emit): void {
  const size = e.size();
  const at = e.address();
  const lower = e.load(at, size);
  const upper = e.load(e.let(x.add(at, x.k(size))), size);
  const index = e.let(signed(e.read(0), size));
  const outside = x.or(x.ltS(index, signed(lower, size)), x.gtS(index, signed(upper, size)));
  e.if(outside, () => e.raise(Vector.Br, -1));
}

/** An x87 opcode. `isHarmless` tells whether it is one by which kernels look for an x87. */
const probe = (e: Emit, isHarmless: Expr): void => e.system(SystemOp.Coprocessor, isHarmless);

/** DB E0 to E4: FNENI, FNDISI, FNCLEX, FNINIT, FNSETPM. */
const LAST_CONTROL = 4;

/** ARPL writes its destination only where it raises the RPL (vol. 2, ARPL). */
function adjustRpl(e: Emit): void {
  const source = e.read(1);
  const selector = e.read(0);
  const rpl = e.let(x.and(source, x.k(3)));
  const lower = e.let(x.ltU(x.and(selector, x.k(3)), rpl));
  e.if(lower, () => e.write(0, x.or(x.and(selector, x.k(~3)), rpl)));
  setZero(e, lower);
}

export const SYSTEM: EmitterTable = {
  popseg: popSegment,
  movtoseg: (e) => e.system(SystemOp.LoadSeg, e.number(0), e.read(1)),
  loadfar: loadFarPointer,
  callfar: far(SystemOp.CallFar32, SystemOp.CallFar16),
  jmpfar: far(SystemOp.JmpFar32, SystemOp.JmpFar16),
  callfarind: farIndirect(SystemOp.CallFar32, SystemOp.CallFar16),
  jmpfarind: farIndirect(SystemOp.JmpFar32, SystemOp.JmpFar16),
  retfar: returnFar,
  iret: (e) => e.system(SystemOp.Iret, x.k(e.insn.opSize)),
  int: (e) => e.system(SystemOp.Int, x.and(e.imm(), x.k(0xff))),
  int1: plain(SystemOp.Int1),
  int3: plain(SystemOp.Int3),
  into: plain(SystemOp.Into),
  bound,
  arpl: adjustRpl,
  in: (e) => e.system(SystemOp.In, x.k(e.size(0)), portOf(e, 1)),
  out: (e) => e.system(SystemOp.Out, x.k(e.size(1)), portOf(e, 0)),
  hlt: plain(SystemOp.Hlt),
  cli: plain(SystemOp.Cli),
  sti: plain(SystemOp.Sti),
  popf: popFlags,
  sldt: systemSelector(Seg.Ldtr),
  str: systemSelector(Seg.Tr),
  smsw: (e) => e.write(0, e.stateWord(S.Cr0)),
  sgdt: storeTable(S.GdtrBase, S.GdtrLimit),
  sidt: storeTable(S.IdtrBase, S.IdtrLimit),
  lgdt: loadTable(SystemOp.Lgdt),
  lidt: loadTable(SystemOp.Lidt),
  lldt: privilegedWord(SystemOp.Lldt),
  ltr: privilegedWord(SystemOp.Ltr),
  verr: withSelector(SystemOp.Verr),
  verw: withSelector(SystemOp.Verw),
  lmsw: privilegedWord(SystemOp.Lmsw),
  lar: descriptorInto(SystemOp.Lar),
  lsl: descriptorInto(SystemOp.Lsl),
  invlpg: (e) => e.system(SystemOp.Invlpg, e.linear()),
  clts: plain(SystemOp.Clts),
  invd: plain(SystemOp.Invd),
  movfromcr: move(SystemOp.MovFromCr, 0, 1),
  movtocr: move(SystemOp.MovToCr, 1, 0),
  movfromdr: move(SystemOp.MovFromDr, 0, 1),
  movtodr: move(SystemOp.MovToDr, 1, 0),
  rdtsc: plain(SystemOp.Rdtsc),
  rdpmc: plain(SystemOp.Rdpmc),
  rdmsr: plain(SystemOp.Rdmsr),
  wrmsr: plain(SystemOp.Wrmsr),
  cpuid: plain(SystemOp.Cpuid),
  sysenter: plain(SystemOp.Sysenter),
  sysexit: plain(SystemOp.Sysexit),
  wait: plain(SystemOp.Wait),
  coprocessor: plain(SystemOp.Coprocessor),
  fninit: (e) => probe(e, e.isMemory(0) ? x.k(0) : x.leU(e.regNumber(0), x.k(LAST_CONTROL))),
  fnstsw: (e) => probe(e, e.isMemory(0) ? x.k(0) : x.eqz(e.regNumber(0))),
  fnstore: (e) => probe(e, x.k(e.isMemory(0) ? 1 : 0)),
  undefined: plain(SystemOp.Undefined),
  /** An instruction of more than 15 bytes. */
  toolong: (e) => e.raise(Vector.Gp, 0),
};
