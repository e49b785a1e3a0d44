import { Desc, Flag, Gpr, Seg } from "../../base/arch";
import {
  LoggedWord,
  MODE_SLOTS,
  MODE_TABLE,
  ModeEntry,
  NO_ERROR_CODE,
  S,
  SEG_SIZE,
  SegField,
  TLB_BYTES,
  TLB_DATA,
  TLB_EXEC,
  TlbKind,
  TRANSFER_LOG,
  TRANSFERS_LOGGED,
} from "../../base/layout";
import { type Label, Op, Type } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import { keep } from "../../base/wasm/statements";
import { packFlags, unpackFlags } from "../../isa/flags";
import { SYSTEM_DONE, SYSTEM_LEAVE } from "../../isa/system-ops";
import { WALK_OK } from "../../memory/paging";
import { ModeBit } from "../mode";
import { plainData } from "../plain-data";
import type { ColdEmit } from "./emit-cold";
import { pageSlot } from "./tlb-slot";

/** Where an event that enters a gate comes from. */
export const enum Event {
  Software,
  /** RF is pushed set. */
  Fault,
}

/** The two words of a descriptor that has passed the first checks. */
interface Words {
  low: Var;
  high: Var;
}

/** A segment to be loaded that is flat except for its limit. */
interface Flat {
  selector: Expr;
  limit: Var;
  high: Var;
}

const CODE_MASK = Desc.P | Desc.S | Desc.Code | Desc.Ec | Desc.Accessed | Desc.Db;
const CODE = Desc.P | Desc.S | Desc.Code | Desc.Accessed | Desc.Db;
const STACK_MASK = Desc.P | Desc.S | Desc.Code | Desc.Ec | Desc.Rw | Desc.Accessed | Desc.Db;
const STACK = Desc.P | Desc.S | Desc.Rw | Desc.Accessed | Desc.Db;
const DATA_MASK = Desc.P | Desc.S | Desc.Code | Desc.Accessed;
const DATA = Desc.P | Desc.S | Desc.Accessed;
/** P, S and the type of a gate without its lowest bit, which tells trap gates from interrupt gates. */
const GATE_MASK = Desc.P | Desc.S | 0xe00;
const GATE_32 = Desc.P | 0xe00;
const TRAP_GATE = 0x100;
/** The type of a 32-bit TSS without the busy bit. */
const TSS_MASK = 0xd00;
const TSS_32 = 0x900;
const OFFSET_BITS = 0xfff;
/** The exponent of TLB_BYTES and ModeEntry.Size. */
const TLB_SHIFT = 22;
const MODE_ENTRY_SHIFT = 4;

/**
 * The system instructions that kernels execute all day, in WebAssembly, for the case that all kernels set up: 32-bit
 * gates and flat segments in the GDT, and every word in a page that the TLBs hold. Every other case, and every fault,
 * is refused before anything is written. The helpers of cpu/system then do the instruction from its start; these
 * functions must agree with them to the last bit.
 */
export class FlatSystem {
  constructor(
    private readonly e: ColdEmit,
    private readonly refused: Label,
  ) {}

  // ---- conditions

  private refuseIf(condition: Expr): void {
    condition(this.e.c);
    this.e.c.brIf(this.refused);
  }

  need(condition: Expr): void {
    this.refuseIf(x.eqz(condition));
  }

  private needBits(word: Expr, mask: number, bits: number): void {
    this.refuseIf(x.ne(x.and(word, x.k(mask)), x.k(bits)));
  }

  private get cpl(): Expr {
    return this.e.stateWord(S.Cpl);
  }

  /** The check of CLI, STI and the IF bit of POPF and IRET. */
  private maySetIf(): Expr {
    return x.leU(this.cpl, x.and(x.shr(this.e.stateWord(S.Eflags), x.k(12)), x.k(3)));
  }

  // ---- memory

  /** The address in this memory of `bytes` at a linear address, with the rights of a ring class. */
  private host(ring: Expr, write: boolean, linear: Var, bytes: number): Var {
    const { e } = this;
    this.need(x.leU(x.and(linear, x.k(OFFSET_BITS)), x.k(0x1000 - bytes)));
    const tables = x.add(x.mul(ring, x.k(2 * TLB_BYTES)), x.k(TLB_DATA + (write ? TLB_BYTES : 0)));
    const slot = e.let(x.add(tables, pageSlot(linear)));
    const entry = e.let(x.load32(slot));
    e.if(x.eqz(entry), () => {
      this.need(x.eq(x.call(e.paging.fill, linear, ring, x.k(write ? 1 : 0)), x.k(WALK_OK)));
      e.set(entry, x.load32(slot));
    });
    this.need(x.and(entry, x.k(TlbKind.Plain)));
    return e.let(x.sub(x.add(linear, entry), x.k(TlbKind.Plain)));
  }

