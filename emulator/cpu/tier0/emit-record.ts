import type { Gpr } from "../../base/arch";
import { S, SEG_SIZE, SegField } from "../../base/layout";
import { type Code, Op } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import { Emit, type AccessSeg, type Size } from "../../isa/emit";
import { fcoOfBorrows, fcoOfStep } from "../../isa/flags";
import { SEG_CHECKED } from "../../isa/system-ops";
import { rawLoad } from "../inline-memory";
import type { Helpers } from "./helpers";
import { MISC_ADDRESS16, Rec } from "./record";
import type { HandlerShape } from "./shapes";

const OPERAND_FIELD = [Rec.A, Rec.B, Rec.Imm];
const STORE: Record<Size, number> = { 1: Op.I32Store8, 2: Op.I32Store16, 4: Op.I32Store };

/** Access to operands through the record, as handlers in the hot function and out of line both need it. */
export abstract class RecordEmit extends Emit {
  declare insn: HandlerShape;

  /** @param st the local that holds the record's address */
  constructor(
    c: Code,
    protected readonly st: Var,
    protected readonly helpers: Helpers,
  ) {
    super(c);
  }

  override setBorrows(from: Var, y: Var, z: Var, size: Size): void {
    this.setFco(fcoOfBorrows(this, from, y, z, size));
  }

  override setStepBorrows(from: Var, to: Var, size: Size): void {
    this.setFco(fcoOfStep(this, from, to, size));
  }

  protected field(at: Rec): Expr {
    return x.load32(this.st, at);
  }

  override storeRaw(address: Expr, value: Expr, size: Size, offset = 0): void {
    address(this.c);
    value(this.c);
    this.c.memory(STORE[size], offset);
  }

  // ---- registers

  override gpr(reg: Gpr): Expr {
    return x.load32(x.k(0), S.Gpr + reg * 4);
  }

  override setGpr(reg: Gpr, value: Expr): void {
    this.storeRaw(x.k(0), value, 4, S.Gpr + reg * 4);
  }

  override acc(reg: Gpr, size: Size): Expr {
    return rawLoad(x.k(0), size, S.Gpr + reg * 4);
  }

  override setAcc(reg: Gpr, value: Expr, size: Size): void {
    this.storeRaw(x.k(0), value, size, S.Gpr + reg * 4);
  }

  protected override readReg(n: number): Expr {
    return rawLoad(this.field(OPERAND_FIELD[n]), this.insn.operands[n].size);
  }

  protected override writeReg(n: number, value: Expr): void {
    this.storeRaw(this.field(OPERAND_FIELD[n]), value, this.insn.operands[n].size);
  }

  override regNumber(n: number): Expr {
    return x.shr(x.sub(this.field(OPERAND_FIELD[n]), x.k(S.Gpr)), x.k(2));
  }

  override number(n: number): Expr {
    return this.field(OPERAND_FIELD[n]);
  }

  override imm(): Expr {
    return this.field(Rec.Imm);
  }

  override imm2(): Expr {
    return this.field(Rec.Disp);
  }

  // ---- addresses

  protected override effective(): Expr {
    const { checked, indexed } = this.insn;
    let at = x.add(x.load32(this.field(Rec.Base)), this.field(Rec.Disp));
    if (indexed) at = x.add(at, x.shl(x.load32(this.field(Rec.Index)), this.field(Rec.Shift)));
    return checked ? x.and(at, this.addressMask()) : at;
  }

  override cutAddress(offset: Expr): Var {
    return this.let(this.insn.checked ? x.and(offset, this.addressMask()) : offset);
  }

  private addressMask(): Expr {
    return x.select(x.and(this.field(Rec.Misc), x.k(MISC_ADDRESS16)), x.k(0xffff), x.k(-1));
  }

  override ownSegment(): Expr {
    return x.and(x.shr(this.field(Rec.Misc), x.k(4)), x.k(7));
  }

  override linear(): Expr {
    const cache = x.mul(this.ownSegment(), x.k(SEG_SIZE));
    return x.add(x.load32(cache, S.Seg + SegField.Base), this.effective());
  }

  /** `sizeSeg` of system-ops.ts for an unchecked access. */
  protected sizeSeg(size: Size, seg: AccessSeg): Expr {
    if (seg !== "own") return x.k(size | (seg << 4));
    return x.or(x.and(this.field(Rec.Misc), x.k(0x70)), x.k(size));
  }

  protected static readonly checkedSizeSeg = (size: Size): Expr => x.k(size | (SEG_CHECKED << 4));

  // ---- control

  override nextEip(): Expr {
    return this.field(Rec.NextEip);
  }

  override target(): Expr {
    return this.field(Rec.TakenEip);
  }

  protected isFaulting(): Expr {
    return this.stateWord(S.Fault);
  }
}
