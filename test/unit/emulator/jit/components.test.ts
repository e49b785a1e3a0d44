import { describe, expect, it } from "vitest";
import { components } from "../../../../emulator/jit/components";
import { Rng } from "../../../differential/rng";

/** For each node the nodes that it reaches by at least no edge: the slow and obvious way. */
function reachable(
  nodes: readonly number[],
  successors: readonly (readonly number[])[],
  cut: ReadonlySet<number>,
): Map<number, Set<number>> {
  const inside = new Set(nodes);
  return new Map(
    nodes.map((root) => {
      const seen = new Set([root]);
      for (const node of seen)
        for (const to of successors[node] ?? []) if (inside.has(to) && !cut.has(to)) seen.add(to);
      return [root, seen];
    }),
  );
}

function randomGraph(rng: Rng): number[][] {
  const size = 1 + rng.below(14);
  return Array.from({ length: size }, () => Array.from({ length: rng.below(4) }, () => rng.below(size)));
}

const GRAPHS = 300;

describe("the components of a control-flow graph", () => {
  it("hold just the nodes that reach each other, on random graphs with cut nodes", () => {
    const rng = new Rng(7);
    for (let n = 0; n < GRAPHS; n++) {
      const graph = randomGraph(rng);
      const nodes = graph.map((_, node) => node).filter(() => !rng.oneIn(5));
      const cut = new Set(nodes.filter(() => rng.oneIn(6)));
      const reach = reachable(nodes, graph, cut);
      const found = components(nodes, graph, cut);
      expect(found.flat().sort((a, b) => a - b)).toEqual(nodes);
      const home = new Map(found.flatMap((part, at) => part.map((node) => [node, at] as const)));
      for (const a of nodes) {
        for (const b of nodes) {
          const mutual = reach.get(a)?.has(b) === true && reach.get(b)?.has(a) === true;
          expect(home.get(a) === home.get(b)).toBe(mutual);
        }
      }
    }
  });

  it("come before those that they lead to", () => {
    const rng = new Rng(8);
    for (let n = 0; n < GRAPHS; n++) {
      const graph = randomGraph(rng);
      const nodes = graph.map((_, node) => node);
      const found = components(nodes, graph, new Set());
      const home = new Map(found.flatMap((part, at) => part.map((node) => [node, at] as const)));
      for (const a of nodes) for (const b of graph[a] ?? []) expect(home.get(a)).toBeLessThanOrEqual(home.get(b) ?? -1);
    }
  });

  it("need no stack of their own on a chain of 100,000 nodes", () => {
    const graph = Array.from({ length: 100_000 }, (_, node) => (node === 99_999 ? [0] : [node + 1]));
    expect(
      components(
        graph.map((_, node) => node),
        graph,
        new Set(),
      ),
    ).toHaveLength(1);
  });
});
