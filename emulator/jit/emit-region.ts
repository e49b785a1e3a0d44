import { Gpr, Vector } from "../base/arch";
import { S, SegField } from "../base/layout";
import { type Code, Op } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import type { Expr, Var } from "../base/wasm/expr";
import { InlineMemory, rawLoad } from "../cpu/inline-memory";
import type { MemoryHelpers } from "../cpu/tier0/helpers";
import { pageSlot } from "../cpu/tier0/tlb-slot";
import { type AccessSeg, Emit, type FlagSource, type Place, type Size, type Window } from "../isa/emit";
import type { Insn } from "../isa/insn";
import { jumps, remaps } from "../isa/queries";
import { SEG_ACCESS_WRITE, SEG_CHECKED, SYSTEM_FAULT, type SystemOp } from "../isa/system-ops";
import type { GeneralRegisters } from "./general-registers";
import { RegisterBounds } from "./register-bounds";
import { liveBytes } from "./live-immediates";
import type { RegionFlags } from "./region-flags";
import { SegmentViews } from "./segment-views";
import { type SharedHost, SharedLookups } from "./shared-lookups";
import type { WatchTests } from "./watch-tests";

/** The region function's locals, and the ways in which its blocks go on. */
export interface RegionFrame {
  regs: GeneralRegisters;
  flags: RegionFlags;
  budget: Var;
  /** The offset in CS to go on at after an exit. */
  eip: Var;
  /** The addresses of the data TLBs that the mode uses. */
  tlb: { read: number; write: number };
  csLimit: number;
  /** InlineFrame.unaligned. */
  unaligned: boolean;
  watchTests: WatchTests | undefined;
  /** Goes to an offset in CS that is known when the region is compiled. */
  jump(eip: number): void;
  /** Goes to the offset in `eip`, which is known only when the code runs. */
  jumpDynamic(): void;
}

/** Function indices that regions call. */
export interface RegionHelpers extends MemoryHelpers {
  /** MarkPaths.mark. */
  mark: number;
  /** See SETTLE_NAME. */
  settleFlags: number;
  /** SystemPaths.system and MemoryPaths.segment. */
  system: number;
  segment: number;
}

function localsOf(source: FlagSource | undefined): Set<number> {
  if (!source) return new Set();
  const { result } = source;
  return new Set(source.kind === "sub" ? [result.index, source.a.index, source.b.index] : [result.index]);
}

/** Operands of compiled code: registers and flags are in locals, everything else is a constant. */
export class RegionEmit extends Emit {
  declare insn: Insn;
  override readonly fres: Expr;
  override readonly fco: Expr;
  /** How many instructions of the block, from this one to its end, are already charged and not yet done. */
  private owed = 0;
  private pinned: number[] = [];
  private readonly bounds = new RegisterBounds();
  /**
   * The linear pages of this instruction's addresses that can only be in one page, by the local that holds the address.
   */
  private readonly pages = new Map<number, number>();
  private readonly memory: InlineMemory;
  /** The local that holds the address of the memory operand; -1 until the address is reckoned. */
  private operandAt = -1;
  /** The local that holds the first address that the instruction reckons from ESP, -1 before that. */
  private stackTop = -1;
  private readonly segments: SegmentViews;
  /** Shared TLB look-ups. There are none with watched memory, where each access has a test for itself. */
  private readonly lookups: SharedLookups | undefined;

  constructor(
    c: Code,
    private readonly frame: RegionFrame,
    private readonly helpers: RegionHelpers,
  ) {
    super(c);
    this.segments = new SegmentViews(c);
    this.fres = frame.flags.fres;
    this.fco = frame.flags.fco;
    const { tlb } = frame;
    this.lookups = frame.watchTests ? undefined : new SharedLookups(c, (reg) => this.gpr(reg), tlb);
    this.memory = new InlineMemory(this, {
      entry: (at, write) => this.tlbEntry(at, write ? tlb.write : tlb.read),
      helpers,
      watched: frame.watchTests && ((at, size, touches) => frame.watchTests?.guard(at, size, touches)),
      unaligned: frame.unaligned,
      faultCheck: () => this.leaveOnFault(),
    });
  }

  /** @param owed how many instructions of the block are left, including this one */
  begin(insn: Insn, owed: number): void {
    this.insn = insn;
    this.owed = owed;
    this.frame.flags.beginInsn(insn);
    this.segments.prepare(insn);
    this.frame.watchTests?.beginInsn(insn);
    this.lookups?.beginInsn(insn);
  }

  /** @param source what the flags come from at the start of the block, when that is known */
  beginBlock(source: FlagSource | undefined, insns: readonly Insn[]): void {
    this.flagSource = source;
    this.pinned = [...localsOf(source)];
    for (const index of this.pinned) this.c.retake(index);
    this.bounds.beginBlock();
    this.frame.watchTests?.beginBlock();
    this.lookups?.beginBlock(insns);
  }

  endBlock(): void {
    this.flagSource = undefined;
    this.endInsn();
    this.segments.endBlock();
    this.frame.watchTests?.endBlock();
    this.lookups?.endBlock();
  }

