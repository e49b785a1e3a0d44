import { S, TLB_KIND, TlbKind } from "../../base/layout";
import { type Code, type Label, Op } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr } from "../../base/wasm/expr";
import type { ModuleBuilder } from "../../base/wasm/module";
import { keep, local, set, setWord, store32 } from "../../base/wasm/statements";
import type { Size } from "../../isa/emit";
import { Exit } from "../exit";
import { definePaging, Miss, type PagingFunctions } from "./flat-paging";
import { defineFunction, wordsType } from "./functions";
import { defineMark } from "./note";
import { frameAt, noteWritten, pageKind } from "./page-walk";
import { MAX_BLOCK, Rec } from "./record";
import { tlbSlot } from "./tlb-slot";

/** Function indices of the memory helpers. */
export interface MemoryHelpers {
  /** (linear, sizeSeg) -> value. Uses the TLB for any alignment inside a page, or else the slow path. */
  load: Record<Size, number>;
  /** (linear, sizeSeg) -> value, with write intent. */
  open: Record<Size, number>;
  /** (linear, value, sizeSeg). */
  store: Record<Size, number>;
  /** `store` after an `open` of the same place. */
  settle: Record<Size, number>;
}

/** Function indices that emitted handlers call. The contracts of the imports are in isa/system-ops.ts. */
export interface Helpers extends MemoryHelpers {
  /** `open` and `store` for compiled code. A store that would hit code is not done, and S.Fault is REPLAY. */
  openData: Record<Size, number>;
  storeData: Record<Size, number>;
  paging: PagingFunctions;
  segment: number;
  system: number;
  /** MarkPaths.mark: done in WebAssembly where a recorder only has words noted, else by the import. */
  mark: number;
  /** (record) -> 0: leaves with Exit.Fault. */
  fault: number;
  /** (record, vector, error code) -> 0: raises and leaves. */
  raise: number;
  /** (record, address of a link word) -> next record or 0: ends a block. */
  go: number;
  /** (record, offset in CS) -> next record or 0. */
  goTo: number;
  /** (record) -> record or 0: does one more iteration. */
  again: number;
  /** () -> next record or 0: goes on at S.Eip, with everything charged. */
  resume: number;
}

const SIZES: Size[] = [1, 2, 4];
const LOAD: Record<Size, number> = { 1: Op.I32Load8U, 2: Op.I32Load16U, 4: Op.I32Load };
const STORE: Record<Size, number> = { 1: Op.I32Store8, 2: Op.I32Store16, 4: Op.I32Store };

