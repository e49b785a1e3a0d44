import { Flag, Gpr, Seg } from "../../base/arch";
import { S } from "../../base/layout";
import * as x from "../../base/wasm/expr";
import type { Expr } from "../../base/wasm/expr";
import type { Emit, Size } from "../emit";
import { packFlags } from "../flags";
import { selector } from "./move";
import type { EmitterTable } from "./registry";

/** SDM vol. 1, 6.2 and 7.3.1.4: the stack. ESP moves only after the access has succeeded. */

function push(e: Emit): void {
  e.push(e.read(0), e.insn.opSize);
}

function pushImmediate(e: Emit): Expr {
  return e.insn.opSize === 4 ? e.imm() : x.and(e.imm(), x.k(0xffff));
}

/** A selector is pushed with the operand size; the upper half of the slot is zero here (vol. 2, PUSH). */
function pushSegment(e: Emit): void {
  e.push(e.let(selector(e, 0)), e.insn.opSize);
}

/** Loads the top of the stack; the caller moves ESP with `dropped`. */
function top(e: Emit, size: Size): { value: x.Var; dropped: x.Var } {
  const value = e.load(e.stackOffset(x.k(0)), size, Seg.Ss);
  return { value, dropped: e.stackOffset(x.k(size)) };
}

function pop(e: Emit): void {
  const { value, dropped } = top(e, e.insn.opSize);
  if (e.isMemory(0)) {
    e.write(0, value);
    e.setStack(dropped);
  } else {
    e.setStack(dropped);
    e.write(0, value);
  }
}

const ALL = [Gpr.Eax, Gpr.Ecx, Gpr.Edx, Gpr.Ebx, Gpr.Esp, Gpr.Ebp, Gpr.Esi, Gpr.Edi];

function pushAll(e: Emit): void {
  const size = e.insn.opSize;
  ALL.forEach((reg, n) => {
    const value = e.let(e.acc(reg, size));
    e.store(e.stackOffset(x.k(-size * (n + 1))), value, size, Seg.Ss);
  });
  e.setStack(e.stackOffset(x.k(-size * 8)));
}

/** POPA skips the slot of ESP (vol. 2, POPA). */
function popAll(e: Emit): void {
  const size = e.insn.opSize;
  const inOrder = [...ALL].reverse();
  const values = inOrder.map((_, n) => e.load(e.stackOffset(x.k(size * n)), size, Seg.Ss));
  e.setStack(e.stackOffset(x.k(size * 8)));
  inOrder.forEach((reg, n) => {
    if (reg !== Gpr.Esp) e.setAcc(reg, values[n], size);
  });
}

/** PUSHF pushes VM and RF as 0 (vol. 2, PUSHF). */
function pushFlags(e: Emit): void {
  const rest = x.and(e.stateWord(S.Eflags), x.k(~(Flag.Vm | Flag.Rf | Flag.Arith)));
  e.push(e.let(x.or(packFlags(e), rest)), e.insn.opSize);
}

/** ENTER (vol. 2) copies level mod 32 frame pointers. It faults where a push at the final ESP would. */
function enter(e: Emit): void {
  const size = e.insn.opSize;
  const level = e.let(x.and(e.imm2(), x.k(31)));
  const down = e.let(x.k(-size));
  e.store(e.stackOffset(down), e.let(e.acc(Gpr.Ebp, size)), size, Seg.Ss);
  const frame = e.let(e.stackValue(e.stackOffset(down)));
  e.if(level, () => copyFrames(e, level, down, size));
  const stack = e.stackOffset(x.sub(down, x.and(e.imm(), x.k(0xffff))));
  e.open(stack, size, Seg.Ss);
  e.setAcc(Gpr.Ebp, frame, size);
  e.setStack(stack);
}

/** Pushes the level - 1 frame pointers that are below the one that EBP points to, and then the new frame's. */
function copyFrames(e: Emit, level: x.Var, down: x.Var, size: Size): void {
  const left = e.let(x.sub(level, x.k(1)));
  const source = e.let(e.gpr(Gpr.Ebp));
  e.if(left, () =>
    e.repeat(() => {
      e.set(source, x.sub(source, x.k(size)));
      e.set(down, x.sub(down, x.k(size)));
      const pointer = e.load(e.stackAt(source), size, Seg.Ss);
      e.store(e.stackOffset(down), pointer, size, Seg.Ss);
      e.set(left, x.sub(left, x.k(1)));
      return left;
    }),
  );
  e.set(down, x.sub(down, x.k(size)));
  e.store(e.stackOffset(down), e.let(e.stackValue(e.stackOffset(x.k(-size)))), size, Seg.Ss);
}

function leave(e: Emit): void {
  const size = e.insn.opSize;
  const frame = e.stackAt(e.let(e.gpr(Gpr.Ebp)));
  const value = e.load(frame, size, Seg.Ss);
  e.setStack(e.stackAt(x.add(frame, x.k(size))));
  e.setAcc(Gpr.Ebp, value, size);
}

export const STACK: EmitterTable = {
  push: (e) => (e.insn.operands[0].kind === "i" ? e.push(e.let(pushImmediate(e)), e.insn.opSize) : push(e)),
  pushseg: pushSegment,
  pop,
  pusha: pushAll,
  popa: popAll,
  pushf: pushFlags,
  enter,
  leave,
};
