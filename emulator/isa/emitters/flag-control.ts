import { Flag, Gpr } from "../../base/arch";
import { S } from "../../base/layout";
import * as x from "../../base/wasm/expr";
import type { Emit } from "../emit";
import { carry, packFlags, setCarry, unpackFlags } from "../flags";
import type { EmitterTable } from "./registry";

/** SDM vol. 1, 7.3.13: flag control. STI, CLI and POPF depend on the privilege and are system helpers. */

function loadFlags(e: Emit): void {
  const ah = x.or(x.and(packFlags(e), x.k(0xff)), x.k(Flag.Fixed1));
  const kept = x.and(e.gpr(Gpr.Eax), x.k(~0xff00));
  e.setGpr(Gpr.Eax, x.or(kept, x.shl(ah, x.k(8))));
}

/** SAHF writes no OF. */
function storeFlags(e: Emit): void {
  const of = x.and(packFlags(e), x.k(Flag.Of));
  const ah = x.and(x.shr(e.gpr(Gpr.Eax), x.k(8)), x.k(Flag.Arith & 0xff));
  unpackFlags(e, e.let(x.or(of, ah)));
}

function setDirection(e: Emit, down: boolean): void {
  const flags = e.stateWord(S.Eflags);
  e.setStateWord(S.Eflags, down ? x.or(flags, x.k(Flag.Df)) : x.and(flags, x.k(~Flag.Df)));
}

export const FLAG_CONTROL: EmitterTable = {
  clc: (e) => setCarry(e, x.k(0)),
  stc: (e) => setCarry(e, x.k(1)),
  cmc: (e) => setCarry(e, x.eqz(carry(e))),
  cld: (e) => setDirection(e, false),
  std: (e) => setDirection(e, true),
  lahf: loadFlags,
  sahf: storeFlags,
};
