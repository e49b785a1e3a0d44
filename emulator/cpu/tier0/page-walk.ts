import { Pte } from "../../base/arch";
import { PAGE_KINDS, PageKind, RAM, S, WRITTEN_PAGES } from "../../base/layout";
import { type Code, type Label, Op } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import { keep, local, set, store32 } from "../../base/wasm/statements";
import { describeWalk, type Entry, type Page, type Walker } from "../../memory/walk";

/** What a walk has found, before anything is written. */
export interface Found {
  /** The physical page, which is in RAM. */
  frame: Var;
  large: Var;
  global: Var;
  /** As in Paging.writable: what a write entry of the TLB needs. */
  writable: Var;
}

/** Where a walk goes that finds no page for the access. */
export interface WalkExits {
  /** Leaves the decision to memory/paging.ts. */
  refused: Label;
  /** Takes the page fault's error code: P, and the kind of access. Leaves the function. */
  fault(code: Expr): void;
}

/** One entry of a table in RAM. */
interface RamEntry extends Entry<Expr> {
  /** The entry's address in this memory; 0 for a PDPTE. */
  readonly at: Expr;
}

/**
 * The page walk of memory/walk.ts as generated code, for tables and pages in RAM: `find` looks, `mark` sets accessed
 * and dirty bits. Reserved bits and table entries among code are refused.
 */
export class PageWalk implements Walker<Expr, RamEntry> {
  /** The entry that maps the page, and its place; 0 without paging. */
  private readonly low: Var;
  private readonly at: Var;
  /** The entry above it, and its place; 0 for a large page. */
  private readonly aboveLow: Var;
  private readonly aboveAt: Var;
  private readonly marked: Var;
  private readonly page: Found;
  /** Where code that has found a page goes on. */
  private end: Label | undefined;

  /** @param access Access bits; @param fetches whether Access.Fetch is among them */
  constructor(
    private readonly c: Code,
    readonly linear: Var,
    readonly access: Var,
    readonly fetches: boolean,
    private readonly exits: WalkExits,
  ) {
    this.low = local(c);
    this.at = local(c);
    this.aboveLow = local(c);
    this.aboveAt = local(c);
    this.marked = local(c);
    this.page = { frame: local(c), large: local(c), global: local(c), writable: local(c) };
  }

  find(): Found {
    const { c, page } = this;
    this.end = c.block();
    describeWalk(this);
    c.op(Op.Unreachable);
    c.end();
    this.refuseIf(x.geU(page.frame, x.shr(ramBytes(), x.k(12))));
    return page;
  }

  /** Sets A, and for a write D. Nothing may be refused after this. */
  mark(): void {
    const { c, low, at, aboveLow, aboveAt, marked } = this;
    at(c);
    c.if();
    const isOld = keep(c, x.and(x.ne(aboveAt, x.k(0)), x.eqz(x.and(aboveLow, x.k(Pte.A)))));
    const isNew = keep(c, x.ne(marked, low));
    this.refuseIf(x.choose(isOld, isOdd(aboveAt), x.k(0)));
    this.refuseIf(x.choose(isNew, isOdd(at), x.k(0)));
    isOld(c);
    c.if();
    store32(c, aboveAt, x.or(aboveLow, x.k(Pte.A)));
    noteWritten(c, frameAt(aboveAt));
    c.end();
    isNew(c);
    c.if();
    store32(c, at, marked);
    noteWritten(c, frameAt(at));
    c.end();
    c.end();
  }

  // ---- Walker

  entry(level: 1 | 2, above: RamEntry | undefined, index: Expr): RamEntry {
    const { c } = this;
    const isWide = above?.isWide ?? false;
    if (above && isWide) this.refuseIf(above.level === 3 ? above.high : x.and(above.high, x.k(0xf)));
    const table = x.and(above?.low ?? x.word(S.Cr3), x.k(0xfffff000));
    const at = keep(c, x.add(table, x.shl(index, x.k(isWide ? 3 : 2))));
    this.refuseIf(x.geU(at, ramBytes()));
    set(c, at, x.add(at, x.k(RAM)));
    return { level, isWide, at, low: keep(c, x.load32(at)), high: isWide ? keep(c, x.load32(at, 4)) : x.k(0) };
  }

