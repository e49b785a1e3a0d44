import { Count, NO_ERROR_CODE, S } from "../../base/layout";
import { type Code, type Label, Op } from "../../base/wasm/code";
import type { ModuleBuilder } from "../../base/wasm/module";
import * as x from "../../base/wasm/expr";
import type { Var } from "../../base/wasm/expr";
import { setWord } from "../../base/wasm/statements";
import { SYSTEM_DONE, SYSTEM_LEAVE, SystemOp } from "../../isa/system-ops";
import { ColdEmit } from "./emit-cold";
import { FlatControl } from "./flat-control";
import { count } from "./flat-paging";
import { Event, FlatSystem } from "./flat-system";
import { defineFunction } from "./functions";
import type { Helpers } from "./helpers";

/** Functions of tier 0's module that do system instructions. */
export interface SystemFunctions {
  /** SystemPaths.system: done in WebAssembly where FlatSystem and FlatControl do not refuse, else by the import. */
  system: number;
  /**
   * () -> 1, or 0 when refused. Delivers the fault that S.Fault names, of the instruction at S.Eip. Takes one off
   * S.Budget where no instruction came between this delivery and the one before.
   */
  deliver: number;
}

/** @param helpers the helpers, of which `system` is the import */
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
    const on = (which: SystemOp, body: (refused: Label) => void): void => {
      x.eq(op, x.k(which))(c);
      c.if();
      const refused = c.block();
      body(refused);
      c.end();
      c.end();
    };
    const onFlat = (which: SystemOp, result: number | undefined, body: (flat: FlatSystem) => void): void =>
      on(which, (refused) => {
        const flat = new FlatSystem(e, refused);
        body(flat);
        if (result !== undefined) flat.answer(result);
      });
    const onControl = (which: SystemOp, body: (control: FlatControl) => void): void =>
      on(which, (refused) => body(new FlatControl(c, helpers.paging, refused)));
    onFlat(SystemOp.LoadSeg, undefined, (flat) => flat.loadSegment(a, b));
    onFlat(SystemOp.Int, SYSTEM_LEAVE, (flat) => flat.need(x.call(enter, a, x.k(NO_ERROR_CODE), x.k(Event.Software))));
    onFlat(SystemOp.Iret, SYSTEM_LEAVE, (flat) => {
      flat.need(x.eq(a, x.k(4)));
      flat.iret();
    });
    onFlat(SystemOp.Cli, SYSTEM_DONE, (flat) => flat.cli());
    onFlat(SystemOp.Sti, SYSTEM_DONE, (flat) => flat.sti());
    onFlat(SystemOp.Popf, SYSTEM_DONE, (flat) => {
      flat.need(x.eq(b, x.k(4)));
      flat.popf(a);
    });
    onControl(SystemOp.Invlpg, (control) => control.invlpg(a));
    onControl(SystemOp.MovFromCr, (control) => control.readCr(a));
    onControl(SystemOp.MovToCr, (control) => control.writeCr(a));
    onControl(SystemOp.Rdtsc, (control) => control.timeStamp());
    onControl(SystemOp.Clts, (control) => control.clearTs());
    x.call(helpers.system, op, a, b)(c);
  });
  return { system, deliver: defineFunction(module, 0, 1, (c) => deliver(c, enter)) };
}

function define(
  module: ModuleBuilder,
  helpers: Helpers,
  body: (c: Code, e: ColdEmit, params: [Var, Var, Var]) => void,
): number {
  return defineFunction(module, 3, 1, (c, ...[first, second, third]) =>
    body(c, new ColdEmit(c, first, helpers), [first, second, third]),
  );
}

/**
 * Tier0.fault. A delivery that follows another with no instruction between them counts as an instruction. So a handler
 * that faults at its first instruction uses up its slice, as any endless loop does.
 */
function deliver(c: Code, enter: number): void {
  const refused = c.block();
  x.ne(x.word(S.Fault), x.k(1))(c);
  c.brIf(refused);
  setWord(c, S.InsnEip, x.word(S.Eip));
  x.eqz(x.call(enter, x.word(S.FaultVector), x.word(S.FaultError), x.k(Event.Fault)))(c);
  c.brIf(refused);
  setWord(c, S.Budget, x.sub(x.word(S.Budget), x.eq(x.word(S.Budget), x.word(S.FaultBudget))));
  setWord(c, S.FaultBudget, x.word(S.Budget));
  count(c, Count.Faults);
  setWord(c, S.Fault, x.k(0));
  setWord(c, S.FaultReason, x.k(0));
  c.i32(1);
  c.op(Op.Return);
  c.end();
  c.i32(0);
}
