import { Cr0, Seg, Vector } from "../../base/arch";
import {
  Count,
  COUNTS,
  DATA_LISTS,
  ENTRY_TABLES,
  EXEC_LISTS,
  LARGE_REGIONS,
  MODE_SLOTS,
  type PageLists,
  RAM,
  RING_CLASSES,
  S,
  SEG_SIZE,
  SegField,
  TABLE_HINT_COUNT,
  TABLE_HINTS,
  TABLE_KEYS,
  TLB_BYTES,
  TLB_DATA,
  TLB_EXEC,
  TlbKind,
  WATCHED_PAGES,
} from "../../base/layout";
import { type Code, Op } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import type { ModuleBuilder } from "../../base/wasm/module";
import { keep, set, setWord, store32 } from "../../base/wasm/statements";
import { SYSTEM_DONE, SYSTEM_LEAVE } from "../../isa/system-ops";
import { Access, WALK_OK } from "../../memory/paging";
import { defineFunction } from "./functions";
import { isSpecial, noteWritten, pageKind, PageWalk } from "./page-walk";
import { pageSlot, tlbSlot } from "./tlb-slot";

/** The answer of `fill`, besides WALK_OK and error codes, when TypeScript must do the walk. */
export const WALK_REFUSED = -2;

/** What `miss` answers. */
export const enum Miss {
  /** The slow path must do the access. */
  Refused,
  /** The page is in the TLB now. */
  Filled,
  /** #PF is raised. */
  Fault,
}

/**
 * Functions of tier 0's module that fill and flush TLBs in the usual case: tables and pages are in RAM, and pages are
 * not watched. They must agree with memory/mmu.ts, memory/tlb.ts and cpu/fetcher.ts word by word. All other cases they
 * refuse before they write anything.
 */
export interface PagingFunctions {
  /**
   * (linear, ring class, 1 for a write) -> WALK_OK, WALK_REFUSED or the error code of the page fault, which is not
   * raised.
   */
  fill: number;
  /** (linear, 1 for a write) -> Miss: does an access at the current CPL that misses its TLB. */
  miss: number;
  /** () -> record or 0: enters the page of a flat CS:EIP in the exec TLB and looks its entry up. */
  refetch: number;
  /** (linear) -> SYSTEM_DONE, SYSTEM_LEAVE when code of the current mode was in the page, or WALK_REFUSED. */
  flushPage: number;
  /** () -> nothing: flushes all but global pages. */
  flushLocal: number;
}

export function definePaging(module: ModuleBuilder): PagingFunctions {
  const clear = defineFunction(module, 3, 0, clearTable);
  const emptyData = defineFunction(module, 1, 0, (c, list) => {
    const pages = listOf(DATA_LISTS, list);
    const read = keep(c, dataTable(x.shr(list, x.k(1))));
    x.call(clear, pages.first, pages.count, read)(c);
    x.call(clear, pages.first, pages.count, x.add(read, x.k(TLB_BYTES)))(c);
    pages.setCount(c, x.k(0));
  });
  const fill = defineFunction(module, 3, 1, (c, linear, ring, write) => fillData(c, linear, ring, write, emptyData));
  return {
    fill,
    miss: defineFunction(module, 2, 1, (c, linear, write) => miss(c, linear, write, fill)),
    refetch: defineFunction(module, 0, 1, refetch),
    flushPage: defineFunction(module, 1, 1, flushPage),
    flushLocal: defineFunction(module, 0, 0, (c) => {
      count(c, Count.LocalFlushes);
      for (let ring = 0; ring < RING_CLASSES; ring++) x.call(emptyData, x.k(ring * 2))(c);
      for (let slot = 1; slot < MODE_SLOTS; slot++) {
        const pages = listOf(EXEC_LISTS, x.k(slot * 2));
        x.call(clear, pages.first, pages.count, x.k(TLB_EXEC + slot * TLB_BYTES))(c);
        pages.setCount(c, x.k(0));
      }
    }),
  };
}

// ---- lists of filled pages

interface List {
  first: Expr;
  count: Expr;
  setCount(c: Code, count: Expr): void;
}

/** A list of layout.ts by its number. */
function listOf({ lists, counts, length }: PageLists, list: Expr): List {
  const at = x.shl(list, x.k(2));
  return {
    first: x.add(x.mul(list, x.k(length * 4)), x.k(lists)),
    count: x.load32(at, counts),
    setCount: (c, value) => store32(c, at, value, counts),
  };
}

