import { describe, expect, it } from "vitest";
import { Code, Op, Type } from "../../../../emulator/base/wasm/code";
import * as x from "../../../../emulator/base/wasm/expr";
import { variable } from "../../../../emulator/base/wasm/expr";
import { ModuleBuilder } from "../../../../emulator/base/wasm/module";
import { Structure } from "../../../../emulator/jit/structure";
import { Rng } from "../../../differential/rng";

/**
 * Runs a graph as WebAssembly: each node adds itself to a hash, asks the hash
 * which successor comes next, and stops when the steps are used up.
 */
function build(
  graph: readonly (readonly number[])[],
  entries: ReadonlySet<number>,
): (entry: number, steps: number) => number {
  const module = new ModuleBuilder();
  const c = new Code(2);
  const [selector, steps, hash] = [variable(0), variable(1), variable(c.take(Type.I32))];
  const set = (to: x.Var, value: x.Expr): void => {
    value(c);
    c.local(Op.LocalSet, to.index);
  };
  const exit = c.block();
  const structure = new Structure(c, graph, selector, (node) => {
    set(hash, x.add(x.mul(hash, x.k(31)), x.k(node + 1)));
    set(steps, x.sub(steps, x.k(1)));
    x.eqz(steps)(c);
    c.brIf(exit);
    const to = graph[node] ?? [];
    if (to.length === 0) return c.br(exit);
    to.slice(1).forEach((next, n) => {
      x.eq(x.remU(hash, x.k(to.length)), x.k(n + 1))(c);
      c.if();
      structure.branch(next);
      c.end();
    });
    structure.branch(to[0] ?? 0);
  });
  structure.layOut(entries);
  c.end();
  hash(c);
  c.op(Op.End);
  const func = module.reserve({ params: [Type.I32, Type.I32], results: [Type.I32] });
  module.define(func, c);
  module.export("f", func);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes() as BufferSource), {
    env: { memory },
  });
  return exports["f"] as (entry: number, steps: number) => number;
}

/** The same walk without WebAssembly. */
function walk(graph: readonly (readonly number[])[], entry: number, steps: number): number {
  let hash = 0;
  for (let node = entry; ;) {
    hash = (Math.imul(hash, 31) + node + 1) | 0;
    const to = graph[node] ?? [];
    if (--steps === 0 || to.length === 0) return hash;
    const choice = (hash >>> 0) % to.length;
    node = to[choice] ?? 0;
  }
}

/** Every node lies on a way from an entry, as in a region. */
function closure(graph: readonly (readonly number[])[], entries: Iterable<number>): Set<number> {
  const seen = new Set(entries);
  for (const node of seen) for (const to of graph[node] ?? []) seen.add(to);
  return seen;
}

const STEPS = [1, 2, 3, 7, 50, 1000];

function check(graph: readonly (readonly number[])[], entries: ReadonlySet<number>): void {
  const run = build(graph, entries);
  for (const entry of entries) for (const steps of STEPS) expect(run(entry, steps)).toBe(walk(graph, entry, steps));
}

describe("control flow laid out as structured WebAssembly", () => {
  it("takes the same way as the graph through a loop with two entries", () => {
    check([[1, 2], [2], [1, 3], []], new Set([0]));
  });

  it("takes the same way through loops nested in each other's middle", () => {
    check([[1], [2, 4], [3, 1], [2, 4], [1, 5], [0]], new Set([0, 3, 5]));
  });

  it("takes the same way through 300 random graphs, irreducible ones among them", () => {
    const rng = new Rng(11);
    for (let n = 0; n < 300; n++) {
      const size = 1 + rng.below(10);
      const graph = Array.from({ length: size }, () => [
        ...new Set(Array.from({ length: rng.below(4) }, () => rng.below(size))),
      ]);
      const entries = new Set([0, ...Array.from({ length: rng.below(3) }, () => rng.below(size))]);
      const live = closure(graph, entries);
      for (let node = 0; node < size; node++) if (!live.has(node)) entries.add(node);
      check(graph, entries);
    }
  });
});
