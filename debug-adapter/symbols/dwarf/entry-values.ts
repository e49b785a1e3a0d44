import { At, Tag } from "./constants";
import type { DebugInfo } from "./debug-info";
import type { Die } from "./unit";
import type { FunctionDie } from "./die-index";
import { evaluateNumber, type ExpressionContext } from "./expression";
import { Unavailable } from "./stack-value";

/** How deep blocks may be nested. No source goes so deep, but corrupt information might. */
const MAX_NESTING = 256;

/** A call in progress. */
export interface Call {
  readonly caller: Die;
  /** The address to which the call returns. */
  readonly returnPc: number;
  readonly callee: FunctionDie;
}

/**
 * The expression that computes, in the caller's frame, what was in `place` (a register, or an argument's memory) when
 * the callee was entered (DWARF 5, 3.4).
 * @throws Unavailable when the call site does not tell, or when it called another function and the callee was reached
 * by a tail call
 */
export function callArgument(info: DebugInfo, call: Call, place: Uint8Array, caller: ExpressionContext): Uint8Array {
  const site = findCallSite(call.caller, call.returnPc);
  if (!site || !calls(info, site, call.callee, caller)) throw new Unavailable({ code: "entry-value" });
  for (const die of site.children()) {
    if (die.tag !== Tag.CallSiteParameter && die.tag !== Tag.GnuCallSiteParameter) continue;
    if (!sameBytes(block(die, At.Location), place)) continue;
    const value = block(die, At.CallValue) ?? block(die, At.GnuCallSiteValue);
    if (value) return value;
  }
  throw new Unavailable({ code: "entry-value" });
}

/** The call site in the function, at any depth, that returns to `pc`. */
function findCallSite(die: Die, pc: number, depth = 0): Die | undefined {
  if (depth > MAX_NESTING) return undefined;
  for (const child of die.children()) {
    if (child.tag === Tag.CallSite && child.address(At.CallReturnPc) === pc) return child;
    if (child.tag === Tag.GnuCallSite && child.address(At.LowPc) === pc) return child;
    const nested = child.tag === Tag.LexicalBlock || child.tag === Tag.InlinedSubroutine;
    const found = nested ? findCallSite(child, pc, depth + 1) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** Whether the call goes straight to that function. */
function calls(info: DebugInfo, site: Die, callee: FunctionDie, caller: ExpressionContext): boolean {
  const origin = info.reference(site, At.CallOrigin) ?? info.reference(site, At.AbstractOrigin);
  if (origin) return isSame(info.root(origin), info.root(callee.die)) || info.nameOf(origin) === callee.name;
  const target = block(site, At.CallTarget) ?? block(site, At.GnuCallSiteTarget);
  return target !== undefined && evaluateNumber(target, caller) === callee.ranges[0]?.low;
}

function isSame(a: Die, b: Die): boolean {
  return a.unit === b.unit && a.offset === b.offset;
}

function block(die: Die, at: At): Uint8Array | undefined {
  const value = die.attribute(at);
  return value?.kind === "expression" || value?.kind === "block" ? value.value : undefined;
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}
