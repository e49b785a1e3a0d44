import { S } from "../base/layout";
import type { Code, Label } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import type { Expr, Var } from "../base/wasm/expr";
import { keep, locals, set, setWord } from "../base/wasm/statements";
import type { Size } from "../isa/emit";
import type { Insn } from "../isa/insn";
import { killsFlags } from "../isa/queries";
import { Trait } from "../isa/traits";
import { carryInState, fcoOfBorrows, Pending, PENDING_SHIFT } from "./pending-flags";

const fresWord: Expr = x.word(S.Fres);
const fcoWord: Expr = x.word(S.Fco);

/** Where the flags are at some point of the code. */
export interface FlagsForm {
  inLocals: boolean;
  /** For flags in locals: how S.PendingFlags can describe them without their being worked out. */
  kind: number;
  /** For flags in the State: whether nothing is pending. */
  settled: boolean;
  /** For flags in locals: whether CF is still the one in the State. */
  keepsCarry: boolean;
}

const IN_STATE: Readonly<FlagsForm> = { inLocals: false, kind: Pending.None, settled: false, keepsCarry: false };

/**
 * The arithmetic flags of a region. Inside a block, once something has set
 * them, they are in locals:
 *
 *   Fco = the borrows of minuend - subtrahend in CF's, OF's and AF's places, exclusive-or `correction`
 *
 * Setting flags costs nothing where nobody reads them but an exit. INC
 * and DEC leave CF where it is: code that reads CF looks for it there.
 * Where blocks meet the flags are in the State, most often only as what they are
 * to be worked out from (Pending).
 */
export class RegionFlags {
  readonly fres: Expr = (c) => (this.now.inLocals ? this.result : fresWord)(c);
  readonly fco: Expr = (c) => (this.now.inLocals ? this.localFco() : fcoWord)(c);
  private now: FlagsForm = { ...IN_STATE };
  /** Operands of the last subtraction or addition, until its result has become Fres. */
  private operands: { from: Var; z: Var; size: Size } | undefined;
  /** Whether the instruction may leave flags as they are. Then only the locals tell what the flags are after it. */
  private isPartial = false;
  private leftStepped = false;
  private readonly result: Var;
  private readonly minuend: Var;
  private readonly subtrahend: Var;
  private readonly correction: Var;

  /**
   * @param inState leaves the region with the flags in the State
   * @param pending leaves with the flags in locals: the code of `store` is there
   * @param stepped leaves with all but CF in locals: the code of `emitStepped` is there, and goes on to `pending`
   * @param settleFunction see SETTLE_NAME
   */
  constructor(
    private readonly c: Code,
    private readonly exits: { inState: Label; pending: Label; stepped: Label },
    private readonly settleFunction: number,
  ) {
    [this.result, this.minuend, this.subtrahend, this.correction] = locals(c, 4);
  }

  get form(): FlagsForm {
    return { ...this.now };
  }

  beginBlock(form: Readonly<FlagsForm> = IN_STATE): void {
    this.now = { ...form };
    this.operands = undefined;
  }

  /** Begins after a call that leaves the flags in the State, worked out. */
  beginSettled(): void {
    this.beginBlock({ ...IN_STATE, settled: true });
  }

  /**
   * Prepares the flags for an instruction: one that reads them finds them worked out, and one that may keep some of
   * them writes to the locals.
   */
  beginInsn(insn: Insn): void {
    const { traits } = insn.spec;
    this.isPartial = (traits & Trait.KeepsFlags) !== 0 && !killsFlags(insn);
    if (this.now.keepsCarry && this.isPartial) this.takeCarry();
    if (this.now.inLocals || (traits & Trait.KeepsCarry) !== 0) return;
    const writes = insn.flags && (this.isPartial || (traits & Trait.ChangesFlags) !== 0) && !killsFlags(insn);
    if (writes || (traits & Trait.ReadsFlags) !== 0) this.settle();
    if (!writes || !this.isPartial) return;
    set(this.c, this.result, fresWord);
    this.setLocals(x.k(0), x.k(0), fcoWord);
  }

  /** Leaves the region from here. */
  leave(): void {
    const { inLocals, keepsCarry } = this.now;
    if (keepsCarry) this.leftStepped = true;
    this.c.br(keepsCarry ? this.exits.stepped : inLocals ? this.exits.pending : this.exits.inState);
  }

  /** The code at `exits.stepped`. After it the locals hold all flags, whatever the last block left in the State. */
  emitStepped(): void {
    if (this.leftStepped) this.turnCarry(this.carryDiffers);
    this.now.keepsCarry = false;
  }

