import { S, SEG_SIZE, SegField, TLB_KIND, TlbKind } from "../base/layout";
import * as x from "../base/wasm/expr";
import type { Expr, Var } from "../base/wasm/expr";
import type { AccessSeg, Emit, Place, Size, Window } from "../isa/emit";
import { Touch } from "../memory/watches";
import { plainData } from "./plain-data";
import type { MemoryHelpers } from "./tier0/helpers";

/** What inline accesses need of the function in which they are made. */
export interface InlineFrame {
  /** The entry, in the current data TLB for reading or writing, of the page of a linear address. */
  entry(at: Var, write: boolean): Expr;
  helpers: MemoryHelpers;
  /** Leaves when S.Fault is set. This is emitted after each call of a slow path. */
  faultCheck(): void;
  /**
   * Whether an access touches watched memory. Where this is undefined, for one access or for all, accesses to a watched
   * page are not made inline.
   */
  watched?: ((at: Var, size: Size, touches: number) => WatchGuard | undefined) | undefined;
  /** Whether accesses that are not aligned are made inline too, at the price of a compare for each. */
  unaligned: boolean;
}

/** Keeps an access away from watched memory. */
export interface WatchGuard {
  /** Bit 1 is set where the access may touch watched memory, and is not to be made inline; all other bits are 0. */
  refused: Expr;
  /** Whether bit 1 of `refused` is also set where the access is not aligned. */
  seesAlignment: boolean;
}

const leavesPage = (at: Var, size: Size): Expr => x.gtU(x.and(at, x.k(0xfff)), x.k(0x1000 - size));

/**
 * Data accesses with the TLB check inline: aligned ones on a valid page cost a
 * load, a test and the access; all others go through the module's helpers.
 */
export class InlineMemory {
  constructor(
    private readonly e: Emit,
    private readonly frame: InlineFrame,
  ) {}

  /**
   * Leaves on the stack whether the inline access is impossible, because there is no valid entry or the access is not
   * aligned (or, where that is allowed, not in one page). The result is the address in the machine's memory, one
   * addition after the load of the entry.
   */
  private probe(at: Var, touches: number, size: Size): Expr {
    const { e } = this;
    const write = (touches & Touch.Write) !== 0;
    const guard = this.frame.watched?.(at, size, touches);
    if (guard !== undefined) return this.probeWatched(at, write, size, guard);
    const delta = e.let(x.sub(this.frame.entry(at, write), x.k(1)));
    if (size > 1 && this.frame.unaligned) x.or(x.and(delta, x.k(1)), leavesPage(at, size))(e.c);
    else x.and(size === 1 ? delta : x.or(delta, at), x.k(size === 4 ? 3 : 1))(e.c);
    return x.add(at, delta);
  }

  /** Does the same, but lets an access to a watched page through where it does not touch what is watched. */
  private probeWatched(at: Var, write: boolean, size: Size, { refused, seesAlignment }: WatchGuard): Expr {
    const { e } = this;
    const entry = e.let(this.frame.entry(at, write));
    // Plain entries less 1 end in zeros, and watched ones in 1; in all others bit 1 is set.
    const bits = x.and(x.or(x.sub(entry, x.k(1)), refused), x.k(2));
    (size === 1 || seesAlignment ? bits : x.or(bits, x.and(at, x.k(size - 1))))(e.c);
    return x.add(at, x.and(entry, x.k(~TLB_KIND)));
  }

  load(at: Var, size: Size, sizeSeg: Expr): Var {
    const { e } = this;
    const value = e.temp();
    const host = this.probe(at, Touch.Read, size);
    e.c.ifUnlikely();
    this.callLoad(value, at, size, sizeSeg);
    e.c.else();
    e.set(value, rawLoad(host, size));
    e.c.end();
    return value;
  }

  store(at: Var, value: Var, size: Size, sizeSeg: Expr): void {
    const { e } = this;
    const host = this.probe(at, Touch.Write, size);
    e.c.ifUnlikely();
    this.callStore(at, value, size, sizeSeg);
    e.c.else();
    e.storeRaw(host, value, size);
    e.c.end();
  }

