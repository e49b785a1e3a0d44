import { Desc, Flag, Gpr, Seg, type Vector } from "../base/arch";
import { S, SEG_SIZE, SegField } from "../base/layout";
import { BulkOp, type Code, Op, Type } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import { type Expr, type Var, variable } from "../base/wasm/expr";
import * as statements from "../base/wasm/statements";
import type { Shape } from "./insn";
import type { SystemOp } from "./system-ops";

export type Size = 1 | 2 | 4;

/** Which segment an access goes through: the instruction's own, or a fixed one. */
export type AccessSeg = "own" | Seg.Es | Seg.Ss;

/** A register or memory location that is open for read-modify-write, so that `store` can no longer fault. */
export interface Place {
  readonly value: Var;
  store(value: Expr): void;
}

/** What the flags were last computed from, so that a condition right after it need not unpack them. */
export type FlagSource =
  | { kind: "sub"; a: Var; b: Var; result: Var; size: Size }
  | { kind: "logic"; result: Var; size: Size }
  | { kind: "result"; result: Var; size: Size };

/** Memory of one page around an offset in a segment that may be accessed without further checks. */
export interface Window {
  /** The address in the machine's memory of the byte at the offset. */
  host: Var;
  /** The number of bytes from the offset upwards; 0 when the byte itself may not be accessed in this way. */
  above: Var;
  /** The number of bytes before the offset. */
  below: Var;
}

/**
 * The operand interface: an emitter describes its instruction through it once,
 * and each tier says how registers, memory, flags and control flow are reached.
 *
 * Values are zero-extended to 32 bits unless a comment says otherwise. An
 * emitter makes every access that can fault before its first write to a
 * register, the flags or memory.
 */
export abstract class Emit {
  insn!: Shape;
  /** What the flags come from, while they are as the instruction that was just emitted left them. */
  flagSource: FlagSource | undefined;
  protected taken: number[] = [];

  constructor(readonly c: Code) {}

  // ---- statements

  /** A local that holds the value until `endInsn`. */
  let(value: Expr, type: Type = Type.I32): Var {
    const v = this.temp(type);
    this.set(v, value);
    return v;
  }

  temp(type: Type = Type.I32): Var {
    const index = this.c.take(type);
    this.taken.push(index);
    return variable(index, type);
  }

  set(to: Var, value: Expr): void {
    statements.set(this.c, to, value);
  }

  if(condition: Expr, then: () => void, otherwise?: () => void): void {
    condition(this.c);
    this.c.if();
    then();
    if (otherwise) {
      this.c.else();
      otherwise();
    }
    this.c.end();
  }

  /** Repeats the body as long as it leaves a value that is not 0. */
  repeat(body: () => Expr): void {
    const top = this.c.loop();
    body()(this.c);
    this.c.brIf(top);
    this.c.end();
  }

  storeWord(address: Expr, value: Expr, offset = 0): void {
    this.storeRaw(address, value, 4, offset);
  }

  /** Stores eight bytes. */
  storeLong(address: Expr, value: Expr): void {
    address(this.c);
    value(this.c);
    this.c.memory(Op.I64Store, 0);
  }

  /** Releases the locals of the instruction. */
  endInsn(): void {
    for (const index of this.taken) this.c.release(index);
    this.taken = [];
  }

  // ---- state

  stateWord(at: number): Expr {
    return x.word(at);
  }

  setStateWord(at: number, value: Expr): void {
    this.storeWord(x.k(0), value, at);
  }

  segWord(seg: Seg, field: SegField): Expr {
    return this.stateWord(S.Seg + seg * SEG_SIZE + field);
  }

  /** Not 0 when the direction flag is set. */
  directionDown(): Expr {
    return x.and(this.stateWord(S.Eflags), x.k(Flag.Df));
  }

  abstract readonly fres: Expr;
  abstract readonly fco: Expr;
  /** @param of the value as the sum or difference that it is, signed */
  abstract setFres(value: Expr, of?: Var): void;
  abstract setFco(value: Expr): void;

  /** Sets no carries and no corrections. */
  clearFco(): void {
    this.setFco(x.k(0));
  }

  /** Sets Fco from z = from - y, with `size` bytes. */
  abstract setBorrows(from: Var, y: Var, z: Var, size: Size): void;
  /** Sets Fco from to = from - 1, with `size` bytes; CF is kept. */
  abstract setStepBorrows(from: Var, to: Var, size: Size): void;

  /** CF, 0 or 1. */
  carry(): Expr {
    return x.shr(this.fco, x.k(31));
  }

  /** The bits of Fco that correct SF and PF. Its carries may be missing. */
  get corrections(): Expr {
    return this.fco;
  }

  // ---- bulk memory, by addresses in the machine's memory; each range is in one page of RAM

  copyBytes(to: Expr, from: Expr, bytes: Expr): void {
    to(this.c);
    from(this.c);
    bytes(this.c);
    this.c.op(Op.Bulk, BulkOp.Copy, 0, 0);
  }

  fillBytes(to: Expr, byte: Expr, bytes: Expr): void {
    to(this.c);
    byte(this.c);
    bytes(this.c);
    this.c.op(Op.Bulk, BulkOp.Fill, 0);
  }

  // ---- general registers by number

  abstract gpr(reg: Gpr): Expr;
  abstract setGpr(reg: Gpr, value: Expr): void;

  /** AL, AX or EAX, or the same part of another register (never AH-BH). */
  acc(reg: Gpr, size: Size): Expr {
    return size === 4 ? this.gpr(reg) : x.and(this.gpr(reg), x.k(size === 1 ? 0xff : 0xffff));
  }

