import { At, Op, Tag } from "./constants";
import type { DebugInfo } from "./debug-info";
import { add, type DieIndex, type FunctionDie } from "./die-index";
import type { Die } from "./unit";
import { rangesOf } from "./ranges";

/** Operations with which a place in the image begins. */
const STATIC = new Set<number>([Op.Addr, Op.Addrx, Op.GnuAddrIndex]);

/** How deep blocks may be nested. No source goes so deep, but corrupt information might. */
const MAX_NESTING = 256;

/** An inlined copy of a function, and the function with code that contains it. */
export interface InlinedCopy {
  readonly entry: number;
  readonly container: FunctionDie;
}

/** What is inside functions: inlined copies and static locals, by name. It is found in one walk over all functions. */
export class NestedIndex {
  readonly inlinedByName = new Map<string, InlinedCopy[]>();
  readonly staticsByName = new Map<string, Die[]>();

  constructor(
    private readonly info: DebugInfo,
    index: DieIndex,
  ) {
    for (const fn of [...index.functions, ...index.nestedFunctions])
      info.guard(undefined, () => this.walk(fn, fn.die, 0));
  }

  private walk(fn: FunctionDie, parent: Die, depth: number): void {
    if (depth > MAX_NESTING) return;
    for (const die of parent.children()) {
      if (die.tag === Tag.InlinedSubroutine) this.addInlined(fn, die);
      if (die.tag === Tag.Variable) this.addStatic(die);
      else if (die.tag === Tag.InlinedSubroutine || die.tag === Tag.LexicalBlock) this.walk(fn, die, depth + 1);
    }
  }

  private addInlined(container: FunctionDie, die: Die): void {
    const name = this.info.nameOf(die);
    const entry = die.address(At.EntryPc) ?? rangesOf(die, this.info.rangeBudget)[0]?.low;
    if (name !== undefined && entry !== undefined) add(this.inlinedByName, name, { entry, container });
  }

  private addStatic(die: Die): void {
    const location = die.attribute(At.Location);
    if (location?.kind !== "expression" || !STATIC.has(location.value[0] ?? 0)) return;
    const name = this.info.nameOf(die);
    if (name !== undefined) add(this.staticsByName, name, die);
  }
}
