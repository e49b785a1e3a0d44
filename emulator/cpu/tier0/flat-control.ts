import { Cr0, Cr4, Gpr, Pte } from "../../base/arch";
import { RAM, S } from "../../base/layout";
import { type Code, type Label, Op, Type } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import { keep, setWord, store32 } from "../../base/wasm/statements";
import { SYSTEM_DONE } from "../../isa/system-ops";
import { PDPTE_RESERVED } from "../../memory/walk";
import { type PagingFunctions, WALK_REFUSED } from "./flat-paging";

/** Bytes of the four PDPTEs. */
const PDPTES = 32;

/**
 * INVLPG and moves of control registers in ring 0 (cpu/system/control.ts), and RDTSC, in WebAssembly; except what
 * changes the paging mode or would fault. Each method writes the whole instruction, which leaves the function with its
 * answer.
 */
export class FlatControl {
  constructor(
    private readonly c: Code,
    private readonly paging: PagingFunctions,
    private readonly refused: Label,
  ) {}

  private refuseIf(condition: Expr): void {
    condition(this.c);
    this.c.brIf(this.refused);
  }

  invlpg(linear: Var): void {
    this.refuseIf(x.word(S.Cpl));
    const flushed = keep(this.c, x.call(this.paging.flushPage, linear));
    this.refuseIf(x.eq(flushed, x.k(WALK_REFUSED)));
    this.done(flushed);
  }

  /** `operand` = general register | control register << 4. */
  readCr(operand: Var): void {
    const { c } = this;
    this.refuseIf(x.word(S.Cpl));
    const number = keep(c, x.shr(operand, x.k(4)));
    this.refuseIf(x.or(x.eq(number, x.k(1)), x.gtU(number, x.k(4))));
    const word = x.select(number, x.load32(x.shl(number, x.k(2)), S.Cr2 - 8), x.word(S.Cr0));
    store32(c, x.shl(x.and(operand, x.k(7)), x.k(2)), word, S.Gpr);
    this.done();
  }

  /** Writes CR3, or CR0 where only TS changes. */
  writeCr(operand: Var): void {
    const { c } = this;
    this.refuseIf(x.word(S.Cpl));
    const value = keep(c, x.load32(x.shl(x.and(operand, x.k(7)), x.k(2)), S.Gpr));
    const number = keep(c, x.shr(operand, x.k(4)));
    x.eqz(number)(c);
    c.if();
    this.refuseIf(x.and(x.xor(value, x.word(S.Cr0)), x.k(~Cr0.Ts)));
    setWord(c, S.Cr0, value);
    c.else();
    this.refuseIf(x.ne(number, x.k(3)));
    this.loadPdptes(value);
    setWord(c, S.Cr3, value);
    c.call(this.paging.flushLocal);
    c.end();
    this.done();
  }

  /** CLTS. */
  clearTs(): void {
    this.refuseIf(x.word(S.Cpl));
    setWord(this.c, S.Cr0, x.and(x.word(S.Cr0), x.k(~Cr0.Ts)));
    this.done();
  }

  /** RDTSC. Time advances with each instruction, and the budget counts instructions down. */
  timeStamp(): void {
    const { c } = this;
    this.refuseIf(x.select(x.word(S.Cpl), x.and(x.word(S.Cr4), x.k(Cr4.Tsd)), x.k(0)));
    const time = x.sub64(x.load64(x.k(0), S.TimeAtEnd), x.wideS(x.word(S.Budget)));
    const stamp = keep(c, x.add64(time, x.load64(x.k(0), S.TscOffset)), Type.I64);
    setWord(c, S.Gpr + Gpr.Eax * 4, x.narrow(stamp));
    setWord(c, S.Gpr + Gpr.Edx * 4, x.narrow(x.shr64(stamp, x.k64(32))));
    this.done();
  }

  /** Paging.loadPdptes, in PAE mode. */
  private loadPdptes(cr3: Var): void {
    const { c } = this;
    x.and(x.shr(x.word(S.Cr0), x.k(31)), x.shr(x.and(x.word(S.Cr4), x.k(Cr4.Pae)), x.k(5)))(c);
    c.if();
    const table = keep(c, x.and(cr3, x.k(-PDPTES)));
    this.refuseIf(x.gtU(table, x.sub(x.word(S.RamEnd), x.k(RAM + PDPTES))));
    for (let at = 0; at < PDPTES; at += 8) {
      const [low, high] = [x.load32(table, RAM + at), x.load32(table, RAM + at + 4)];
      const reserved = x.or(x.and(low, x.k(PDPTE_RESERVED)), x.and(high, x.k(~0xf)));
      this.refuseIf(x.select(x.and(low, x.k(Pte.P)), reserved, x.k(0)));
    }
    for (let at = 0; at < PDPTES; at += 4) setWord(c, S.Pdpte + at, x.load32(table, RAM + at));
    c.end();
  }

  /** Ends a system instruction, and leaves the function. */
  private done(result: Expr = x.k(SYSTEM_DONE)): void {
    setWord(this.c, S.Inhibit, x.k(0));
    result(this.c);
    this.c.op(Op.Return);
  }
}