  setAcc(reg: Gpr, value: Expr, size: Size): void {
    if (size === 4) this.setGpr(reg, value);
    else this.setGpr(reg, this.insert(this.gpr(reg), value, size));
  }

  protected insert(whole: Expr, part: Expr, size: Size): Expr {
    const mask = size === 1 ? 0xff : 0xffff;
    return x.or(x.and(whole, x.k(~mask)), x.and(part, x.k(mask)));
  }

  // ---- operands by position

  protected abstract readReg(n: number): Expr;
  protected abstract writeReg(n: number, value: Expr): void;
  /** An immediate, sign-extended to 32 bits. */
  abstract imm(): Expr;
  abstract imm2(): Expr;
  /** The number of a segment, control or debug register. */
  abstract number(n: number): Expr;
  /** Register number of a 32-bit general register operand. */
  abstract regNumber(n: number): Expr;
  /** The number of the segment for the memory operand, or for an implicit source. */
  abstract ownSegment(): Expr;
  /** The offset of the memory operand in its segment, cut to the address size. */
  protected abstract effective(): Expr;

  size(n = 0): Size {
    return this.insn.operands[n].size;
  }

  isMemory(n: number): boolean {
    return this.insn.operands[n].kind === "m";
  }

  /** An offset near the memory operand's, cut to the address size. */
  abstract cutAddress(offset: Expr): Var;

  /** The memory operand's offset, kept for several accesses. */
  address(): Var {
    return this.let(this.effective());
  }

  /** Operand n, zero-extended. */
  read(n: number): Var {
    const { kind, size } = this.insn.operands[n];
    if (kind === "m") return this.load(this.address(), size);
    if (kind === "r") return this.let(this.readReg(n));
    if (kind === "n") return this.let(this.number(n));
    return this.let(size === 4 ? this.imm() : x.and(this.imm(), x.k(size === 1 ? 0xff : 0xffff)));
  }

  /** Writes operand n without reading it. */
  write(n: number, value: Expr): void {
    if (this.isMemory(n)) {
      const v = this.let(value);
      this.store(this.address(), v, this.size(n));
    } else this.writeReg(n, value);
  }

  /** Opens operand n for read-modify-write. */
  modify(n: number): Place {
    if (this.isMemory(n)) return this.open(this.address(), this.size(n));
    return { value: this.let(this.readReg(n)), store: (value) => this.writeReg(n, value) };
  }

  // ---- memory; `at` is an offset in the segment

  abstract load(at: Var, size: Size, seg?: AccessSeg): Var;
  abstract store(at: Var, value: Var, size: Size, seg?: AccessSeg): void;
  abstract open(at: Var, size: Size, seg?: AccessSeg): Place;
  /** What the TLB and the segment allow around offset `at`. */
  abstract window(at: Var, write: boolean, seg?: AccessSeg): Window;
  /** The linear address of the memory operand, without any check (INVLPG). */
  abstract linear(): Expr;

  /** The stack pointer moved by `delta` bytes, cut to the stack's width. It is not written back yet. */
  stackOffset(delta: Expr): Var {
    return this.stackAt(x.add(this.gpr(Gpr.Esp), delta));
  }

  /** Any offset in the stack segment, cut to the stack's width. */
  stackAt(offset: Expr): Var {
    return this.let(this.insn.checked ? x.and(offset, x.select(this.wideStack(), x.k(-1), x.k(0xffff))) : offset);
  }

  /** ESP with the stack pointer at an offset from `stackOffset`. On a 16-bit stack the upper half is kept. */
  stackValue(offset: Expr): Expr {
    if (!this.insn.checked) return offset;
    return x.select(this.wideStack(), offset, this.insert(this.gpr(Gpr.Esp), offset, 2));
  }

  /** SS.B (vol. 3A, 3.4.5). */
  private wideStack(): Expr {
    return x.and(this.segWord(Seg.Ss, SegField.Rights), x.k(Desc.Db));
  }

  setStack(offset: Expr): void {
    this.setGpr(Gpr.Esp, this.stackValue(offset));
  }

  push(value: Var, size: Size): void {
    const top = this.stackOffset(x.k(-size));
    this.store(top, value, size, Seg.Ss);
    this.setStack(top);
  }

  // ---- control flow

  abstract nextEip(): Expr;
  /** Goes to the target of the direct branch. */
  abstract jumpTarget(): void;
  abstract jumpNext(): void;
  /** Goes to the target when the condition is not 0, else on. */
  abstract branch(condition: Expr): void;
  /** Goes to an offset in CS, for which `checkTarget` has been called. */
  abstract jumpTo(eip: Var): void;
  /** Executes the same instruction again, which is the next iteration of a REP. */
  abstract again(): void;
  /** The number of instructions left in the slice, and the charge of some of them: for REP, which does many at once. */
  abstract budget(): Expr;
  abstract charge(count: Expr): void;
  /** Raises #GP(0) when the offset is beyond the CS limit. This comes before anything is written. */
  checkTarget(eip: Expr): void {
    this.if(x.gtU(eip, this.segWord(Seg.Cs, SegField.Limit)), () => this.raise(13, 0));
  }
  /** Offset of the direct branch's target. */
  abstract target(): Expr;
  /** Raises a fault of this instruction. */
  abstract raise(vector: Vector, errorCode: number): void;

  /**
   * Calls the system helper (system-ops.ts) and leaves generated code. `then` finishes the instruction after the helper
   * has succeeded.
   */
  abstract system(op: SystemOp, a?: Expr, b?: Expr, then?: () => void): void;
  abstract storeRaw(address: Expr, value: Expr, size: Size, offset?: number): void;
}