  /** Keeps note of what the flags came from until they come from elsewhere. */
  override endInsn(): void {
    const kept = localsOf(this.flagSource);
    this.pages.clear();
    this.operandAt = this.stackTop = -1;
    this.bounds.note(this.insn);
    this.frame.watchTests?.endInsn(this.insn);
    this.taken.push(...this.pinned);
    this.pinned = this.taken.filter((index) => kept.has(index));
    this.taken = this.taken.filter((index) => !kept.has(index));
    super.endInsn();
  }

  // ---- leaving the region

  /** Leaves with the state as it is before this instruction. */
  private leaveAtInsn(): void {
    const { budget, eip, flags } = this.frame;
    this.set(budget, x.add(budget, x.k(this.owed)));
    this.set(eip, x.k(this.insn.eip));
    flags.leave();
  }

  private leaveOnFault(): void {
    this.if(this.stateWord(S.Fault), () => this.leaveAtInsn());
  }

  override raise(vector: Vector, errorCode: number): void {
    this.setStateWord(S.Fault, x.k(1));
    this.setStateWord(S.FaultVector, x.k(vector));
    this.setStateWord(S.FaultError, x.k(errorCode));
    this.leaveAtInsn();
  }

  // ---- flags and registers

  override setFres(value: Expr, of?: Var): void {
    this.frame.flags.setFres(value, of);
    this.flagSource = undefined;
  }

  override setFco(value: Expr): void {
    this.frame.flags.setFco(value);
    this.flagSource = undefined;
  }

  override clearFco(): void {
    this.frame.flags.clearFco();
    this.flagSource = undefined;
  }

  override setBorrows(from: Var, y: Var, z: Var, size: Size): void {
    this.frame.flags.setBorrows(from, y, z, size);
    this.flagSource = undefined;
  }

  override setStepBorrows(from: Var, to: Var, size: Size): void {
    this.frame.flags.setStepBorrows(from, this.let(x.k(1)), to, size);
    this.flagSource = undefined;
  }

  override carry(): Expr {
    return this.frame.flags.carry;
  }

  override get corrections(): Expr {
    return this.frame.flags.corrections;
  }

  override gpr(reg: Gpr): Expr {
    return this.frame.regs.read(reg);
  }

  override setGpr(reg: Gpr, value: Expr): void {
    this.set(this.frame.regs.write(reg), value);
    this.bounds.forget(reg);
    this.frame.watchTests?.forget(reg);
  }

  protected override readReg(n: number): Expr {
    const { size, reg } = this.insn.operands[n];
    if (size === 1 && reg >= 4) return x.and(x.shr(this.gpr(reg & 3), x.k(8)), x.k(0xff));
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
    const { immAt } = this.insn;
    if (immAt === 0) return x.k(this.insn.imm);
    const bytes = liveBytes(this.insn);
    if (bytes === 4) return x.load32(x.k(immAt));
    return bytes === 2 ? x.extend16(x.load16(x.k(immAt))) : x.extend8(x.load8(x.k(immAt)));
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
    return this.cut(terms.reduce((sum, term) => x.add(sum, term)));
  }

  /** Cuts an offset to the address size. */
  private cut(offset: Expr): Expr {
    return this.insn.addrSize === 2 ? x.and(offset, x.k(0xffff)) : offset;
  }

  override address(): Var {
    const at = super.address();
    this.frame.watchTests?.noteOperand(at);
    this.operandAt = at.index;
    const { mem, operands } = this.insn;
    const size = operands.find(({ kind }) => kind === "m")?.size;
    const page = size && !this.insn.checked ? this.bounds.pageOf(mem, size) : undefined;
    if (page !== undefined) this.pages.set(at.index, page);
    return at;
  }

  private tlbEntry(at: Var, table: number): Expr {
    const page = this.pages.get(at.index);
    return page === undefined ? x.load32(pageSlot(at), table) : x.load32(x.k(0), table + page * 4);
  }

  override cutAddress(offset: Expr): Var {
    return this.let(this.cut(offset));
  }

  override stackOffset(delta: Expr): Var {
    const at = super.stackOffset(delta);
    if (this.stackTop < 0) this.stackTop = at.index;
    this.frame.watchTests?.noteStack(at);
    return at;
  }

  /**
   * The linear address of an access, and its sizeSeg (isa/system-ops.ts). Where the segment is not checked, the offset
   * is the linear address.
   */
  private translate(at: Var, size: Size, own: AccessSeg, access = 0): { linear: Var; sizeSeg: Expr } {
    const seg = own === "own" ? this.insn.mem.seg : own;
    const sizeSeg = size | (seg << 4);
    if (!this.insn.checked) return { linear: at, sizeSeg: x.k(sizeSeg) };
    const { base, end } = this.segments.of(seg);
    const linear = this.temp();
    x.geU(at, end)(this.c);
    this.c.ifUnlikely();
    this.set(linear, x.call(this.helpers.segment, at, x.k(sizeSeg | access)));
    this.leaveOnFault();
    this.c.else();
    this.set(linear, x.add(at, base));
    this.c.end();
    return { linear, sizeSeg: x.k(size | (SEG_CHECKED << 4)) };
  }

