import * as x from "../../base/wasm/expr";
import type { Expr } from "../../base/wasm/expr";

/** The address of the TLB entry of a linear address. */
export const tlbSlot = (base: Expr, linear: Expr): Expr => x.add(base, pageSlot(linear));

/** The same, counted from the start of the TLB. */
export const pageSlot = (linear: Expr): Expr => x.and(x.shr(linear, x.k(10)), x.k(0x3ffffc));
