import { Gpr, Vector } from "../base/arch";
import { S } from "../base/layout";
import { type Code, type Label, Op } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import type { Expr, Var } from "../base/wasm/expr";
import { InlineMemory } from "../cpu/inline-memory";
import type { MemoryHelpers } from "../cpu/tier0/helpers";
import { type AccessSeg, Emit, type Place, type Size } from "../isa/emit";
import type { Insn } from "../isa/insn";

/** The region function's locals, and how its blocks go on. */
export interface RegionFrame {
  regs: Var[];
  fres: Var;
  /** Fco = the borrows of minuend - subtrahend in CF's, OF's and AF's places, exclusive-or `correction`. */
  minuend: Var;
  subtrahend: Var;
  correction: Var;
  budget: Var;
  /** Offset in CS to go on at, for `exit`. */
  eip: Var;
  /** Not 0 behind a store that changed code. */
  changed: Var;
  tlbRead: Var;
  tlbWrite: Var;
  /** Spills and returns. */
  exit: Label;
  csLimit: number;
  /** Goes to an offset in CS that is known now. */
  jump(eip: number): void;
  /** Goes to the offset in `eip`. */
  jumpDynamic(): void;
}

/** Places of CF, of OF (with CF) and of AF in Fco. */
const CARRIES = 0xc0000008 | 0;

/** Fco as the State holds it. */
export function fcoOf({ minuend: a, subtrahend: b, correction }: Pick<RegionFrame, "minuend" | "subtrahend" | "correction">): Expr {
  const r = x.sub(a, b);
  const borrows = x.or(x.and(r, b), x.and(x.or(r, b), x.not(a)));
  return x.xor(x.and(borrows, x.k(CARRIES)), correction);
}

/** Operands of compiled code: registers and flags in locals, everything else a constant. */
export class RegionEmit extends Emit {
  declare insn: Insn;
  override readonly fres: Expr;
  override readonly fco: Expr;
  /** Instructions of the block from this one to its end, already charged. */
  private owed = 0;
  private stores = false;
  private pinned: number[] = [];
  private readonly memory: InlineMemory;

  constructor(
    c: Code,
    private readonly frame: RegionFrame,
    helpers: MemoryHelpers,
  ) {
    super(c);
    this.fres = frame.fres;
    this.fco = fcoOf(frame);
    const { tlbRead, tlbWrite } = frame;
    this.memory = new InlineMemory(this, {
      tlbRead,
      tlbWrite,
      helpers,
      faultCheck: () => this.if(this.stateWord(S.Fault), () => this.leaveAtInsn()),
      stored: () => this.noteStore(),
    });
  }

  /** @param owed how many instructions of the block are left, this one included */
  begin(insn: Insn, owed: number): void {
    this.insn = insn;
    this.owed = owed;
    this.stores = false;
  }

  /** Ends an instruction that goes on at the next one of its block. */
  finish(): void {
    this.leaveIfChanged(x.k(this.insn.eip + this.insn.length), this.owed - 1);
    this.endInsn();
  }

  /** Keeps what the flags came from until they come from elsewhere. */
  override endInsn(): void {
    const source = this.flagSource;
    const kept = new Set<number>();
    if (source) {
      kept.add(source.result.index);
      if (source.kind === "sub") kept.add(source.a.index).add(source.b.index);
    }
    this.taken.push(...this.pinned);
    this.pinned = this.taken.filter((index) => kept.has(index));
    this.taken = this.taken.filter((index) => !kept.has(index));
    super.endInsn();
  }

  // ---- leaving

  /** Leaves with the state before this instruction. */
  private leaveAtInsn(): void {
    this.set(this.frame.budget, x.add(this.frame.budget, x.k(this.owed)));
    this.leaveTo(x.k(this.insn.eip));
  }

  private leaveTo(eip: Expr): void {
    this.set(this.frame.eip, eip);
    this.c.br(this.frame.exit);
  }

  private noteStore(): void {
    this.stores = true;
    this.set(this.frame.changed, this.stateWord(S.CodeChanged));
  }

  private leaveIfChanged(eip: Expr, unused: number): void {
    if (!this.stores) return;
    this.if(this.frame.changed, () => {
      if (unused > 0) this.set(this.frame.budget, x.add(this.frame.budget, x.k(unused)));
      this.leaveTo(eip);
    });
  }

  override raise(vector: Vector, errorCode: number): void {
    this.setStateWord(S.Fault, x.k(1));
    this.setStateWord(S.FaultVector, x.k(vector));
    this.setStateWord(S.FaultError, x.k(errorCode));
    this.leaveAtInsn();
  }

  // ---- flags and registers

  override setFres(value: Expr): void {
    this.set(this.frame.fres, value);
    this.flagSource = undefined;
  }

  override setFco(value: Expr): void {
    const { minuend, subtrahend, correction } = this.frame;
    // The value may read the old flags.
    this.set(correction, value);
    this.set(minuend, x.k(0));
    this.set(subtrahend, x.k(0));
    this.flagSource = undefined;
  }

  /** Keeps the operands: what the flags are is worked out where they are read, and at the exit. */
  override setBorrows(from: Var, y: Var, z: Var, size: Size): void {
    const { minuend, subtrahend, correction } = this.frame;
    const up = 32 - size * 8;
    const high = (value: Expr): Expr => (up ? x.shl(value, x.k(up)) : value);
    this.set(correction, up ? x.and(x.shr(x.xor(x.xor(from, y), z), x.k(1)), x.k(8)) : x.k(0));
    this.set(minuend, high(from));
    this.set(subtrahend, high(y));
    this.flagSource = undefined;
  }

