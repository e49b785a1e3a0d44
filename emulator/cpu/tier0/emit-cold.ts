import type { Vector } from "../../base/arch";
import { S } from "../../base/layout";
import { Op } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import type { AccessSeg, Place, Size, Window } from "../../isa/emit";
import { SEG_ACCESS_WRITE, type SystemOp, SYSTEM_FAULT } from "../../isa/system-ops";
import { Exit } from "../exit";
import { pageWindow, segmentWindow } from "../inline-memory";
import { RecordEmit } from "./emit-record";
import type { PagingFunctions } from "./flat-paging";
import { Rec, RECORD_BYTES } from "./record";
import { tlbSlot } from "./tlb-slot";

/**
 * Handlers out of line. They are functions (record) -> next record, or 0 to leave. Flags and budget are in the State,
 * and memory is accessed through the module's functions.
 */
export class ColdEmit extends RecordEmit {
  override readonly fres: Expr = this.stateWord(S.Fres);
  override readonly fco: Expr = this.stateWord(S.Fco);

  override setFres(value: Expr): void {
    this.setStateWord(S.Fres, value);
  }

  override setFco(value: Expr): void {
    this.setStateWord(S.Fco, value);
  }

  get paging(): PagingFunctions {
    return this.helpers.paging;
  }

  /** Ends a handler that simply goes on with the next record. */
  finish(): void {
    this.return(x.add(this.st, x.k(RECORD_BYTES)));
    this.c.op(Op.Unreachable);
  }

  private return(record: Expr): void {
    record(this.c);
    this.c.op(Op.Return);
  }

  private leaveOnFault(): void {
    this.if(this.isFaulting(), () => this.return(x.call(this.helpers.fault, this.st)));
  }

  // ---- memory

  /** The linear address of a checked access, or the offset itself. */
  private translate(at: Var, size: Size, seg: AccessSeg, write: boolean): { linear: Var; sizeSeg: Expr } {
    if (!this.insn.checked) return { linear: at, sizeSeg: this.sizeSeg(size, seg) };
    const access = x.or(this.sizeSeg(size, seg), x.k(write ? SEG_ACCESS_WRITE : 0));
    const linear = this.let(x.call(this.helpers.segment, at, access));
    this.leaveOnFault();
    return { linear, sizeSeg: RecordEmit.checkedSizeSeg(size) };
  }

  override load(at: Var, size: Size, seg: AccessSeg = "own"): Var {
    const { linear, sizeSeg } = this.translate(at, size, seg, false);
    const value = this.let(x.call(this.helpers.load[size], linear, sizeSeg));
    this.leaveOnFault();
    return value;
  }

  override store(at: Var, value: Var, size: Size, seg: AccessSeg = "own"): void {
    const { linear, sizeSeg } = this.translate(at, size, seg, true);
    x.call(this.helpers.store[size], linear, value, sizeSeg)(this.c);
    this.leaveOnFault();
  }

  override open(at: Var, size: Size, seg: AccessSeg = "own"): Place {
    const { linear, sizeSeg } = this.translate(at, size, seg, true);
    const value = this.let(x.call(this.helpers.open[size], linear, sizeSeg));
    this.leaveOnFault();
    return { value, store: (v) => x.call(this.helpers.store[size], linear, v, sizeSeg)(this.c) };
  }

  override window(at: Var, write: boolean, seg: AccessSeg = "own"): Window {
    const entry = (linear: Var): Expr => x.load32(tlbSlot(this.stateWord(write ? S.TlbWrite : S.TlbRead), linear));
    return this.insn.checked ? segmentWindow(this, at, seg, entry) : pageWindow(this, at, entry(at));
  }

  // ---- control

  override jumpTarget(): void {
    this.return(x.call(this.helpers.go, this.st, x.add(this.st, x.k(Rec.Taken))));
  }

  override jumpNext(): void {
    this.return(x.call(this.helpers.go, this.st, x.add(this.st, x.k(Rec.Next))));
  }

  override branch(condition: Expr): void {
    this.if(condition, () => this.jumpTarget());
    this.jumpNext();
  }

  override jumpTo(eip: Var): void {
    this.return(x.call(this.helpers.goTo, this.st, eip));
  }

  override again(): void {
    this.return(x.call(this.helpers.again, this.st));
  }

  override budget(): Expr {
    return this.stateWord(S.Budget);
  }

  override raise(vector: Vector, errorCode: number): void {
    this.return(x.call(this.helpers.raise, this.st, x.k(vector), x.k(errorCode)));
  }

  override system(op: SystemOp, a: Expr = x.k(0), b: Expr = x.k(0), then?: () => void): void {
    const first = this.let(a);
    const second = this.let(b);
    this.setStateWord(S.InsnEip, this.field(Rec.Eip));
    this.setStateWord(S.Eip, this.field(Rec.NextEip));
    // The last record of a block counts its own instruction too.
    this.charge(x.sub(this.field(Rec.Count), x.k(1)));
    const result = this.let(x.call(this.helpers.system, x.k(op), first, second));
    this.if(x.eq(result, x.k(SYSTEM_FAULT)), () => {
      this.setStateWord(S.Eip, this.stateWord(S.InsnEip));
      this.leave(Exit.SystemFault);
    });
    this.charge(x.k(1));
    then?.();
    this.if(result, () => this.leave(Exit.System));
    this.return(x.call(this.helpers.resume));
  }

  override charge(count: Expr): void {
    this.setStateWord(S.Budget, x.sub(this.stateWord(S.Budget), count));
  }

  private leave(exit: Exit): void {
    this.setStateWord(S.Exit, x.k(exit));
    this.return(x.k(0));
  }
}
