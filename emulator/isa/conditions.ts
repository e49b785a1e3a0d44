import * as x from "../base/wasm/expr";
import type { Expr } from "../base/wasm/expr";
import type { Emit } from "./emit";
import * as flags from "./flags";

/** Condition numbers without the lowest bit, which inverts (SDM vol. 2, B.1.4.7). */
const enum Cc {
  O,
  B,
  Z,
  Be,
  S,
  P,
  L,
  Le,
}

/**
 * The condition as a value that is not 0 when it holds. It is computed from the last flag source where there is one.
 */
export function condition(e: Emit, cc: number): Expr {
  const inverted = (cc & 1) !== 0;
  return fused(e, cc >> 1, inverted) ?? (inverted ? x.eqz(plain(e, cc >> 1)) : plain(e, cc >> 1));
}

function plain(e: Emit, cc: Cc): Expr {
  const less = x.xor(flags.sign(e), flags.overflow(e));
  switch (cc) {
    case Cc.O:
      return flags.overflow(e);
    case Cc.B:
      return flags.carry(e);
    case Cc.Z:
      return flags.zero(e);
    case Cc.Be:
      return x.or(flags.carry(e), flags.zero(e));
    case Cc.S:
      return flags.sign(e);
    case Cc.P:
      return flags.parity(e);
    case Cc.L:
      return less;
    case Cc.Le:
      return x.or(flags.zero(e), less);
  }
}

type Compare = readonly [holds: (a: Expr, b: Expr) => Expr, fails: (a: Expr, b: Expr) => Expr];

const AFTER_SUB: Partial<Record<Cc, Compare>> = {
  [Cc.B]: [x.ltU, x.geU],
  [Cc.Z]: [x.eq, x.ne],
  [Cc.Be]: [x.leU, x.gtU],
  [Cc.L]: [x.ltS, x.geS],
  [Cc.Le]: [x.leS, x.gtS],
};

/** The comparison of the sign-extended result with 0 that decides after AND, OR, XOR and TEST (CF = OF = 0). */
const AFTER_LOGIC: Partial<Record<Cc, Compare>> = {
  [Cc.Z]: [x.eq, x.ne],
  [Cc.S]: [x.ltS, x.geS],
  [Cc.L]: [x.ltS, x.geS],
  [Cc.Le]: [x.leS, x.gtS],
  [Cc.Be]: [x.eq, x.ne],
};

function fused(e: Emit, cc: Cc, inverted: boolean): Expr | undefined {
  const source = e.flagSource;
  if (!source) return undefined;
  const { size } = source;
  const side = inverted ? 1 : 0;
  const isSigned = cc === Cc.L || cc === Cc.Le;
  const compare = source.kind === "sub" ? AFTER_SUB[cc] : undefined;
  if (source.kind === "sub" && compare) {
    const extend = isSigned ? flags.signed : flags.unsigned;
    return compare[side](extend(source.a, size), extend(source.b, size));
  }
  const usable = source.kind === "logic" || cc === Cc.Z || cc === Cc.S;
  const byResult = usable ? AFTER_LOGIC[cc] : undefined;
  return byResult?.[side](flags.signed(source.result, size), x.k(0));
}
