import { S } from "../base/layout";
import { Code, Op } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import type { Expr } from "../base/wasm/expr";
import type { ModuleBuilder } from "../base/wasm/module";
import { locals, set, setWord } from "../base/wasm/statements";

/**
 * How S.PendingA and S.PendingB tell what the arithmetic flags are. When nothing is pending, S.Fres and S.Fco are
 * valid. The operands of narrow operations are in the highest bits; the number of places by which they are shifted is
 * above the kind, from PENDING_SHIFT on.
 */
export const enum Pending {
  None,
  /** The flags of A - B. */
  Sub,
  /** The flags of a sum A of which B is one term. */
  Add,
  /** The flags of AND, OR and XOR with the result A. */
  Logic,
}

export const PENDING_SHIFT = 8;

/** The places of CF, of OF (with CF) and of AF in Fco. */
const CARRIES = 0xc0000008 | 0;

/** Fco of a - b. It is the same for a sum a of which b is one term. */
export function fcoOfBorrows(a: Expr, b: Expr): Expr {
  const r = x.sub(a, b);
  return x.and(x.or(x.and(r, b), x.and(x.or(r, b), x.not(a))), x.k(CARRIES));
}

/** CF of the flags in the State, whether or not they are pending: 0 or 1. */
export const carryInState: Expr = (c) => {
  const [kind, a, b] = [S.PendingFlags, S.PendingA, S.PendingB].map(x.word);
  const ofPending = x.and(x.ltU(a, b), x.ne(kind, x.k(Pending.Logic)));
  x.select(kind, ofPending, x.shr(x.word(S.Fco), x.k(31)))(c);
};

/** The name of the function `() -> ()` that brings S.Fres and S.Fco up to date. */
export const SETTLE_NAME = "settleFlags";

/** Defines the function and exports it. */
export function defineSettle(module: ModuleBuilder): number {
  const func = module.reserve({ params: [], results: [] });
  const c = new Code(0);
  const [kind, a, b, up] = locals(c, 4);
  set(c, up, x.shr(x.word(S.PendingFlags), x.k(PENDING_SHIFT)));
  set(c, kind, x.and(x.word(S.PendingFlags), x.k((1 << PENDING_SHIFT) - 1)));
  set(c, a, x.word(S.PendingA));
  set(c, b, x.word(S.PendingB));
  kind(c);
  c.if();
  setWord(c, S.Fres, x.sar(x.sub(a, x.select(x.eq(kind, x.k(Pending.Sub)), b, x.k(0))), up));
  const adjust = x.and(x.shr(x.xor(x.xor(a, b), x.sub(a, b)), x.add(up, x.k(1))), x.k(8));
  setWord(c, S.Fco, x.select(x.eq(kind, x.k(Pending.Logic)), x.k(0), x.or(fcoOfBorrows(a, b), adjust)));
  setWord(c, S.PendingFlags, x.k(Pending.None));
  c.end();
  c.op(Op.End);
  module.define(func, c);
  module.export(SETTLE_NAME, func);
  return func;
}
