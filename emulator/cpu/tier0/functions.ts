import { Code, Op, Type } from "../../base/wasm/code";
import { type Var, variable } from "../../base/wasm/expr";
import type { FuncType, ModuleBuilder } from "../../base/wasm/module";

/** The type of a function whose parameters and results are words. */
export const wordsType = (params: number, results: number): FuncType => ({
  params: new Array<Type>(params).fill(Type.I32),
  results: new Array<Type>(results).fill(Type.I32),
});

/** Writes a function of words. @returns its index */
export function defineFunction(
  module: ModuleBuilder,
  params: number,
  results: number,
  body: (c: Code, ...params: Var[]) => void,
): number {
  const index = module.reserve(wordsType(params, results));
  const c = new Code(params);
  body(c, ...Array.from({ length: params }, (_, n) => variable(n)));
  c.op(Op.End);
  module.define(index, c);
  return index;
}
