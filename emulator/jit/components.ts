/** Strongly connected components of a small graph whose nodes are numbers. */

interface Visit {
  node: number;
  /** The next successor to look at. */
  next: number;
}

/**
 * The components of the subgraph of `nodes`, each before those it leads to
 * (Tarjan 1972, without recursion). Edges into `cut` do not count.
 */
export function components(
  nodes: readonly number[],
  successors: readonly (readonly number[])[],
  cut: ReadonlySet<number>,
): number[][] {
  const inside = new Set(nodes);
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const onStack = new Set<number>();
  const stack: number[] = [];
  const found: number[][] = [];
  const lower = (node: number, to: number): void => void low.set(node, Math.min(low.get(node) ?? to, to));

  const enter = (node: number): Visit => {
    index.set(node, index.size);
    lower(node, index.size - 1);
    stack.push(node);
    onStack.add(node);
    return { node, next: 0 };
  };

  const leave = (node: number): void => {
    if (low.get(node) !== index.get(node)) return;
    const component = stack.splice(stack.lastIndexOf(node));
    for (const member of component) onStack.delete(member);
    found.push(component);
  };

  const walk = (root: number): void => {
    const path = [enter(root)];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const to = successors[top.node][top.next++];
      if (to === undefined) {
        path.pop();
        const above = path.at(-1);
        if (above) lower(above.node, low.get(top.node) ?? 0);
        leave(top.node);
      } else if (inside.has(to) && !cut.has(to)) {
        if (!index.has(to)) path.push(enter(to));
        else if (onStack.has(to)) lower(top.node, index.get(to) ?? 0);
      }
    }
  };

  // Roots are taken in descending order. The result is reversed at the end, so independent code keeps its ascending
  // order.
  for (const node of [...nodes].sort((a, b) => b - a)) if (!index.has(node)) walk(node);
  return found.reverse();
}
