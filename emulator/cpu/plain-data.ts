import { Desc } from "../base/arch";
import * as x from "../base/wasm/expr";
import type { Expr } from "../base/wasm/expr";

const MASK = Desc.S | Desc.Code | Desc.Ec | Desc.Rw;
const PLAIN = Desc.S | Desc.Rw;

/** Whether a descriptor's rights are those of a writable, expand-up data segment (vol. 3A, 3.4.5.1). */
export const isPlainData = (rights: number): boolean => (rights & MASK) === PLAIN;

/** The same of rights that generated code has; 0 or 1. */
export const plainData = (rights: Expr): Expr => x.eq(x.and(rights, x.k(MASK)), x.k(PLAIN));