/** (address of a list, its count, address of a TLB table): FilledPages.clear. */
function clearTable(c: Code, first: Var, length: Var, table: Var): void {
  const done = c.block();
  const next = c.loop();
  x.eqz(length)(c);
  c.brIf(done);
  set(c, length, x.sub(length, x.k(1)));
  const page = x.load32(x.add(first, x.shl(length, x.k(2))));
  store32(c, x.add(table, x.shl(page, x.k(2))), x.k(0));
  c.br(next);
  c.end();
  c.end();
}

const dataTable = (ring: Expr): Expr => x.add(x.mul(ring, x.k(2 * TLB_BYTES)), x.k(TLB_DATA));

// ---- data

/** Paging.walk and Tlb.fill. */
function fillData(c: Code, linear: Var, ring: Var, write: Var, emptyData: number): void {
  const refused = c.block();
  const page = keep(c, x.shr(linear, x.k(12)));
  const limit = x.load32(x.shl(ring, x.k(2)), S.RingLimit);
  const watched = x.and(x.shr(x.load8(x.shr(page, x.k(3)), WATCHED_PAGES), x.and(page, x.k(7))), x.k(1));
  x.or(watched, x.gtU(page, x.shr(limit, x.k(12))))(c);
  c.brIf(refused);
  const user = x.select(x.eq(ring, x.k(USER_CLASS)), x.k(Access.User), x.k(0));
  const access = keep(c, x.or(user, x.shl(write, x.k(1))));
  const walk = new PageWalk(c, linear, access, false, {
    refused,
    fault: (code) => {
      count(c, Count.Walks);
      code(c);
      c.op(Op.Return);
    },
  });
  const { frame, large, global, writable } = walk.find();
  const kind = keep(c, pageKind(frame));
  isSpecial(kind)(c);
  c.brIf(refused);
  walk.mark();
  countWalk(c);
  const slot = keep(c, tlbSlot(dataTable(ring), linear));
  x.eqz(x.load32(slot))(c);
  c.if();
  notePage(c, keep(c, x.or(x.shl(ring, x.k(1)), global)), page, emptyData);
  c.end();
  const entry = keep(c, x.add(x.shl(x.sub(frame, page), x.k(12)), x.k(RAM + TlbKind.Plain)));
  store32(c, slot, entry);
  writable(c);
  c.if();
  store32(c, slot, x.add(entry, x.select(kind, x.k(TlbKind.Noting - TlbKind.Plain), x.k(0))), TLB_BYTES);
  noteWritten(c, frame);
  c.end();
  large(c);
  c.if();
  storeByte(c, x.shr(page, x.k(10)), x.k(1), LARGE_REGIONS);
  c.end();
  c.i32(WALK_OK);
  c.op(Op.Return);
  c.end();
  c.i32(WALK_REFUSED);
}

/** Tlb.note, for a page that is not entered. */
function notePage(c: Code, list: Var, page: Var, emptyData: number): void {
  const pages = listOf(DATA_LISTS, list);
  x.eq(pages.count, x.k(DATA_LISTS.length))(c);
  c.if();
  x.call(emptyData, list)(c);
  c.end();
  store32(c, x.add(pages.first, x.shl(pages.count, x.k(2))), page);
  pages.setCount(c, x.add(pages.count, x.k(1)));
}

/** The ring class whose accesses are user accesses. */
const USER_CLASS = 2;

/** Mmu.translate, for an access that stays in its page. */
function miss(c: Code, linear: Var, write: Var, fill: number): void {
  const result = keep(c, x.call(fill, linear, currentRing(), write));
  x.eq(result, x.k(WALK_REFUSED))(c);
  c.if();
  c.i32(Miss.Refused);
  c.op(Op.Return);
  c.end();
  countAt(c, x.shl(write, x.k(3)), Count.ReadMisses);
  x.eq(result, x.k(WALK_OK))(c);
  c.if();
  c.i32(Miss.Filled);
  c.op(Op.Return);
  c.end();
  setWord(c, S.Cr2, linear);
  setWord(c, S.Fault, x.k(1));
  setWord(c, S.FaultVector, x.k(Vector.Pf));
  setWord(c, S.FaultError, result);
  c.i32(Miss.Fault);
}

const currentRing = (): Expr => x.shr(x.add(x.word(S.Cpl), x.k(1)), x.k(1));