  pdpte(index: Expr): RamEntry {
    const at = keep(this.c, x.shl(index, x.k(3)));
    const [low, high] = [keep(this.c, x.load32(at, S.Pdpte)), x.load32(at, S.Pdpte + 4)];
    return { level: 3, isWide: true, at: x.k(0), low, high };
  }

  needClear(entry: RamEntry, low: number, high: Expr, then: () => void): void {
    this.refuseIf(low === 0 ? x.and(entry.high, high) : x.and(entry.low, x.k(low)));
    then();
  }

  /** Fetches that fault are refused, so that TypeScript sets the I bit of the error code. */
  fault(cause: Expr): void {
    this.exits.fault(x.or(this.access, cause));
  }

  found({ frame, entry, marked, above, isLarge, global, writable }: Page<Expr, RamEntry>): void {
    const { c, page } = this;
    set(c, page.frame, frame);
    set(c, page.writable, writable);
    // A local that nothing sets is 0, since the function makes no other walk.
    if (entry) {
      if (isLarge) set(c, page.large, x.k(1));
      set(c, page.global, global);
      set(c, this.low, entry.low);
      set(c, this.at, entry.at);
      set(c, this.marked, marked);
    }
    if (above) {
      set(c, this.aboveLow, above.low);
      set(c, this.aboveAt, above.at);
    }
    if (this.end) c.br(this.end);
  }

  // ---- Words

  k(value: number): Expr {
    return x.k(value);
  }

  and(a: Expr, b: Expr): Expr {
    return x.and(a, b);
  }

  or(a: Expr, b: Expr): Expr {
    return x.or(a, b);
  }

  shl(a: Expr, bits: number): Expr {
    return x.shl(a, x.k(bits));
  }

  shr(a: Expr, bits: number): Expr {
    return x.shr(a, x.k(bits));
  }

  eqz(a: Expr): Expr {
    return x.eqz(a);
  }

  ne(a: Expr, b: Expr): Expr {
    return x.ne(a, b);
  }

  gtU(a: Expr, b: Expr): Expr {
    return x.gtU(a, b);
  }

  state(at: S): Expr {
    return x.word(at);
  }

  keep(value: Expr): Expr {
    return keep(this.c, value);
  }

  if(condition: Expr, then: () => void, otherwise: () => void): void {
    const { c } = this;
    condition(c);
    c.if();
    then();
    c.else();
    otherwise();
    c.end();
  }

  private refuseIf(condition: Expr): void {
    condition(this.c);
    this.c.brIf(this.exits.refused);
  }
}

const ramBytes = (): Expr => x.sub(x.word(S.RamEnd), x.k(RAM));

/** Whether the page of an address in this memory is anything but plain RAM. */
const isOdd = (at: Expr): Expr => pageKind(frameAt(at));

/** The physical page of an address in this memory. */
export const frameAt = (at: Expr): Expr => x.shr(x.sub(at, x.k(RAM)), x.k(12));

/** WrittenPages.note. */
export function noteWritten(c: Code, frame: Expr): void {
  frame(c);
  c.i32(1);
  c.memory(Op.I32Store8, WRITTEN_PAGES);
}

/** PageKind bits of a physical page below the end of RAM. */
export const pageKind = (frame: Expr): Expr => x.load8(frame, PAGE_KINDS);

/** Not 0 for a page whose stores, or all of whose accesses, generated code must not make. */
export const isSpecial = (kind: Expr): Expr => x.and(kind, x.k(PageKind.Rom | PageKind.Device));