  /** Puts the flags where the next block looks for them. */
  pass(): void {
    if (!this.now.inLocals) return;
    const { kind } = this.now;
    if (kind === (Pending.None as number)) return this.store();
    if (kind !== (Pending.Logic as number)) setWord(this.c, S.PendingB, this.subtrahend);
    setWord(this.c, S.PendingA, kind === (Pending.Logic as number) ? this.result : this.minuend);
    setWord(this.c, S.PendingFlags, x.k(kind));
  }

  /** Makes S.Fres and S.Fco valid for code outside of this region. */
  settle(): void {
    if (this.now.inLocals) return this.store();
    if (this.now.settled) return;
    x.word(S.PendingFlags)(this.c);
    this.c.ifUnlikely();
    this.c.call(this.settleFunction);
    this.c.end();
    this.now.settled = true;
  }

  /** Stores the flags that the locals hold to the State. */
  store(): void {
    setWord(this.c, S.Fco, this.localFco());
    setWord(this.c, S.Fres, this.result);
    setWord(this.c, S.PendingFlags, x.k(Pending.None));
  }

  /** Takes CF from the State where `keepsCarry` says that the locals lack it. */
  private takeCarry(): void {
    this.turnCarry(this.carryDiffers);
    this.now.keepsCarry = false;
  }

  get carry(): Expr {
    if (this.now.keepsCarry) return carryInState;
    if (!this.now.inLocals) return x.shr(fcoWord, x.k(31));
    return x.xor(this.borrow, x.shr(this.correction, x.k(31)));
  }

  get corrections(): Expr {
    return this.now.inLocals ? this.correction : fcoWord;
  }

  setFres(value: Expr, of?: Var): void {
    set(this.c, this.result, value);
    const { operands, now } = this;
    if (operands && !this.isPartial && (of === operands.z || of === operands.from)) {
      now.kind = (of === operands.z ? Pending.Sub : Pending.Add) | (upOf(operands.size) << PENDING_SHIFT);
    }
    this.operands = undefined;
  }

  setFco(value: Expr): void {
    this.setLocals(x.k(0), x.k(0), value);
  }

  /** Sets no carries, as the logic instructions do. */
  clearFco(): void {
    this.setFco(x.k(0));
    if (!this.isPartial) this.now.kind = Pending.Logic;
  }

  /** Keeps the operands of z = from - y. The flags are worked out where they are read, and at the exit. */
  setBorrows(from: Var, y: Var, z: Var, size: Size): void {
    const up = upOf(size);
    const high = (value: Expr): Expr => (up ? x.shl(value, x.k(up)) : value);
    const adjust = up ? x.and(x.shr(x.xor(x.xor(from, y), z), x.k(1)), x.k(8)) : x.k(0);
    this.setLocals(high(from), high(y), adjust);
    this.operands = { from, z, size };
  }

  /** The same for a step by y = 1, which keeps CF. */
  setStepBorrows(from: Var, y: Var, z: Var, size: Size): void {
    const keepsCarry = !this.now.inLocals || this.now.keepsCarry;
    const carry = keepsCarry ? undefined : keep(this.c, this.carry);
    this.setBorrows(from, y, z, size);
    this.operands = undefined;
    this.now.keepsCarry = keepsCarry;
    if (!carry) return;
    this.turnCarry(x.xor(carry, this.borrow));
    this.c.release(carry.index);
  }

  /** Inverts CF and its neighbour where `differs` is 1, so that OF stays the same. */
  private turnCarry(differs: Expr): void {
    set(this.c, this.correction, x.xor(this.correction, turned(differs)));
  }

  private get borrow(): Expr {
    return x.ltU(this.minuend, this.subtrahend);
  }

  /** Whether the locals alone would show another CF than the State's. */
  private get carryDiffers(): Expr {
    return x.xor(carryInState, this.borrow);
  }

  /** The correction is set first, because its value may read the old flags. */
  private setLocals(minuend: Expr, subtrahend: Expr, correction: Expr): void {
    set(this.c, this.correction, correction);
    set(this.c, this.minuend, minuend);
    set(this.c, this.subtrahend, subtrahend);
    this.now = { inLocals: true, kind: Pending.None, settled: false, keepsCarry: false };
    this.operands = undefined;
  }

  private localFco(): Expr {
    const correction = this.now.keepsCarry ? x.xor(this.correction, turned(this.carryDiffers)) : this.correction;
    return x.xor(fcoOfBorrows(this.minuend, this.subtrahend), correction);
  }
}

/** The bits of CF and its neighbour in Fco, where `differs` is 1. */
const turned = (differs: Expr): Expr => x.shl(x.sub(x.k(0), differs), x.k(30));

/** By how much an operand is shifted left so that its carries come out of bit 31. */
const upOf = (size: Size): number => 32 - size * 8;
