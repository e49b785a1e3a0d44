import { NO_ERROR_CODE } from "../../base/layout";
import { Code, Op, Type } from "../../base/wasm/code";
import type { ModuleBuilder } from "../../base/wasm/module";
import * as x from "../../base/wasm/expr";
import { type Var, variable } from "../../base/wasm/expr";
import { SYSTEM_DONE, SYSTEM_LEAVE, SystemOp } from "../../isa/system-ops";
import { ColdEmit } from "./emit-cold";
import { Event, FlatSystem } from "./flat-system";
import type { Helpers } from "./helpers";

/** Functions of tier 0's module that do system instructions. */
export interface SystemFunctions {
  /** SystemPaths.system: in WebAssembly where FlatSystem does not refuse, else by the import. */
  system: number;
  /** (vector, error code, Event) -> 1, or 0 when refused: enters a handler. */
  enter: number;
}

const signature = (params: number): { params: Type[]; results: Type[] } => ({
  params: new Array<Type>(params).fill(Type.I32),
  results: [Type.I32],
});

/** @param helpers of which `system` is the import */
export function defineSystem(module: ModuleBuilder, helpers: Helpers): SystemFunctions {
  const enter = define(module, helpers, (c, e, [vector, errorCode, event]) => {
    const refused = c.block();
    const flat = new FlatSystem(e, refused);
    flat.enter(vector, errorCode, event);
    flat.answer(1);
    c.end();
    c.i32(0);
  });
  const system = define(module, helpers, (c, e, [op, a, b]) => {
    const on = (which: SystemOp, result: number, body: (flat: FlatSystem) => void): void => {
      x.eq(op, x.k(which))(c);
      c.if();
      const refused = c.block();
      const flat = new FlatSystem(e, refused);
      body(flat);
      flat.answer(result);
      c.end();
      c.end();
    };
    on(SystemOp.LoadSeg, SYSTEM_DONE, (flat) => flat.loadSegment(a, b));
    on(SystemOp.Int, SYSTEM_LEAVE, (flat) => flat.need(x.call(enter, a, x.k(NO_ERROR_CODE), x.k(Event.Software))));
    on(SystemOp.Iret, SYSTEM_LEAVE, (flat) => {
      flat.need(x.eq(a, x.k(4)));
      flat.iret();
    });
    on(SystemOp.Cli, SYSTEM_DONE, (flat) => flat.cli());
    on(SystemOp.Sti, SYSTEM_DONE, (flat) => flat.sti());
    on(SystemOp.Popf, SYSTEM_DONE, (flat) => {
      flat.need(x.eq(b, x.k(4)));
      flat.popf(a);
    });
    x.call(helpers.system, op, a, b)(c);
  });
  return { system, enter };
}

function define(module: ModuleBuilder, helpers: Helpers, body: (c: Code, e: ColdEmit, params: [Var, Var, Var]) => void): number {
  const func = module.reserve(signature(3));
  const c = new Code(3);
  body(c, new ColdEmit(c, variable(0), helpers), [variable(0), variable(1), variable(2)]);
  c.op(Op.End);
  module.define(func, c);
  return func;
}