  open(at: Var, size: Size, sizeSeg: Expr): Place {
    const { e } = this;
    const value = e.temp();
    const host = e.temp();
    const found = this.probe(at, Touch.Read | Touch.Write, size);
    e.c.ifUnlikely();
    this.callOpen(value, at, size, sizeSeg);
    e.set(host, x.k(0));
    e.c.else();
    e.set(host, found);
    e.set(value, rawLoad(host, size));
    e.c.end();
    return { value, store: (v) => this.settle(host, at, v, size, sizeSeg) };
  }

  private settle(host: Var, at: Var, value: Expr, size: Size, sizeSeg: Expr): void {
    const { e } = this;
    x.eqz(host)(e.c);
    e.c.ifUnlikely();
    this.callSettle(at, value, size, sizeSeg);
    e.c.else();
    e.storeRaw(host, value, size);
    e.c.end();
  }

  // ---- the same by the module's helpers, without a look at the TLB

  callLoad(value: Var, at: Var, size: Size, sizeSeg: Expr): void {
    this.e.set(value, x.call(this.frame.helpers.load[size], at, sizeSeg));
    this.frame.faultCheck();
  }

  callStore(at: Var, value: Expr, size: Size, sizeSeg: Expr): void {
    x.call(this.frame.helpers.store[size], at, value, sizeSeg)(this.e.c);
    this.frame.faultCheck();
  }

  callOpen(value: Var, at: Var, size: Size, sizeSeg: Expr): void {
    this.e.set(value, x.call(this.frame.helpers.open[size], at, sizeSeg));
    this.frame.faultCheck();
  }

  /** Stores to a place that `callOpen` has opened. */
  callSettle(at: Var, value: Expr, size: Size, sizeSeg: Expr): void {
    x.call(this.frame.helpers.settle[size], at, value, sizeSeg)(this.e.c);
  }

  /** `Emit.window`. */
  window(at: Var, write: boolean, seg: AccessSeg): Window {
    const entry = (linear: Var): Expr => this.frame.entry(linear, write);
    return this.e.insn.checked ? segmentWindow(this.e, at, seg, entry) : pageWindow(this.e, at, entry(at));
  }
}

/** The page of a linear address by its TLB entry, when that is a plain entry. */
export function pageWindow(e: Emit, linear: Var, entry: Expr): Window {
  const found = e.let(entry);
  const host = e.let(x.add(x.sub(linear, x.k(TlbKind.Plain)), found));
  const below = e.let(x.and(linear, x.k(0xfff)));
  const above = e.let(x.select(x.and(found, x.k(TlbKind.Plain)), x.sub(x.k(0x1000), below), x.k(0)));
  return { host, above, below };
}

/** The same around an offset in a segment, cut to the segment's limit and to what the address size reaches. */
export function segmentWindow(e: Emit, at: Var, seg: AccessSeg, entry: (linear: Var) => Expr): Window {
  const cache = e.let(x.mul(seg === "own" ? e.ownSegment() : x.k(seg), x.k(SEG_SIZE)));
  const linear = e.let(x.add(x.load32(cache, S.Seg + SegField.Base), at));
  const { host, above, below } = pageWindow(e, linear, entry(linear));
  const room = e.let(segmentRoom(e, cache, at));
  e.set(above, x.select(x.ltU(room, above), room, above));
  e.set(below, x.select(x.ltU(at, below), at, below));
  return { host, above, below };
}

/**
 * The number of bytes from offset `at` to the end of a writable data segment that expands up, as far as a page may need
 * them. It is 0 in all other segments, where each access is checked.
 */
function segmentRoom(e: Emit, cache: Var, at: Var): Expr {
  const field = (of: SegField): Expr => x.load32(cache, S.Seg + of);
  const last = e.let(field(SegField.Limit));
  if (e.insn.addrSize === 2) e.set(last, x.select(x.ltU(last, x.k(0xffff)), last, x.k(0xffff)));
  const isPlain = x.and(plainData(field(SegField.Rights)), field(SegField.Valid));
  const left = e.let(x.sub(last, at));
  const room = x.add(x.select(x.ltU(left, x.k(0xfff)), left, x.k(0xfff)), x.k(1));
  return x.select(x.and(isPlain, x.geU(last, at)), room, x.k(0));
}

export const rawLoad = (address: Expr, size: Size, offset = 0): Expr =>
  size === 4 ? x.load32(address, offset) : size === 2 ? x.load16(address, offset) : x.load8(address, offset);