  /** Eight bytes of a system table, read with ring 0's rights, as the processor does. */
  private table(at: Expr): Words {
    const host = this.host(x.k(0), false, this.e.let(at), 8);
    return { low: this.e.let(x.load32(host)), high: this.e.let(x.load32(host, 4)) };
  }

  /** The descriptor of a selector in the GDT that is not null. */
  private descriptor(selector: Var, mask: number, bits: number): Words {
    const { e } = this;
    const index = e.let(x.and(selector, x.k(0xfffc)));
    this.need(x.and(x.ne(index, x.k(0)), x.eqz(x.and(index, x.k(4)))));
    this.need(x.ltU(x.add(index, x.k(6)), e.stateWord(S.GdtrLimit)));
    const words = this.table(x.add(e.stateWord(S.GdtrBase), index));
    this.needBits(words.high, mask, bits);
    return words;
  }

  private base({ low, high }: Words): Expr {
    return x.or(x.or(x.shr(low, x.k(16)), x.shl(x.and(high, x.k(0xff)), x.k(16))), x.and(high, x.k(0xff000000)));
  }

  private limit({ low, high }: Words): Var {
    const limit = this.e.let(x.or(x.and(low, x.k(0xffff)), x.and(high, x.k(0xf0000))));
    return this.e.let(x.select(x.and(high, x.k(Desc.G)), x.or(x.shl(limit, x.k(12)), x.k(OFFSET_BITS)), limit));
  }

  private dpl(high: Expr): Expr {
    return x.and(x.shr(high, x.k(Desc.DplShift)), x.k(3));
  }

  /** A code or stack segment with base 0, and a limit that ends a page. */
  private flat(selector: Var, mask: number, bits: number): Flat {
    const words = this.descriptor(selector, mask, bits);
    this.refuseIf(this.base(words));
    const limit = this.limit(words);
    this.needBits(limit, OFFSET_BITS, OFFSET_BITS);
    return { selector, limit, high: words.high };
  }

  private load(seg: Expr, selector: Expr, base: Expr, limit: Expr, high: Expr): void {
    const { e } = this;
    const at = e.let(x.mul(seg, x.k(SEG_SIZE)));
    e.storeWord(at, selector, S.Seg + SegField.Selector);
    e.storeWord(at, base, S.Seg + SegField.Base);
    e.storeWord(at, limit, S.Seg + SegField.Limit);
    e.storeWord(at, x.and(high, x.k(Desc.Rights)), S.Seg + SegField.Rights);
    e.storeWord(at, x.k(1), S.Seg + SegField.Valid);
  }

  // ---- the mode

  private ringOf(cpl: Expr): Var {
    return this.e.let(x.shr(x.add(cpl, x.k(1)), x.k(1)));
  }

  private ringLimit(ring: Expr): Expr {
    return x.load32(x.shl(ring, x.k(2)), S.RingLimit);
  }

  private isPlain(seg: Expr, limit: Expr): Expr {
    const at = this.e.let(x.mul(seg, x.k(SEG_SIZE)));
    const word = (field: SegField): Expr => x.load32(at, S.Seg + field);
    const shape = x.and(word(SegField.Valid), plainData(word(SegField.Rights)));
    return x.and(shape, x.and(x.eqz(word(SegField.Base)), x.eq(word(SegField.Limit), limit)));
  }

  /** The exec TLB of the mode with these code and stack segments, and with the data segments as they are. */
  private execTlb(ring: Var, code: Flat, stackLimit: Expr): Var {
    const { e } = this;
    const limit = e.let(stackLimit);
    this.refuseIf(x.ne(this.ringLimit(ring), limit));
    const flatDs = x.mul(this.isPlain(x.k(Seg.Ds), limit), x.k(ModeBit.FlatDs));
    const flatEs = x.mul(this.isPlain(x.k(Seg.Es), limit), x.k(ModeBit.FlatEs));
    const bits = x.or(x.or(ring, x.k(ModeBit.Known | ModeBit.Big | ModeBit.FlatSs)), x.or(flatDs, flatEs));
    return this.execOf(bits, code.limit);
  }

