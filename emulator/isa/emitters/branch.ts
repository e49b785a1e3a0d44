import { Gpr, Seg } from "../../base/arch";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import { condition } from "../conditions";
import type { Emit } from "../emit";
import { zero } from "../flags";
import type { EmitterTable } from "./registry";

/** SDM vol. 1, 7.3.8: near transfers. A target beyond the CS limit faults before anything is written. */

/** The targets of unchecked forms were found to be within the limit when they were decoded. */
function checkDirect(e: Emit): void {
  if (e.insn.checked) e.checkTarget(e.target());
}

function conditional(e: Emit, holds: Expr): void {
  if (e.insn.checked) e.if(holds, () => e.checkTarget(e.target()));
  e.branch(holds);
}

function call(e: Emit): void {
  checkDirect(e);
  e.push(e.let(e.nextEip()), e.insn.opSize);
  e.jumpTarget();
}

function indirect(e: Emit): Var {
  const to = e.read(0);
  e.checkTarget(to);
  return to;
}

function callIndirect(e: Emit): void {
  const to = indirect(e);
  e.push(e.let(e.nextEip()), e.insn.opSize);
  e.jumpTo(to);
}

function ret(e: Emit): void {
  const size = e.insn.opSize;
  const to = e.load(e.stackOffset(x.k(0)), size, Seg.Ss);
  e.checkTarget(to);
  const release = e.insn.operands.length ? x.and(e.imm(), x.k(0xffff)) : x.k(0);
  e.setStack(e.stackOffset(x.add(release, x.k(size))));
  e.jumpTo(to);
}

/** LOOP, LOOPE and LOOPNE count in ECX, or in CX with 16-bit addresses, and leave the flags alone. */
function loop(e: Emit, also: (e: Emit) => Expr | undefined): void {
  const size = e.insn.addrSize;
  const left = e.let(x.sub(e.gpr(Gpr.Ecx), x.k(1)));
  const extra = also(e);
  const goesOn = x.ne(size === 4 ? left : x.and(left, x.k(0xffff)), x.k(0));
  const taken = e.let(extra ? x.and(goesOn, extra) : goesOn);
  if (e.insn.checked) e.if(taken, () => e.checkTarget(e.target()));
  e.setAcc(Gpr.Ecx, left, size);
  e.branch(taken);
}

export const BRANCH: EmitterTable = {
  jcc: (e) => conditional(e, e.insn.checked ? e.let(condition(e, e.insn.cc)) : condition(e, e.insn.cc)),
  jcxz: (e) => conditional(e, e.let(x.eqz(e.acc(Gpr.Ecx, e.insn.addrSize)))),
  loop: (e) => loop(e, () => undefined),
  loope: (e) => loop(e, zero),
  loopne: (e) => loop(e, (self) => x.eqz(zero(self))),
  jmp: (e) => {
    checkDirect(e);
    e.jumpTarget();
  },
  call,
  jmpind: (e) => e.jumpTo(indirect(e)),
  callind: callIndirect,
  ret,
};
