import * as x from "../base/wasm/expr";
import type { Expr, Var } from "../base/wasm/expr";
import type { Emit, Place, Size } from "../isa/emit";
import { type MemoryHelpers, tlbSlot } from "./tier0/helpers";

/** What inline accesses need of the function that they stand in. */
export interface InlineFrame {
  tlbRead: Var;
  tlbWrite: Var;
  helpers: MemoryHelpers;
  /** Leaves when S.Fault is set; emitted behind each call of a slow path. */
  faultCheck(): void;
  /** Emitted behind each store by a slow path: it may have changed code. */
  stored?(): void;
}

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
   * Leaves on the stack whether the inline access is impossible: no valid entry,
   * or not aligned. The result is host address minus linear address.
   */
  private probe(table: Var, at: Var, size: Size): Var {
    const { e } = this;
    const delta = e.let(x.sub(x.load32(tlbSlot(table, at)), x.k(1)));
    const bits = size === 1 ? delta : x.or(delta, at);
    x.and(bits, x.k(size === 4 ? 3 : 1))(e.c);
    return delta;
  }

  load(at: Var, size: Size, sizeSeg: Expr): Var {
    const { e, frame } = this;
    const value = e.temp();
    const delta = this.probe(frame.tlbRead, at, size);
    e.c.if();
    e.set(value, x.call(frame.helpers.load[size], at, sizeSeg));
    frame.faultCheck();
    e.c.else();
    e.set(value, rawLoad(x.add(at, delta), size));
    e.c.end();
    return value;
  }

  store(at: Var, value: Var, size: Size, sizeSeg: Expr): void {
    const { e, frame } = this;
    const delta = this.probe(frame.tlbWrite, at, size);
    e.c.if();
    x.call(frame.helpers.store[size], at, value, sizeSeg)(e.c);
    frame.faultCheck();
    frame.stored?.();
    e.c.else();
    e.storeRaw(x.add(at, delta), value, size);
    e.c.end();
  }

  open(at: Var, size: Size, sizeSeg: Expr): Place {
    const { e, frame } = this;
    const value = e.temp();
    const host = e.temp();
    const delta = this.probe(frame.tlbWrite, at, size);
    e.c.if();
    e.set(value, x.call(frame.helpers.open[size], at, sizeSeg));
    frame.faultCheck();
    e.set(host, x.k(0));
    e.c.else();
    e.set(host, x.add(at, delta));
    e.set(value, rawLoad(host, size));
    e.c.end();
    const slow = (v: Expr): void => {
      x.call(frame.helpers.store[size], at, v, sizeSeg)(e.c);
      frame.stored?.();
    };
    return { value, store: (v) => e.if(host, () => e.storeRaw(host, v, size), () => slow(v)) };
  }

  /** `Emit.host`. */
  host(at: Var, write: boolean): Var {
    const { e, frame } = this;
    const entry = e.let(x.load32(tlbSlot(write ? frame.tlbWrite : frame.tlbRead, at)));
    return e.let(x.select(x.and(entry, x.k(1)), x.sub(x.add(at, entry), x.k(1)), x.k(0)));
  }
}

export const rawLoad = (address: Expr, size: Size, offset = 0): Expr =>
  size === 4 ? x.load32(address, offset) : size === 2 ? x.load16(address, offset) : x.load8(address, offset);