/** Declares the imports and writes the module's shared functions. */
export function defineHelpers(module: ModuleBuilder): Helpers {
  const read = module.import("read", wordsType(2, 1));
  const readForWrite = module.import("readForWrite", wordsType(2, 1));
  const write = module.import("write", wordsType(3, 0));
  const readForDataWrite = module.import("readForDataWrite", wordsType(2, 1));
  const writeData = module.import("writeData", wordsType(3, 0));
  const segment = module.import("segment", wordsType(2, 1));
  const system = module.import("system", wordsType(3, 1));
  const ask = module.import("mark", wordsType(0, 1));
  const define = (params: number, results: number, body: (c: Code, ...args: x.Var[]) => void): number =>
    defineFunction(module, params, results, body);
  const paging = definePaging(module);
  const bySize = (make: (size: Size) => number): Record<Size, number> => {
    const [one, two, four] = SIZES.map(make);
    return { 1: one, 2: two, 4: four };
  };
  const fault = define(1, 1, (c, st) => leave(c, Exit.Fault, st));
  const storing = (slow: number): Record<Size, number> =>
    bySize((size) =>
      define(3, 0, (c, at, value, sizeSeg) =>
        storeThrough(c, size, { paging, at, write: true }, value, x.call(slow, at, value, sizeSeg)),
      ),
    );
  const store = storing(write);
  return {
    paging,
    segment,
    system,
    mark: defineMark(module, ask),
    load: bySize((size) =>
      define(2, 1, (c, at, sizeSeg) => loadThrough(c, size, { paging, at, write: false }, x.call(read, at, sizeSeg))),
    ),
    open: bySize((size) =>
      define(2, 1, (c, at, sizeSeg) =>
        loadThrough(c, size, { paging, at, write: true }, x.call(readForWrite, at, sizeSeg)),
      ),
    ),
    store,
    settle: store,
    openData: bySize((size) =>
      define(2, 1, (c, at, sizeSeg) =>
        openData(c, size, { paging, at, write: true }, x.call(readForDataWrite, at, sizeSeg)),
      ),
    ),
    storeData: storing(writeData),
    fault,
    raise: define(3, 1, (c, st, vector, errorCode) => {
      setWord(c, S.Fault, x.k(1));
      setWord(c, S.FaultVector, vector);
      setWord(c, S.FaultError, errorCode);
      x.call(fault, st)(c);
    }),
    go: define(2, 1, (c, st, link) => {
      const next = local(c);
      charge(c, x.load32(st, Rec.Count));
      const linked = local(c);
      set(c, linked, x.load32(link));
      const target = x.choose(linked, linked, lookup(x.word(S.TlbExec), x.load32(link, 4)));
      follow(c, target, next, () => {
        setWord(c, S.Eip, x.load32(link, 4));
        setWord(c, S.ExitLink, x.select(next, x.k(0), link));
      });
    }),
    goTo: define(2, 1, (c, st, eip) => {
      const next = local(c);
      charge(c, x.load32(st, Rec.Count));
      follow(c, lookup(x.word(S.TlbExec), eip), next, () => {
        setWord(c, S.Eip, eip);
        setWord(c, S.ExitLink, x.k(0));
      });
    }),
    resume: define(0, 1, (c) => {
      const next = local(c);
      const known = keep(c, lookup(x.word(S.TlbExec), x.word(S.Eip)));
      // A slice that ends here does not touch the page of the next instruction.
      const enough = x.geS(x.word(S.Budget), x.k(MAX_BLOCK));
      follow(c, x.choose(x.or(known, x.eqz(enough)), known, x.call(paging.refetch)), next, () =>
        setWord(c, S.ExitLink, x.k(0)),
      );
    }),
    again: define(1, 1, (c, st) => {
      const next = local(c);
      charge(c, x.k(1));
      follow(c, st, next, () => {
        setWord(c, S.Eip, x.load32(st, Rec.Eip));
        setWord(c, S.RepeatAt, x.load32(st, Rec.Eip));
        setWord(c, S.ExitLink, x.k(0));
      });
    }),
  };
}

/** The block record of an offset in a flat CS, or 0. */
export const lookup = (execTlb: Expr, eip: Expr): Expr =>
  x.load32(x.add(x.load32(tlbSlot(execTlb, eip)), x.shl(x.and(eip, x.k(0xfff)), x.k(2))));

function charge(c: Code, count: Expr): void {
  setWord(c, S.Budget, x.sub(x.word(S.Budget), count));
}

/** Returns the next record while the budget lasts; else 0, after `note` has noted where to go on. */
function follow(c: Code, record: Expr, next: x.Var, note: () => void): void {
  record(c);
  c.local(Op.LocalTee, next.index);
  c.if();
  x.geS(x.word(S.Budget), x.k(MAX_BLOCK))(c);
  c.if();
  next(c);
  c.op(Op.Return);
  c.end();
  c.end();
  note();
  leave(c, x.select(next, x.k(Exit.Budget), x.k(Exit.Lookup)));
}

function leave(c: Code, exit: Exit | Expr, record?: Expr): void {
  setWord(c, S.Exit, typeof exit === "number" ? x.k(exit) : exit);
  if (record) setWord(c, S.ExitRecord, record);
  c.i32(0);
}

/**
 * Counts accesses that are not aligned, for the compiler, which may then make room for them in the code that makes
 * them.
 */
function countUnaligned(c: Code, size: Size, at: x.Var): void {
  if (size > 1) setWord(c, S.Unaligned, x.add(x.word(S.Unaligned), x.ne(x.and(at, x.k(size - 1)), x.k(0))));
}

const inPage = (at: x.Var, size: Size): Expr => x.leU(x.and(at, x.k(0xfff)), x.k(0x1000 - size));

/** Whether a TLB entry names a page that is not watched. */
const isOpen = (entry: Expr): Expr => x.and(entry, x.k(TlbKind.Plain | TlbKind.Noting));

