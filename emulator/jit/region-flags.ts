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
  /** Of flags in the locals: how they can stand in the State without being worked out, as S.PendingFlags has it. */
  kind: number;
  /** Of flags in the State: nothing is pending. */
  settled: boolean;
  /** Of flags in the locals: but for CF, which is still the one in the State. */
  keepsCarry: boolean;
}

const IN_STATE: Readonly<FlagsForm> = { inLocals: false, kind: Pending.None, settled: false, keepsCarry: false };

/**
 * The arithmetic flags of a region. Inside a block, once something has set
 * them, they are in locals:
 *
 *   Fco = the borrows of minuend - subtrahend in CF's, OF's and AF's places, exclusive-or `correction`
 *
 * so that setting flags costs nothing where nobody reads them but an exit. INC
 * and DEC leave CF where it is: it is looked for by who reads it.
 * Where blocks meet they stand in the State, most often only as what they are
 * to be worked out from (Pending).
 */
export class RegionFlags {
  readonly fres: Expr = (c) => (this.now.inLocals ? this.result : fresWord)(c);
  readonly fco: Expr = (c) => (this.now.inLocals ? this.localFco() : fcoWord)(c);
  private now: FlagsForm = { ...IN_STATE };
  /** Operands of the last subtraction or addition, until its result has become Fres. */
  private operands: { from: Var; z: Var; size: Size } | undefined;
  /** The instruction may leave flags as they are: only the locals say what they are behind it. */
  private isPartial = false;
  private leftStepped = false;
  private readonly result: Var;
  private readonly minuend: Var;
  private readonly subtrahend: Var;
  private readonly correction: Var;

  /**
   * @param inState leaves the region with the flags in the State
   * @param pending the same, with the flags in the locals: `store` stands there
   * @param stepped the same, with all but CF in the locals: `emitStepped` stands there, and goes on to `pending`
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

  /** Behind a call that leaves the flags in the State, worked out. */
  beginSettled(): void {
    this.beginBlock({ ...IN_STATE, settled: true });
  }

  /** What reads flags finds them worked out; what may leave some of them as they are writes to the locals. */
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

  /** What stands at `exits.stepped`: behind it the locals have all flags, whatever the last block has kept. */
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

  /** Makes S.Fres and S.Fco good, for others than this region. */
  settle(): void {
    if (this.now.inLocals) return this.store();
    if (this.now.settled) return;
    x.word(S.PendingFlags)(this.c);
    this.c.ifUnlikely();
    this.c.call(this.settleFunction);
    this.c.end();
    this.now.settled = true;
  }

  /** Stores the flags that the locals hold. */
  store(): void {
    setWord(this.c, S.Fco, this.localFco());
    setWord(this.c, S.Fres, this.result);
    setWord(this.c, S.PendingFlags, x.k(Pending.None));
  }

  /** Makes the locals good that `keepsCarry` says are not. */
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

  /** No carries: what logic leaves. */
  clearFco(): void {
    this.setFco(x.k(0));
    if (!this.isPartial) this.now.kind = Pending.Logic;
  }

  /** Keeps the operands of z = from - y: what the flags are is worked out where they are read, and at the exit. */
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

  /** Turns CF and its neighbour where `differs` is 1, so that OF stays. */
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

  /** The correction comes first: its value may read the old flags. */
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

/** CF's place in Fco and its neighbour, where `differs` is 1. */
const turned = (differs: Expr): Expr => x.shl(x.sub(x.k(0), differs), x.k(30));

/** How far an operand is shifted to the left, so that its carries come out of bit 31. */
const upOf = (size: Size): number => 32 - size * 8;