  /** The exec TLB of a mode that was met before, by its ModeEntry.Flat and the limit of CS. */
  private execOf(flat: Expr, limit: Expr): Var {
    const { e } = this;
    const key = keep(e.c, x.or64(x.shl64(x.wideU(limit), x.k64(32)), x.wideU(flat)), Type.I64);
    const exec = e.let(x.k(0));
    for (let slot = 1; slot < MODE_SLOTS; slot++) {
      const isMode = x.eq64(x.load64(x.k(0), MODE_TABLE + slot * ModeEntry.Size + ModeEntry.Flat), key);
      e.set(exec, x.select(isMode, x.k(TLB_EXEC + slot * TLB_BYTES), exec));
    }
    this.need(exec);
    return exec;
  }

  private enterMode(cpl: Expr, ring: Var, exec: Var): void {
    const { e } = this;
    const tables = e.let(x.add(x.mul(ring, x.k(2 * TLB_BYTES)), x.k(TLB_DATA)));
    e.setStateWord(S.Cpl, cpl);
    e.setStateWord(S.TlbRead, tables);
    e.setStateWord(S.TlbWrite, x.add(tables, x.k(TLB_BYTES)));
    e.setStateWord(S.TlbExec, exec);
    e.setStateWord(S.Inhibit, x.k(0));
  }

  /** SS must be flat now, because what is pushed or popped there goes by the TLB alone. */
  private currentStack(): { limit: Var; esp: Var } {
    const { e } = this;
    const limit = e.let(e.segWord(Seg.Ss, SegField.Limit));
    this.needBits(limit, OFFSET_BITS, OFFSET_BITS);
    this.need(this.isPlain(x.k(Seg.Ss), limit));
    this.need(x.and(e.segWord(Seg.Ss, SegField.Rights), x.k(Desc.Db)));
    return { limit, esp: e.let(e.gpr(Gpr.Esp)) };
  }

  // ---- gates

  /** Enters the handler of `vector` with S.Eip as the address to return to (cpu/system/interrupts.ts). */
  enter(vector: Var, errorCode: Var, event: Var): void {
    const { e } = this;
    this.refuseIf(e.stateWord(S.SlowTransfers));
    this.refuseIf(x.and(e.stateWord(S.Eflags), x.k(Flag.Tf)));
    const at = e.let(x.shl(vector, x.k(3)));
    this.need(x.leU(x.add(at, x.k(7)), e.stateWord(S.IdtrLimit)));
    const gate = this.table(x.add(e.stateWord(S.IdtrBase), at));
    this.needBits(gate.high, GATE_MASK, GATE_32);
    this.need(x.or(event, x.geU(this.dpl(gate.high), this.cpl)));
    const selector = e.let(x.shr(gate.low, x.k(16)));
    const code = this.flat(selector, CODE_MASK, CODE);
    const target = e.let(this.dpl(code.high));
    this.need(x.leU(target, this.cpl));
    const eip = e.let(x.or(x.and(gate.low, x.k(0xffff)), x.and(gate.high, x.k(0xffff0000))));
    this.need(x.leU(eip, code.limit));
    const isInner = e.let(x.ltU(target, this.cpl));
    const stack = this.stackFor(target, isInner);
    const ring = this.ringOf(target);
    const hasError = e.let(x.ne(errorCode, x.k(NO_ERROR_CODE)));
    const bytes = x.shl(x.add(x.add(x.k(3), x.shl(isInner, x.k(1))), hasError), x.k(2));
    const esp = e.let(x.sub(stack.esp, bytes));
    const last = e.let(x.sub(stack.esp, x.k(1)));
    this.refuseIf(x.or(x.shr(x.xor(esp, last), x.k(12)), x.gtU(last, stack.limit)));
    const frame = this.host(ring, true, esp, 4);
    const exec = this.execTlb(ring, code, stack.limit);
    // Nothing is refused from here on.
    const from = e.let(x.select(x.eq(event, x.k(Event.Fault)), e.stateWord(S.Eip), e.stateWord(S.InsnEip)));
    this.pushFrame(frame, errorCode, hasError, event, isInner);
    e.if(isInner, () => this.load(x.k(Seg.Ss), stack.selector, x.k(0), stack.limit, stack.high));
    this.load(x.k(Seg.Cs), x.or(x.and(selector, x.k(0xfffc)), target), x.k(0), code.limit, code.high);
    e.setGpr(Gpr.Esp, esp);
    e.setStateWord(S.Eip, eip);
    e.if(e.stateWord(S.LogTransfers), () => this.log(event, vector, target, from));
    const masks = x.select(x.and(gate.high, x.k(TRAP_GATE)), x.k(0), x.k(Flag.If));
    const cleared = x.or(masks, x.k(Flag.Tf | Flag.Nt | Flag.Rf | Flag.Vm));
    e.setStateWord(S.Eflags, x.and(e.stateWord(S.Eflags), x.not(cleared)));
    this.enterMode(target, ring, exec);
  }

