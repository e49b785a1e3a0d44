import { type Code, Op, Type } from "./code";
import { type Expr, k, type Var, variable } from "./expr";

/** A local that nobody else uses until it is released. */
export const local = (c: Code, type: Type = Type.I32): Var => variable(c.take(type), type);

/** `count` such locals. */
export const locals = (c: Code, count: number): Var[] => Array.from({ length: count }, () => local(c));

export function set(c: Code, to: Var, value: Expr): void {
  value(c);
  c.local(Op.LocalSet, to.index);
}

/** A local that holds a value. */
export function keep(c: Code, value: Expr, type: Type = Type.I32): Var {
  const kept = local(c, type);
  set(c, kept, value);
  return kept;
}

/** Stores 32 bits. */
export function store32(c: Code, address: Expr, value: Expr, offset = 0): void {
  address(c);
  value(c);
  c.memory(Op.I32Store, offset);
}

/** Stores 32 bits to the constant address `at`, where `expr.word` reads them. */
export const setWord = (c: Code, at: number, value: Expr): void => store32(c, k(0), value, at);
