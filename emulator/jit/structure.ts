import { type Code, type Label, Op } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import type { Var } from "../base/wasm/expr";
import { set } from "../base/wasm/statements";
import { components } from "./components";

const NONE = -1;

/** A place that code can branch to for some nodes. */
interface Target {
  label: Label;
  nodes: ReadonlySet<number>;
  /** Whether several nodes share the label, so that the selector says which one is meant. */
  select: boolean;
}

interface Component {
  nodes: number[];
  isLoop: boolean;
  /** The nodes of a loop that are reached from outside. */
  entries: Set<number>;
}

/**
 * Lays out a control-flow graph as structured WebAssembly. Forward edges leave nested blocks, and each loop's header is
 * a `loop`. A br_table is needed only where code is entered at one of several nodes.
 */
export class Structure {
  private readonly targets: Target[] = [];

  /**
   * @param successors of each node
   * @param selector local that holds the node to go to where a label is shared
   * @param emit writes a node's code; every path of it ends in a branch
   */
  constructor(
    private readonly c: Code,
    private readonly successors: readonly (readonly number[])[],
    private readonly selector: Var,
    private readonly emit: (node: number) => void,
  ) {}

  /** Lays out all nodes. The code is entered at the node in the selector. */
  layOut(entries: ReadonlySet<number>): void {
    this.level(
      this.successors.map((_, node) => node),
      new Set(),
      entries,
    );
  }

  /** Branches to a node that is a successor of the current one. */
  branch(node: number): void {
    for (let n = this.targets.length - 1; n >= 0; n--) {
      const target = this.targets[n];
      if (!target.nodes.has(node)) continue;
      if (target.select) this.select(node);
      this.c.br(target.label);
      return;
    }
    throw new Error(`no way to node ${node.toString()}`);
  }

  select(node: number): void {
    set(this.c, this.selector, x.k(node));
  }

  /**
   * @param cut loop headers further out: edges to them are branches back, not part of this level
   * @param header the entry that is most often meant
   */
  private level(nodes: number[], cut: ReadonlySet<number>, entries: ReadonlySet<number>, header = NONE): void {
    const parts = components(nodes, this.successors, cut).map((part) => this.describe(part, cut, entries));
    const first = parts.findIndex((part) => part.nodes.some((node) => entries.has(node)));
    const needsTable = entries.size > 1 || first !== 0;
    const labels = this.openLabels(parts, needsTable ? 0 : 1);
    if (needsTable) this.table(parts, labels, entries, header);
    parts.forEach((part, k) => {
      if (needsTable || k > 0) {
        this.c.end();
        this.targets.pop();
      }
      if (part.isLoop) this.loop(part, cut);
      else this.emit(part.nodes[0]);
    });
  }

  private describe(nodes: number[], cut: ReadonlySet<number>, entries: ReadonlySet<number>): Component {
    const inside = new Set(nodes);
    const [only] = nodes;
    const isLoop = nodes.length > 1 || (this.successors[only].includes(only) && !cut.has(only));
    const reached = new Set(nodes.filter((node) => entries.has(node)));
    this.successors.forEach((to, from) => {
      if (!inside.has(from)) for (const node of to) if (inside.has(node)) reached.add(node);
    });
    return { nodes, isLoop, entries: isLoop ? reached : new Set(nodes) };
  }

  /** Opens one block for each part from `from` on. Each block ends just before the code of its part. */
  private openLabels(parts: Component[], from: number): Label[] {
    const labels: Label[] = [];
    for (let k = parts.length - 1; k >= from; k--) {
      labels[k] = this.c.block();
      this.targets.push({
        label: labels[k],
        nodes: parts[k].entries,
        select: parts[k].isLoop && parts[k].entries.size > 1,
      });
    }
    return labels;
  }

  private table(parts: Component[], labels: Label[], entries: ReadonlySet<number>, header: number): void {
    const labelOf = (node: number): Label => labels[parts.findIndex((part) => part.nodes.includes(node))];
    if (header !== NONE) {
      x.eq(this.selector, x.k(header))(this.c);
      this.c.brIf(labelOf(header));
    }
    const known = [...entries];
    const fallback = labelOf(known[0]);
    const all: Label[] = [];
    for (let node = 0; node <= Math.max(...known); node++) all.push(entries.has(node) ? labelOf(node) : fallback);
    this.selector(this.c);
    this.c.brTable(all, fallback);
  }

  private loop(part: Component, cut: ReadonlySet<number>): void {
    const header = this.header(part);
    const label = this.c.loop();
    this.targets.push({ label, nodes: new Set([header]), select: part.entries.size > 1 });
    this.level(part.nodes, new Set([...cut, header]), part.entries, header);
    this.targets.pop();
    this.c.end();
    this.c.op(Op.Unreachable);
  }

  /**
   * The node that every turn of the loop passes. A node to which code outside leads is better than one at which only
   * the region is entered. Of several, the first is most likely the outermost, because nodes are in the order of their
   * addresses.
   */
  private header({ nodes, entries }: Component): number {
    const inside = new Set(nodes);
    const fromOutside = (to: number): boolean =>
      this.successors.some((list, from) => !inside.has(from) && list.includes(to));
    const sorted = [...entries].sort((a, b) => a - b);
    return sorted.find(fromOutside) ?? sorted[0];
  }
}
