import { S } from "../base/layout";
import { Code, Op, Type } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import { variable } from "../base/wasm/expr";
import { ModuleBuilder } from "../base/wasm/module";
import { locals, set, setWord } from "../base/wasm/statements";
import { lookup } from "../cpu/tier0/helpers";
import { defineSettle } from "./pending-flags";
import { MAX_BLOCK, Rec, Special } from "../cpu/tier0/record";

/** Functions of tier 0's module that the dispatcher imports. */
export const DISPATCH_NAMES = ["deliver", "refetch"];

/**
 * The one module that sees the function table. `dispatch(record)` charges the block that an Enter record names and runs
 * its region, and then whatever region the exec TLB finds next, also after a fault that tier 0 delivers. It returns
 * when there is no such region, when a fault is left to the core, when a stop waits, or when the budget may not hold
 * another block. It leaves the flags worked out, the changes of region counted in S.Turns and its neighbours, and the
 * accesses that were not aligned in S.Unaligned.
 * Only this module imports the table: V8 would never collect a region module that did (docs/performance.md).
 */
export function dispatcherModule(): Uint8Array {
  const module = new ModuleBuilder();
  module.importTable("table");
  const region = module.typeIndex({ params: [Type.I32], results: [] });
  const [deliver, refetch] = DISPATCH_NAMES.map((name) => module.import(name, { params: [], results: [Type.I32] }));
  const settle = defineSettle(module);
  const dispatch = module.reserve({ params: [Type.I32], results: [] });
  const c = new Code(1);
  const record = variable(0);
  const [func, from, turns] = locals(c, 3);
  setWord(c, S.Unaligned, x.k(0));
  const done = c.block();
  const top = c.loop();
  setWord(c, S.Budget, x.sub(x.word(S.Budget), x.load32(record, Rec.Imm)));
  set(c, func, x.load32(record, Rec.A));
  x.load32(record, Rec.B)(c);
  func(c);
  c.op(Op.CallIndirect, region, 0);
  x.word(S.Stop)(c);
  c.brIf(done);
  x.word(S.Fault)(c);
  c.if();
  c.call(settle);
  x.eqz(x.call(deliver))(c);
  c.brIf(done);
  c.end();
  x.ltS(x.word(S.Budget), x.k(MAX_BLOCK))(c);
  c.brIf(done);
  set(c, record, lookup(x.word(S.TlbExec), x.word(S.Eip)));
  x.eqz(record)(c);
  c.if();
  set(c, record, x.call(refetch));
  c.end();
  x.ne(x.load32(record, Rec.Op), x.k(Special.Enter))(c);
  c.brIf(done);
  set(c, from, func);
  set(c, turns, x.add(turns, x.k(1)));
  c.br(top);
  c.end();
  c.end();
  c.call(settle);
  setWord(c, S.Turns, turns);
  setWord(c, S.TurnFrom, from);
  setWord(c, S.TurnTo, func);
  c.op(Op.End);
  module.define(dispatch, c);
  module.export("dispatch", dispatch);
  return module.bytes();
}
