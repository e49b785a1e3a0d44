/** An instruction with the instructions that compute its operands. */
export interface Tree {
  head: string;
  operands: readonly Tree[];
}

const WIDTH = 120;
const INDENT = "  ";

const flat = ({ head, operands }: Tree): string => `(${[head, ...operands.map(flat)].join(" ")})`;

/** The tree in the folded text form, on one line where it fits, else its operands below it. */
export function treeLines(tree: Tree, depth: number): string[] {
  const margin = INDENT.repeat(depth);
  const line = margin + flat(tree);
  if (line.length <= WIDTH || tree.operands.length === 0) return [line];
  const below = tree.operands.flatMap((operand) => treeLines(operand, depth + 1));
  const last = below.pop() ?? "";
  return [`${margin}(${tree.head}`, ...below, `${last})`];
}
