import type { Vector } from "../../base/arch";
import { type Code, type Label, Op } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import type { AccessSeg, Place, Size, Window } from "../../isa/emit";
import type { SystemOp } from "../../isa/system-ops";
import { RecordEmit } from "./emit-record";
import { InlineMemory } from "../inline-memory";
import type { Helpers } from "./helpers";
import { Rec, RECORD_BYTES } from "./record";
import { tlbSlot } from "./tlb-slot";

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
  private readonly memory: InlineMemory;

  constructor(
    c: Code,
    private readonly frame: HotFrame,
    helpers: Helpers,
  ) {
    super(c, frame.st, helpers);
    const { tlbRead, tlbWrite } = frame;
    this.memory = new InlineMemory(this, {
      entry: (at, write) => x.load32(tlbSlot(write ? tlbWrite : tlbRead, at)),
      helpers,
      faultCheck: () => this.faultCheck(),
      unaligned: false,
    });
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

  private faultCheck(): void {
    this.isFaulting()(this.c);
    this.c.brIf(this.frame.fault);
  }

  override load(at: Var, size: Size, seg: AccessSeg = "own"): Var {
    return this.memory.load(at, size, this.sizeSeg(size, seg));
  }

  override store(at: Var, value: Var, size: Size, seg: AccessSeg = "own"): void {
    this.memory.store(at, value, size, this.sizeSeg(size, seg));
  }

  override open(at: Var, size: Size, seg: AccessSeg = "own"): Place {
    return this.memory.open(at, size, this.sizeSeg(size, seg));
  }

  override window(): Window {
    return this.refuse();
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

  private refuse(): never {
    throw new Error(`${this.insn.mnemonic} is out of line`);
  }

  override system(_op: SystemOp): void {
    this.refuse();
  }
}