/** INVLPG: Tlb.flushPage and CodeCache.flush. */
function flushPage(c: Code, linear: Var): void {
  x.load8(x.shr(linear, x.k(22)), LARGE_REGIONS)(c);
  c.if();
  c.i32(WALK_REFUSED);
  c.op(Op.Return);
  c.end();
  count(c, Count.PageFlushes);
  const slot = keep(c, pageSlot(linear));
  const code = keep(c, x.load32(x.add(x.word(S.TlbExec), slot)));
  for (let table = 0; table < RING_CLASSES * 2; table++) store32(c, slot, x.k(0), TLB_DATA + table * TLB_BYTES);
  for (let mode = 1; mode < MODE_SLOTS; mode++) store32(c, slot, x.k(0), TLB_EXEC + mode * TLB_BYTES);
  x.select(code, x.k(SYSTEM_LEAVE), x.k(SYSTEM_DONE))(c);
}

// ---- code

/** Fetcher.refill, for a page whose entry table was used lately. */
function refetch(c: Code): void {
  const refused = c.block();
  const eip = keep(c, x.word(S.Eip));
  const page = keep(c, x.shr(eip, x.k(12)));
  const exec = keep(c, x.word(S.TlbExec));
  const slot = keep(c, x.add(exec, pageSlot(eip)));
  x.or(x.eq(exec, x.k(TLB_EXEC)), x.gtU(eip, x.word(S.Seg + Seg.Cs * SEG_SIZE + SegField.Limit)))(c);
  c.brIf(refused);
  x.load32(slot)(c);
  c.brIf(refused);
  const user = x.select(x.eq(x.word(S.Cpl), x.k(3)), x.k(Access.User), x.k(0));
  const access = keep(c, x.or(user, x.k(Access.Fetch)));
  const walk = new PageWalk(c, eip, access, true, { refused, fault: () => c.br(refused) });
  const { frame, large, global } = walk.find();
  const table = keep(c, x.load32(x.shl(x.and(page, x.k(TABLE_HINT_COUNT - 1)), x.k(2)), TABLE_HINTS));
  const mode = keep(c, x.shr(x.sub(exec, x.k(TLB_EXEC)), x.k(TLB_SHIFT)));
  const keys = keep(c, x.shl(x.shr(x.sub(table, x.k(ENTRY_TABLES)), x.k(ENTRY_TABLE_SHIFT)), x.k(3)));
  x.eqz(table)(c);
  c.brIf(refused);
  const isOther = x.or(
    x.ne(x.load32(keys, TABLE_KEYS), frame),
    x.ne(x.load32(keys, TABLE_KEYS + 4), x.or(x.shl(mode, x.k(20)), page)),
  );
  isOther(c);
  c.brIf(refused);
  const pages = listOf(EXEC_LISTS, keep(c, x.or(x.shl(mode, x.k(1)), global)));
  x.eq(pages.count, x.k(EXEC_LISTS.length))(c);
  c.brIf(refused);
  walk.mark();
  countWalk(c);
  count(c, Count.FetchMisses);
  store32(c, x.add(pages.first, x.shl(pages.count, x.k(2))), page);
  pages.setCount(c, x.add(pages.count, x.k(1)));
  store32(c, slot, table);
  large(c);
  c.if();
  storeByte(c, x.shr(page, x.k(10)), x.k(1), LARGE_REGIONS);
  c.end();
  x.load32(x.add(table, x.shl(x.and(eip, x.k(0xfff)), x.k(2))))(c);
  c.op(Op.Return);
  c.end();
  c.i32(0);
}

/** The exponent of TLB_BYTES and ENTRY_TABLE_BYTES. */
const TLB_SHIFT = 22;
const ENTRY_TABLE_SHIFT = 14;

// ---- statements

function storeByte(c: Code, address: Expr, value: Expr, offset: number): void {
  address(c);
  value(c);
  c.memory(Op.I32Store8, offset);
}

export const count = (c: Code, what: Count): void => countAt(c, x.k(0), what);

function countAt(c: Code, offset: Expr, what: Count): void {
  offset(c);
  x.add64(x.load64(offset, COUNTS + what), x.k64(1))(c);
  c.memory(Op.I64Store, COUNTS + what);
}

/** Paging.walk counts only walks with paging on. */
function countWalk(c: Code): void {
  x.and(x.word(S.Cr0), x.k(Cr0.Pg))(c);
  c.if();
  count(c, Count.Walks);
  c.end();
}