  /** The look-up that an access to the memory operand shares with others, if it does. */
  private shared(at: Var): SharedHost | undefined {
    if (at.index === this.operandAt) return this.lookups?.of(this.insn, "operand");
    return at.index === this.stackTop ? this.lookups?.of(this.insn, "stack") : undefined;
  }

  override load(at: Var, size: Size, seg: AccessSeg = "own"): Var {
    const { linear, sizeSeg } = this.translate(at, size, seg);
    const shared = this.shared(at);
    if (!shared) return this.memory.load(linear, size, sizeSeg);
    const value = this.temp();
    this.apart(shared, () => this.memory.callLoad(value, linear, size, sizeSeg));
    this.set(value, rawLoad(shared.host, size, shared.offset));
    this.c.end();
    return value;
  }

  override store(at: Var, value: Var, size: Size, seg: AccessSeg = "own"): void {
    const { linear, sizeSeg } = this.translate(at, size, seg, SEG_ACCESS_WRITE);
    const shared = this.shared(at);
    if (!shared) return this.memory.store(linear, value, size, sizeSeg);
    this.apart(shared, () => this.memory.callStore(linear, value, size, sizeSeg));
    this.storeRaw(shared.host, value, size, shared.offset);
    this.c.end();
  }

  override open(at: Var, size: Size, seg: AccessSeg = "own"): Place {
    const { linear, sizeSeg } = this.translate(at, size, seg, SEG_ACCESS_WRITE);
    const shared = this.shared(at);
    if (!shared) return this.memory.open(linear, size, sizeSeg);
    const value = this.temp();
    this.apart(shared, () => this.memory.callOpen(value, linear, size, sizeSeg));
    this.set(value, rawLoad(shared.host, size, shared.offset));
    this.c.end();
    const store = (to: Expr): void => {
      this.apart(shared, () => this.memory.callSettle(linear, to, size, sizeSeg));
      this.storeRaw(shared.host, to, size, shared.offset);
      this.c.end();
    };
    return { value, store };
  }

  /**
   * Makes the access by itself where the shared look-up found nothing, which is seldom. Else the code that follows
   * makes it, up to an `end`.
   */
  private apart({ host }: SharedHost, access: () => void): void {
    x.eqz(host)(this.c);
    this.c.ifUnlikely();
    access();
    this.c.else();
  }

  override window(at: Var, write: boolean, seg: AccessSeg = "own"): Window {
    return this.memory.window(at, write, seg);
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
    this.frame.jump(this.insn.imm);
  }

  override jumpNext(): void {
    this.frame.jump(this.insn.eip + this.insn.length);
  }

  override branch(condition: Expr): void {
    this.if(condition, () => this.jumpTarget());
    this.jumpNext();
  }

  override jumpTo(eip: Var): void {
    this.set(this.frame.eip, eip);
    this.frame.jumpDynamic();
  }

  /**
   * Goes to the next iteration. The block of a repeated instruction holds this instruction alone, so going to its start
   * charges the iteration.
   */
  override again(): void {
    this.frame.jump(this.insn.eip);
  }

  /** The budget without the iteration in progress, which has been charged. */
  override budget(): Expr {
    return x.add(this.frame.budget, x.k(1));
  }

  override charge(count: Expr): void {
    this.set(this.frame.budget, x.sub(this.frame.budget, count));
  }

  // ---- system instructions

  override regNumber(n: number): Expr {
    return x.k(this.insn.operands[n].reg);
  }

  override ownSegment(): Expr {
    return x.k(this.insn.mem.seg);
  }

  override linear(): Expr {
    return x.add(this.segWord(this.insn.mem.seg, SegField.Base), this.effective());
  }

  /**
   * Calls the core. Around the call everything is in the State, as the contract of MemoryPaths and SystemPaths asks.
   */
  override system(op: SystemOp, a: Expr = x.k(0), b: Expr = x.k(0), then?: () => void): void {
    const { regs, flags, budget, eip } = this.frame;
    const [first, second] = [this.let(a), this.let(b)];
    flags.settle();
    regs.storeAll();
    this.setStateWord(S.Budget, x.add(budget, x.k(this.owed)));
    this.setStateWord(S.InsnEip, x.k(this.insn.eip));
    this.setStateWord(S.Eip, this.nextEip());
    const result = this.let(x.call(this.helpers.system, x.k(op), first, second));
    regs.loadAll();
    flags.beginSettled();
    this.flagSource = undefined;
    this.if(x.eq(result, x.k(SYSTEM_FAULT)), () => this.leaveAtInsn());
    then?.();
    const leave = (): void => {
      if (this.owed > 1) this.set(budget, x.add(budget, x.k(this.owed - 1)));
      this.set(eip, this.stateWord(S.Eip));
      flags.leave();
    };
    if (jumps(this.insn) || remaps(this.insn)) return leave();
    this.if(result, leave);
    this.frame.jump(this.insn.eip + this.insn.length);
  }
}