/** An access to `at` through a TLB of the current CPL. */
interface Access {
  paging: PagingFunctions;
  at: x.Var;
  write: boolean;
}

/**
 * The TLB entry of a page that the access stays in and that nobody watches; it is filled where it was missing.
 * Otherwise goes to `slowly`, or leaves the function after a fault.
 */
function openEntry(c: Code, size: Size, { paging, at, write }: Access, slowly: Label, leave: () => void): x.Var {
  const slot = keep(c, tlbSlot(x.word(write ? S.TlbWrite : S.TlbRead), at));
  const entry = keep(c, x.load32(slot));
  x.eqz(inPage(at, size))(c);
  c.brIf(slowly);
  x.eqz(isOpen(entry))(c);
  c.if();
  const missed = keep(c, x.call(paging.miss, at, x.k(write ? 1 : 0)));
  x.eq(missed, x.k(Miss.Refused))(c);
  c.brIf(slowly);
  x.eq(missed, x.k(Miss.Fault))(c);
  c.if();
  leave();
  c.op(Op.Return);
  c.end();
  set(c, entry, x.load32(slot));
  c.end();
  return entry;
}

const hostOf = (at: x.Var, entry: x.Var): Expr => x.add(at, x.and(entry, x.k(~TLB_KIND)));

function rawLoad(c: Code, size: Size, host: Expr): void {
  host(c);
  c.memory(LOAD[size], 0);
}

/**
 * Leaves the value on the stack. It is read through the TLB, also by entries that note, when the access stays in its
 * page; otherwise by the slow path.
 */
function loadThrough(c: Code, size: Size, access: Access, slow: Expr): void {
  const slowly = c.block();
  const entry = openEntry(c, size, access, slowly, () => c.i32(0));
  countUnaligned(c, size, access.at);
  rawLoad(c, size, hostOf(access.at, entry));
  c.op(Op.Return);
  c.end();
  slow(c);
}

/** `loadThrough` the write TLB, where no code was made from the bytes. */
function openData(c: Code, size: Size, access: Access, slow: Expr): void {
  const slowly = c.block();
  const entry = openEntry(c, size, access, slowly, () => c.i32(0));
  const host = keep(c, hostOf(access.at, entry));
  codeBits(host, size)(c);
  c.brIf(slowly);
  countUnaligned(c, size, access.at);
  rawLoad(c, size, host);
  c.op(Op.Return);
  c.end();
  slow(c);
}

/**
 * Stores by an entry that notes like by any other, if the store hits none of the bytes that code was made from, or
 * leaves memory as it is.
 */
function storeThrough(c: Code, size: Size, access: Access, value: x.Var, slow: Expr): void {
  const done = c.block();
  const slowly = c.block();
  const entry = openEntry(c, size, access, slowly, () => undefined);
  const host = keep(c, hostOf(access.at, entry));
  const plainly = c.block();
  x.and(entry, x.k(TlbKind.Plain))(c);
  c.brIf(plainly);
  const onData = c.block();
  x.eqz(codeBits(host, size))(c);
  c.brIf(onData);
  x.ne((code) => rawLoad(code, size, host), size === 4 ? value : x.and(value, x.k(size === 1 ? 0xff : 0xffff)))(c);
  c.brIf(slowly);
  c.br(done);
  c.end();
  noteStore(c, access.at, entry, frameAt(host));
  c.end();
  countUnaligned(c, size, access.at);
  host(c);
  value(c);
  c.memory(STORE[size], 0);
  c.br(done);
  c.end();
  slow(c);
  c.end();
}

/** Notes the page of such a store as written to. This need not be noted again unless there is code in the page. */
function noteStore(c: Code, at: x.Var, entry: x.Var, frame: Expr): void {
  noteWritten(c, frame);
  x.eqz(pageKind(frame))(c);
  c.if();
  store32(c, tlbSlot(x.word(S.TlbWrite), at), x.sub(entry, x.k(TlbKind.Noting - TlbKind.Plain)));
  c.end();
}

/** From which of `size` bytes code was made, by the code map. */
function codeBits(host: x.Var, size: Size): Expr {
  const bits = x.shr(x.load16(x.add(x.word(S.CodeMap), x.shr(host, x.k(3)))), x.and(host, x.k(7)));
  return x.and(bits, x.k((1 << size) - 1));
}
