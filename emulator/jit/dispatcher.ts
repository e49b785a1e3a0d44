import { S } from "../base/layout";
import { Code, Op, Type } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import { variable } from "../base/wasm/expr";
import { ModuleBuilder } from "../base/wasm/module";
import { lookup } from "../cpu/tier0/helpers";
import { MAX_BLOCK, Rec, Special } from "../cpu/tier0/record";

/**
 * The one module that sees the function table: `dispatch(record)` charges the
 * block and runs the region that an Enter record names, and from then on
 * whatever region the exec TLB finds, until there is none, a fault or a stop
 * waits or the budget may not hold a block. Region modules that import the table themselves would never be
 * collected (docs/performance.md).
 */
export function dispatcherModule(): Uint8Array {
  const module = new ModuleBuilder();
  module.importTable("table");
  const region = module.typeIndex({ params: [Type.I32], results: [] });
  const dispatch = module.reserve({ params: [Type.I32], results: [] });
  const c = new Code(1);
  const record = variable(0);
  const state = (at: number): x.Expr => x.load32(x.k(0), at);
  const leaveIf = (condition: x.Expr): void => {
    condition(c);
    c.if();
    c.op(Op.Return);
    c.end();
  };
  const top = c.loop();
  x.k(0)(c);
  x.sub(state(S.Budget), x.load32(record, Rec.Imm))(c);
  c.memory(Op.I32Store, S.Budget);
  x.load32(record, Rec.B)(c);
  x.load32(record, Rec.A)(c);
  c.op(Op.CallIndirect, region, 0);
  leaveIf(x.or(x.or(state(S.Fault), state(S.Stop)), x.ltS(state(S.Budget), x.k(MAX_BLOCK))));
  lookup(state(S.TlbExec), state(S.Eip))(c);
  c.local(Op.LocalSet, record.index);
  x.eq(x.load32(record, Rec.Op), x.k(Special.Enter))(c);
  c.brIf(top);
  c.end();
  c.op(Op.End);
  module.define(dispatch, c);
  module.export("dispatch", dispatch);
  return module.bytes();
}