  /** A borrow that is not the kept CF turns CF and its neighbour, so that OF stays. */
  override setStepBorrows(from: Var, to: Var, size: Size): void {
    const borrow = size === 4 ? from : x.and(from, x.k(size === 1 ? 0xff : 0xffff));
    const differs = this.let(x.xor(this.carry(), x.eqz(borrow)));
    this.setBorrows(from, this.let(x.k(1)), to, size);
    this.set(this.frame.correction, x.xor(this.frame.correction, x.shl(x.sub(x.k(0), differs), x.k(30))));
  }

  override carry(): Expr {
    const { minuend, subtrahend, correction } = this.frame;
    return x.xor(x.ltU(minuend, subtrahend), x.shr(correction, x.k(31)));
  }

  override get corrections(): Expr {
    return this.frame.correction;
  }

  override gpr(reg: Gpr): Expr {
    return this.frame.regs[reg];
  }

  override setGpr(reg: Gpr, value: Expr): void {
    this.set(this.frame.regs[reg], value);
  }

  protected override readReg(n: number): Expr {
    const { size, reg } = this.insn.operands[n];
    if (size === 1 && reg >= 4) return x.and(x.shr(this.gpr((reg & 3)), x.k(8)), x.k(0xff));
    return this.acc(reg, size);
  }

  protected override writeReg(n: number, value: Expr): void {
    const { size, reg } = this.insn.operands[n];
    if (size !== 1 || reg < 4) return this.setAcc(reg, value, size);
    const whole = (reg & 3) as Gpr;
    const byte = x.shl(x.and(value, x.k(0xff)), x.k(8));
    this.setGpr(whole, x.or(x.and(this.gpr(whole), x.k(~0xff00)), byte));
  }

  override imm(): Expr {
    return x.k(this.insn.imm);
  }

  override imm2(): Expr {
    return x.k(this.insn.imm2);
  }

  override number(n: number): Expr {
    return x.k(this.insn.operands[n].reg);
  }

  // ---- addresses and memory

  protected override effective(): Expr {
    const { base, index, shift, disp } = this.insn.mem;
    const terms: Expr[] = [];
    if (base >= 0) terms.push(this.gpr(base));
    if (index >= 0) terms.push(shift ? x.shl(this.gpr(index), x.k(shift)) : this.gpr(index));
    if (disp !== 0 || terms.length === 0) terms.push(x.k(disp));
    return terms.reduce((sum, term) => x.add(sum, term));
  }

  override cutAddress(offset: Expr): Var {
    return this.let(offset);
  }

  override stackOffset(delta: Expr): Var {
    return this.let(x.add(this.gpr(Gpr.Esp), delta));
  }

  override stackAt(offset: Expr): Var {
    return this.let(offset);
  }

  override stackValue(offset: Expr): Expr {
    return offset;
  }

  private sizeSeg(size: Size, seg: AccessSeg): Expr {
    return x.k(size | ((seg === "own" ? this.insn.mem.seg : seg) << 4));
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

  override host(at: Var, write: boolean): Var {
    return this.memory.host(at, write);
  }

  override storeRaw(address: Expr, value: Expr, size: Size, offset = 0): void {
    address(this.c);
    value(this.c);
    this.c.memory(size === 4 ? Op.I32Store : size === 2 ? Op.I32Store16 : Op.I32Store8, offset);
  }

  // ---- control

  override nextEip(): Expr {
    return x.k(this.insn.eip + this.insn.length);
  }

  override target(): Expr {
    return x.k(this.insn.imm);
  }

  override checkTarget(eip: Expr): void {
    const { csLimit } = this.frame;
    if (csLimit !== 0xffffffff) this.if(x.gtU(eip, x.k(csLimit)), () => this.raise(Vector.Gp, 0));
  }

  override jumpTarget(): void {
    this.leaveIfChanged(this.target(), 0);
    this.frame.jump(this.insn.imm);
  }

  override jumpNext(): void {
    this.leaveIfChanged(this.nextEip(), 0);
    this.frame.jump(this.insn.eip + this.insn.length);
  }

  override branch(condition: Expr): void {
    this.if(condition, () => this.jumpTarget());
    this.jumpNext();
  }

  override jumpTo(eip: Var): void {
    this.leaveIfChanged(eip, 0);
    this.set(this.frame.eip, eip);
    this.frame.jumpDynamic();
  }

  /** The block of a repeated instruction is this instruction: going to its start charges the iteration. */
  override again(): void {
    this.leaveIfChanged(x.k(this.insn.eip), 0);
    this.frame.jump(this.insn.eip);
  }

  /** The block's start has charged the iteration in progress. */
  override budget(): Expr {
    return x.add(this.frame.budget, x.k(1));
  }

  override charge(count: Expr): void {
    this.set(this.frame.budget, x.sub(this.frame.budget, count));
  }

  // ---- never in a region

  override regNumber(): Expr {
    return this.refuse();
  }

  override ownSegment(): Expr {
    return this.refuse();
  }

  override linear(): Expr {
    return this.refuse();
  }

  override system(): void {
    this.refuse();
  }

  private refuse(): never {
    throw new Error(`${this.insn.mnemonic} is not compiled`);
  }
}