  /** cpu/transfer-log.ts, with CPL as it was before the change and everything else as it is after it. */
  private log(event: Var, vector: Var, toCpl: Var, fromEip: Var): void {
    const { e } = this;
    const count = e.let(e.stateWord(S.TransferCount));
    const at = e.let(x.mul(x.and(count, x.k(TRANSFERS_LOGGED - 1)), x.k(LoggedWord.Size)));
    const note = (word: LoggedWord, value: Expr): void => e.storeWord(at, value, TRANSFER_LOG + word);
    note(LoggedWord.Kind, event);
    note(LoggedWord.Vector, vector);
    note(LoggedWord.FromCpl, this.cpl);
    note(LoggedWord.ToCpl, toCpl);
    note(LoggedWord.FromEip, fromEip);
    note(LoggedWord.ToEip, e.stateWord(S.Eip));
    note(LoggedWord.Esp, e.gpr(Gpr.Esp));
    e.setStateWord(S.TransferCount, x.add(count, x.k(1)));
  }

  /** The current stack, or the stack that the TSS has for an inner ring. */
  private stackFor(target: Var, isInner: Var): { esp: Var; limit: Var; selector: Var; high: Var } {
    const { e } = this;
    const [esp, limit, selector, high] = [e.temp(), e.temp(), e.let(x.k(0)), e.let(x.k(0))];
    e.if(
      isInner,
      () => {
        this.need(e.segWord(Seg.Tr, SegField.Valid));
        this.needBits(e.segWord(Seg.Tr, SegField.Rights), TSS_MASK, TSS_32);
        const offset = e.let(x.add(x.shl(target, x.k(3)), x.k(4)));
        this.need(x.leU(x.add(offset, x.k(5)), e.segWord(Seg.Tr, SegField.Limit)));
        const found = this.table(x.add(e.segWord(Seg.Tr, SegField.Base), offset));
        e.set(selector, x.and(found.high, x.k(0xffff)));
        this.refuseIf(x.ne(x.and(selector, x.k(3)), target));
        const flat = this.flat(selector, STACK_MASK, STACK);
        this.refuseIf(x.ne(this.dpl(flat.high), target));
        e.set(esp, found.low);
        e.set(limit, flat.limit);
        e.set(high, flat.high);
      },
      () => {
        const current = this.currentStack();
        e.set(esp, current.esp);
        e.set(limit, current.limit);
      },
    );
    return { esp, limit, selector, high };
  }

  /** Pushes the frame. From the lowest word on it is: error code, EIP, CS, EFLAGS, ESP, SS. */
  private pushFrame(frame: Var, errorCode: Var, hasError: Var, event: Var, isInner: Var): void {
    const { e } = this;
    e.if(hasError, () => e.storeWord(frame, errorCode));
    const at = e.let(x.add(frame, x.shl(hasError, x.k(2))));
    const resume = x.select(x.eq(event, x.k(Event.Fault)), x.k(Flag.Rf), x.k(0));
    e.storeWord(at, e.stateWord(S.Eip));
    e.storeWord(at, e.segWord(Seg.Cs, SegField.Selector), 4);
    e.storeWord(at, x.or(this.eflags(), resume), 8);
    e.if(isInner, () => {
      e.storeWord(at, e.gpr(Gpr.Esp), 12);
      e.storeWord(at, e.segWord(Seg.Ss, SegField.Selector), 16);
    });
  }

  private eflags(): Expr {
    const kept = x.and(this.e.stateWord(S.Eflags), x.k(~Flag.Arith));
    return x.or(x.or(kept, x.k(Flag.Fixed1)), packFlags(this.e));
  }

