import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import type { Emit, Place, Size } from "../emit";
import { flagsLogic, setCarry } from "../flags";
import type { EmitterTable } from "./registry";

/** SDM vol. 1, 7.3.7: bit tests and scans. */

type Change = (old: Expr, mask: Expr) => Expr;

/**
 * BT and the instructions that also change the bit. A bit offset in a register reaches beyond a memory operand, to both
 * sides; an immediate one is taken modulo the operand size (vol. 2, BT).
 */
function bitTest(e: Emit, change?: Change): void {
  const size = e.size();
  const index = e.read(1);
  const within = e.let(x.and(index, x.k(8 * size - 1)));
  const place = target(e, index, size, change !== undefined);
  const old = place.value;
  const cf = e.let(x.and(x.shr(old, within), x.k(1)));
  if (change) place.store(change(old, x.shl(x.k(1), within)));
  setCarry(e, cf);
  e.flagSource = undefined;
}

function target(e: Emit, index: Var, size: Size, writes: boolean): Place {
  if (!e.isMemory(0)) return e.modify(0);
  let at = e.address();
  if (e.insn.operands[1].kind === "r") {
    const bits = size === 4 ? index : x.extend16(index);
    const units = x.sar(bits, x.k(size === 4 ? 5 : 4));
    at = e.cutAddress(x.add(at, x.mul(units, x.k(size))));
  }
  if (writes) return e.open(at, size);
  return { value: e.load(at, size), store: () => undefined };
}

/** BSF and BSR. With a zero source only ZF is defined; the destination keeps its value, as it does on processors. */
function scan(e: Emit, position: (v: Expr) => Expr): void {
  const source = e.read(1);
  const old = e.read(0);
  flagsLogic(e, source, e.size());
  e.flagSource = undefined;
  e.write(0, x.select(source, position(source), old));
}

export const BITS: EmitterTable = {
  bt: (e) => bitTest(e),
  bts: (e) => bitTest(e, x.or),
  btr: (e) => bitTest(e, (old, mask) => x.and(old, x.not(mask))),
  btc: (e) => bitTest(e, x.xor),
  bsf: (e) => scan(e, x.ctz),
  bsr: (e) => scan(e, (v) => x.sub(x.k(31), x.clz(v))),
};
