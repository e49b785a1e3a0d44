import { S } from "../base/layout";
import { type Code, type Label, Op, Type } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import { type Expr, type Var, variable } from "../base/wasm/expr";
import type { Size } from "../isa/emit";
import type { Insn } from "../isa/insn";
import { killsFlags } from "../isa/queries";
import { Trait } from "../isa/traits";

/** Places of CF, of OF (with CF) and of AF in Fco. */
const CARRIES = 0xc0000008 | 0;

const fresWord: Expr = x.load32(x.k(0), S.Fres);
const fcoWord: Expr = x.load32(x.k(0), S.Fco);

/**
 * The arithmetic flags of a region. Between blocks they stand in the State as
 * Fres and Fco; inside a block, once something has set them, in locals:
 *
 *   Fco = the borrows of minuend - subtrahend in CF's, OF's and AF's places, exclusive-or `correction`
 *
 * so that setting flags costs nothing where nobody reads them but an exit.
 */
export class RegionFlags {
  readonly fres: Expr = (c) => (this.inLocals ? this.result : fresWord)(c);
  readonly fco: Expr = (c) => (this.inLocals ? this.localFco() : fcoWord)(c);
  private inLocals = false;
  private readonly result: Var;
  private readonly minuend: Var;
  private readonly subtrahend: Var;
  private readonly correction: Var;

  /**
   * @param inState leaves the region with the flags in the State
   * @param pending the same, with the flags in the locals: `store` stands there
   */
  constructor(
    private readonly c: Code,
    private readonly exits: { inState: Label; pending: Label },
  ) {
    [this.result, this.minuend, this.subtrahend, this.correction] = Array.from({ length: 4 }, () => variable(c.take(Type.I32)));
  }

  beginBlock(): void {
    this.inLocals = false;
  }

  /** Before an instruction that may leave some flags as they are: its writes go to the locals. */
  beginInsn(insn: Insn): void {
    if (this.inLocals || !insn.flags || (insn.spec.traits & Trait.KeepsFlags) === 0 || killsFlags(insn)) return;
    this.set(this.result, fresWord);
    this.setLocals(x.k(0), x.k(0), fcoWord);
  }

  /** Where to leave the region from here. */
  get exit(): Label {
    return this.inLocals ? this.exits.pending : this.exits.inState;
  }

  /** Puts the flags where the next block looks for them. */
  settle(): void {
    if (this.inLocals) this.store();
  }

  /** Stores the flags that the locals hold. */
  store(): void {
    this.word(S.Fco, this.localFco());
    this.word(S.Fres, this.result);
  }

  get carry(): Expr {
    if (!this.inLocals) return x.shr(fcoWord, x.k(31));
    return x.xor(x.ltU(this.minuend, this.subtrahend), x.shr(this.correction, x.k(31)));
  }

  get corrections(): Expr {
    return this.inLocals ? this.correction : fcoWord;
  }

  setFres(value: Expr): void {
    this.set(this.result, value);
    this.inLocals = true;
  }

  setFco(value: Expr): void {
    this.setLocals(x.k(0), x.k(0), value);
  }

  /** Keeps the operands of z = from - y: what the flags are is worked out where they are read, and at the exit. */
  setBorrows(from: Var, y: Var, z: Var, size: Size): void {
    const up = 32 - size * 8;
    const high = (value: Expr): Expr => (up ? x.shl(value, x.k(up)) : value);
    const adjust = up ? x.and(x.shr(x.xor(x.xor(from, y), z), x.k(1)), x.k(8)) : x.k(0);
    this.setLocals(high(from), high(y), adjust);
  }

  /** Turns CF and its neighbour where `differs` is 1, so that OF stays. */
  turnCarry(differs: Expr): void {
    this.set(this.correction, x.xor(this.correction, x.shl(x.sub(x.k(0), differs), x.k(30))));
  }

  /** The correction comes first: its value may read the old flags. */
  private setLocals(minuend: Expr, subtrahend: Expr, correction: Expr): void {
    this.set(this.correction, correction);
    this.set(this.minuend, minuend);
    this.set(this.subtrahend, subtrahend);
    this.inLocals = true;
  }

  private localFco(): Expr {
    const { minuend: a, subtrahend: b } = this;
    const r = x.sub(a, b);
    const borrows = x.or(x.and(r, b), x.and(x.or(r, b), x.not(a)));
    return x.xor(x.and(borrows, x.k(CARRIES)), this.correction);
  }

  private set(to: Var, value: Expr): void {
    value(this.c);
    this.c.local(Op.LocalSet, to.index);
  }

  private word(at: S, value: Expr): void {
    x.k(0)(this.c);
    value(this.c);
    this.c.memory(Op.I32Store, at);
  }
}
