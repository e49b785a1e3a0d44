import type { Vector } from "../../base/arch";
import { type Code, type Label, Op } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import type { AccessSeg, Place, Size } from "../../isa/emit";
import type { SystemOp } from "../../isa/system-ops";
import { RecordEmit } from "./emit-record";
import { type Helpers, tlbSlot } from "./helpers";
import { Rec, RECORD_BYTES } from "./record";

/** The hot function's locals and the labels that its handlers jump to. */
export interface HotFrame {
  st: Var;
  fres: Var;
  fco: Var;
  tlbRead: Var;
  tlbWrite: Var;
  /** For `go`: address of the link word; for `goTo`: the offset in CS. */
  to: Var;
  /** Dispatches the record in `st`. */
  next: Label;
  go: Label;
  goTo: Label;
  fault: Label;
}

/** Handlers inside the hot function: flags in locals, TLB checks inline. */
export class HotEmit extends RecordEmit {
  override readonly fres: Expr;
  override readonly fco: Expr;

  constructor(
    c: Code,
    private readonly frame: HotFrame,
    helpers: Helpers,
  ) {
    super(c, frame.st, helpers);
    this.fres = frame.fres;
    this.fco = frame.fco;
  }

  override setFres(value: Expr): void {
    this.set(this.frame.fres, value);
  }

  override setFco(value: Expr): void {
    this.set(this.frame.fco, value);
  }

  finish(): void {
    this.set(this.st, x.add(this.st, x.k(RECORD_BYTES)));
    this.c.br(this.frame.next);
  }

  // ---- memory

  /**
   * Leaves on the stack whether the inline access is impossible: no valid entry,
   * or not aligned. `delta` gets host address minus linear address.
   */
  private probe(table: Var, at: Var, size: Size): Var {
    const delta = this.let(x.sub(x.load32(tlbSlot(table, at)), x.k(1)));
    const bits = size === 1 ? delta : x.or(delta, at);
    x.and(bits, x.k(size === 4 ? 3 : 1))(this.c);
    return delta;
  }

  private faultCheck(): void {
    this.isFaulting()(this.c);
    this.c.brIf(this.frame.fault);
  }

  override load(at: Var, size: Size, seg: AccessSeg = "own"): Var {
    const value = this.temp();
    const delta = this.probe(this.frame.tlbRead, at, size);
    this.c.if();
    this.set(value, x.call(this.helpers.load[size], at, this.sizeSeg(size, seg)));
    this.faultCheck();
    this.c.else();
    this.set(value, this.rawLoad(x.add(at, delta), size));
    this.c.end();
    return value;
  }

  override store(at: Var, value: Var, size: Size, seg: AccessSeg = "own"): void {
    const delta = this.probe(this.frame.tlbWrite, at, size);
    this.c.if();
    x.call(this.helpers.store[size], at, value, this.sizeSeg(size, seg))(this.c);
    this.faultCheck();
    this.c.else();
    this.storeRaw(x.add(at, delta), value, size);
    this.c.end();
  }

  override open(at: Var, size: Size, seg: AccessSeg = "own"): Place {
    const value = this.temp();
    const host = this.temp();
    const delta = this.probe(this.frame.tlbWrite, at, size);
    this.c.if();
    this.set(value, x.call(this.helpers.open[size], at, this.sizeSeg(size, seg)));
    this.faultCheck();
    this.set(host, x.k(0));
    this.c.else();
    this.set(host, x.add(at, delta));
    this.set(value, this.rawLoad(host, size));
    this.c.end();
    const slow = (v: Expr): void => x.call(this.helpers.store[size], at, v, this.sizeSeg(size, seg))(this.c);
    return { value, store: (v) => this.if(host, () => this.storeRaw(host, v, size), () => slow(v)) };
  }

  // ---- control

  private goLink(link: Expr): void {
    this.set(this.frame.to, link);
    this.c.br(this.frame.go);
  }

  override jumpTarget(): void {
    this.goLink(x.add(this.st, x.k(Rec.Taken)));
  }

  override jumpNext(): void {
    this.goLink(x.add(this.st, x.k(Rec.Next)));
  }

  override branch(condition: Expr): void {
    this.goLink(x.add(this.st, x.select(condition, x.k(Rec.Taken), x.k(Rec.Next))));
  }

  override jumpTo(eip: Var): void {
    this.set(this.frame.to, eip);
    this.c.br(this.frame.goTo);
  }

  override raise(vector: Vector, errorCode: number): void {
    x.call(this.helpers.raise, this.st, x.k(vector), x.k(errorCode))(this.c);
    this.c.op(Op.Drop);
    this.c.br(this.frame.fault);
  }

  override again(): void {
    this.refuse();
  }

  override budget(): Expr {
    return this.refuse();
  }

  override charge(): void {
    this.refuse();
  }

  override host(): Var {
    return this.refuse();
  }

  private refuse(): never {
    throw new Error(`${this.insn.mnemonic} is out of line`);
  }

  override system(_op: SystemOp): void {
    this.refuse();
  }
}