  // ---- IRET

  /** IRET with 32-bit operands (cpu/system/iret.ts). */
  iret(): void {
    const { e } = this;
    this.refuseIf(e.stateWord(S.SlowTransfers));
    this.refuseIf(x.and(e.stateWord(S.Eflags), x.k(Flag.Nt)));
    const current = this.currentStack();
    const frame = this.host(this.ringOf(this.cpl), false, current.esp, 12);
    const eip = e.let(x.load32(frame));
    const selector = e.let(x.and(x.load32(frame, 4), x.k(0xffff)));
    const flags = this.mergedFlags(e.let(x.load32(frame, 8)));
    const target = e.let(x.and(selector, x.k(3)));
    this.need(x.geU(target, this.cpl));
    const code = this.flat(selector, CODE_MASK, CODE);
    this.refuseIf(x.ne(this.dpl(code.high), target));
    this.need(x.leU(eip, code.limit));
    const isOuter = e.let(x.gtU(target, this.cpl));
    const stack = this.returnStack(current, frame, target, isOuter);
    const ring = this.ringOf(target);
    const exec = this.execTlb(ring, code, stack.limit);
    // Nothing is refused from here on.
    this.setFlags(flags);
    e.if(isOuter, () => this.load(x.k(Seg.Ss), stack.selector, x.k(0), stack.limit, stack.high));
    this.load(x.k(Seg.Cs), selector, x.k(0), code.limit, code.high);
    e.setGpr(Gpr.Esp, stack.esp);
    e.setStateWord(S.Eip, eip);
    this.enterMode(target, ring, exec);
  }

  private returnStack(
    current: { limit: Var; esp: Var },
    frame: Var,
    target: Var,
    isOuter: Var,
  ): { esp: Var; limit: Var; selector: Var; high: Var } {
    const { e } = this;
    const [esp, limit, selector, high] = [
      e.let(x.add(current.esp, x.k(12))),
      e.let(current.limit),
      e.let(x.k(0)),
      e.let(x.k(0)),
    ];
    e.if(isOuter, () => {
      this.need(x.leU(x.and(current.esp, x.k(OFFSET_BITS)), x.k(0x1000 - 20)));
      e.set(esp, x.load32(frame, 12));
      e.set(selector, x.and(x.load32(frame, 16), x.k(0xffff)));
      this.refuseIf(x.ne(x.and(selector, x.k(3)), target));
      const flat = this.flat(selector, STACK_MASK, STACK);
      this.refuseIf(x.ne(this.dpl(flat.high), target));
      e.set(limit, flat.limit);
      e.set(high, flat.high);
      for (const seg of [Seg.Es, Seg.Ds, Seg.Fs, Seg.Gs]) this.needStays(seg, target);
    });
    return { esp, limit, selector, high };
  }

  /** Refuses where a data segment must become null because the outer ring may not use it. */
  private needStays(seg: Seg, cpl: Var): void {
    const { e } = this;
    const isHigh = x.geU(this.dpl(e.segWord(seg, SegField.Rights)), cpl);
    this.need(x.or(x.eqz(e.segWord(seg, SegField.Valid)), isHigh));
  }

  /** EFLAGS after POPF or IRET of a value. An interrupt that this lets in is left to the core. */
  private mergedFlags(value: Var): Var {
    const { e } = this;
    this.refuseIf(x.and(value, x.k(Flag.Tf | Flag.Vm | Flag.Nt)));
    const always = Flag.Arith | Flag.Tf | Flag.Df | Flag.Nt | Flag.Ac | Flag.Id;
    const bit = (condition: Expr, mask: number): Expr => x.select(condition, x.k(mask), x.k(0));
    const mask = e.let(x.or(x.or(x.k(always), bit(this.maySetIf(), Flag.If)), bit(x.eqz(this.cpl), Flag.Iopl)));
    const kept = x.and(e.stateWord(S.Eflags), x.not(mask));
    const flags = e.let(x.or(kept, x.and(value, mask)));
    this.refuseIf(x.and(x.shr(flags, x.k(9)), e.stateWord(S.InterruptWaits)));
    return flags;
  }

  private setFlags(flags: Var): void {
    this.e.setStateWord(S.Eflags, x.or(x.and(flags, x.k(~Flag.Arith)), x.k(Flag.Fixed1)));
    unpackFlags(this.e, flags);
  }

  // ---- the rest

  /**
   * A load of ES, DS, FS or GS (cpu/system/segments.ts). Leaves the function, with SYSTEM_LEAVE where the mode changes.
   */
  loadSegment(seg: Var, selector: Var): void {
    const { e } = this;
    this.refuseIf(x.eq(seg, x.k(Seg.Ss)));
    e.if(x.eqz(x.and(selector, x.k(0xfffc))), () => {
      const exec = this.execAfter(seg, x.k(0));
      const at = e.let(x.mul(seg, x.k(SEG_SIZE)));
      e.storeWord(at, selector, S.Seg + SegField.Selector);
      e.storeWord(at, x.k(0), S.Seg + SegField.Valid);
      this.loaded(exec);
    });
    const words = this.descriptor(selector, DATA_MASK, DATA);
    const dpl = e.let(this.dpl(words.high));
    this.need(x.and(x.geU(dpl, this.cpl), x.geU(dpl, x.and(selector, x.k(3)))));
    const base = e.let(this.base(words));
    const limit = this.limit(words);
    const ringLimit = this.ringLimit(this.ringOf(this.cpl));
    const exec = this.execAfter(seg, x.and(plainData(words.high), x.and(x.eqz(base), x.eq(limit, ringLimit))));
    this.load(seg, selector, base, limit, words.high);
    this.loaded(exec);
  }

  /** The exec TLB after a load of a segment register, flat or not. FS and GS have no effect on the mode. */
  private execAfter(seg: Var, isFlat: Expr): Var {
    const { e } = this;
    const exec = e.let(e.stateWord(S.TlbExec));
    e.if(x.leU(seg, x.k(Seg.Ds)), () => {
      // Where CS has a base, no slot's exec TLB is used, and a load leads to the same mode or to another of that kind.
      const slot = x.shl(x.shr(x.sub(exec, x.k(TLB_EXEC)), x.k(TLB_SHIFT)), x.k(MODE_ENTRY_SHIFT));
      const at = e.let(slot);
      const now = e.let(x.load32(at, MODE_TABLE + ModeEntry.Flat));
      this.need(now);
      const bit = e.let(x.select(x.eq(seg, x.k(Seg.Ds)), x.k(ModeBit.FlatDs), x.k(ModeBit.FlatEs)));
      const flat = e.let(x.or(x.and(now, x.not(bit)), x.mul(isFlat, bit)));
      e.if(x.ne(flat, now), () => e.set(exec, this.execOf(flat, x.load32(at, MODE_TABLE + ModeEntry.Limit))));
    });
    return exec;
  }

  private loaded(exec: Var): void {
    const { e } = this;
    const isOther = e.let(x.ne(exec, e.stateWord(S.TlbExec)));
    e.setStateWord(S.TlbExec, exec);
    e.setStateWord(S.Inhibit, x.k(0));
    x.select(isOther, x.k(SYSTEM_LEAVE), x.k(SYSTEM_DONE))(e.c);
    e.c.op(Op.Return);
  }

  cli(): void {
    const { e } = this;
    this.need(this.maySetIf());
    e.setStateWord(S.Eflags, x.and(e.stateWord(S.Eflags), x.k(~Flag.If)));
    e.setStateWord(S.Inhibit, x.k(0));
  }

  /** If IF was clear, interrupts wait until the end of the next instruction. */
  sti(): void {
    const { e } = this;
    this.need(this.maySetIf());
    this.refuseIf(e.stateWord(S.InterruptWaits));
    const flags = e.let(e.stateWord(S.Eflags));
    e.setStateWord(S.Inhibit, x.eqz(x.and(flags, x.k(Flag.If))));
    e.setStateWord(S.InhibitBudget, x.sub(e.stateWord(S.Budget), x.k(1)));
    e.setStateWord(S.Eflags, x.or(flags, x.k(Flag.If)));
  }

  /** POPF with 32-bit operands. */
  popf(value: Var): void {
    this.refuseIf(x.and(this.e.stateWord(S.Eflags), x.k(Flag.Tf)));
    this.setFlags(this.mergedFlags(value));
    this.e.setStateWord(S.Inhibit, x.k(0));
  }

  /** Leaves the function with a result. */
  answer(result: number): void {
    this.e.c.i32(result);
    this.e.c.op(Op.Return);
  }
}
