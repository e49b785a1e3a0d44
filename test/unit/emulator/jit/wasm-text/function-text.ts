import { OPCODES, type Opcode } from "./opcodes";
import type { Reader } from "./reader";
import { type Tree, treeLines } from "./tree";

export interface FuncType {
  params: number;
  results: number;
}

/** What a body names by number. */
export interface Names {
  /** Functions, imported ones first. */
  functions: readonly { name: string; type: FuncType }[];
  types: readonly FuncType[];
}

const NO_RESULT = 0x40;
const MEMORY_COPY = 10;
/** A value that an instruction before left on the stack. */
const POP: Tree = { head: "pop", operands: [] };

/** Writes one function's body: a statement a line, its operands folded into it. */
export class FunctionText {
  private readonly lines: string[] = [];
  private stack: Tree[] = [];
  /** Whether each open block leaves a value. */
  private readonly open: boolean[] = [];

  constructor(
    private readonly reader: Reader,
    private readonly names: Names,
  ) {}

  /** @param end offset of the body's end in the module */
  text(end: number): string {
    while (this.reader.at < end) this.instruction();
    return this.lines.join("\n");
  }

  private instruction(): void {
    const code = this.reader.byte();
    const opcode = OPCODES.get(code);
    if (!opcode) throw new Error(`no name for opcode ${code.toString(16)}`);
    switch (opcode.name) {
      case "block":
      case "loop":
      case "if":
        return this.begin(opcode);
      case "else":
        return this.middle();
      case "end":
        return this.end();
      case "call":
        return this.call(this.names.functions[this.reader.unsigned()]);
      default:
        return this.plain(opcode);
    }
  }

  private plain(opcode: Opcode): void {
    if (opcode.immediates === "type") {
      const type = this.names.types[this.reader.unsigned()];
      this.reader.unsigned();
      return this.put("call_indirect", (type?.params ?? 0) + 1, type?.results === 1);
    }
    this.put(opcode.name + this.immediates(opcode), opcode.takes, opcode.gives);
  }

  private call(target: Names["functions"][number] | undefined): void {
    if (!target) throw new Error("a call of no function");
    this.put(`call $${target.name}`, target.type.params, target.type.results === 1);
  }

  private immediates({ immediates }: Opcode): string {
    const { reader } = this;
    switch (immediates) {
      case "index":
        return ` ${reader.unsigned().toString()}`;
      case "memory": {
        reader.unsigned();
        const offset = reader.unsigned();
        return offset === 0 ? "" : ` offset=0x${offset.toString(16)}`;
      }
      case "number":
        return ` ${reader.signed().toString()}`;
      case "labels":
        return ` ${[...reader.vector(() => reader.unsigned()), reader.unsigned()].join(" ")}`;
      case "bulk":
        return this.bulk();
      default:
        return "";
    }
  }

  private bulk(): string {
    const isCopy = this.reader.unsigned() === MEMORY_COPY;
    for (let memories = isCopy ? 2 : 1; memories > 0; memories--) this.reader.unsigned();
    return isCopy ? ".copy" : ".fill";
  }

  // ---- the stack

  private take(count: number): Tree[] {
    const taken = this.stack.splice(Math.max(0, this.stack.length - count));
    while (taken.length < count) taken.unshift(POP);
    return taken;
  }

  private put(head: string, takes: number, gives: boolean): void {
    const tree = { head, operands: this.take(takes) };
    if (gives && !head.startsWith("local.tee") && !head.startsWith("call")) this.stack.push(tree);
    else {
      this.flush();
      this.line(tree);
      if (gives) this.stack.push(POP);
    }
  }

  /** Values that lie below a statement's operands were computed before it: they are written before it. */
  private flush(): void {
    for (const tree of this.stack) if (tree !== POP) this.line(tree);
    this.stack = this.stack.map(() => POP);
  }

  private line(tree: Tree): void {
    this.lines.push(...treeLines(tree, this.open.length));
  }

  // ---- blocks

  private begin({ name, takes }: Opcode): void {
    const gives = this.reader.byte() !== NO_RESULT;
    const operands = this.take(takes);
    this.flush();
    const lines = treeLines({ head: gives ? `${name} (result)` : name, operands }, 0);
    // Not folded: a block's end stands far below.
    const margin = "  ".repeat(this.open.length);
    for (const line of lines.join("\n").slice(1, -1).split("\n")) this.lines.push(margin + line);
    this.open.push(gives);
  }

  private middle(): void {
    this.closeValues();
    const gives = this.open.pop() ?? false;
    this.lines.push(`${"  ".repeat(this.open.length)}else`);
    this.open.push(gives);
  }

  private end(): void {
    this.closeValues();
    if (this.open.length === 0) return;
    const gives = this.open.pop() ?? false;
    this.lines.push(`${"  ".repeat(this.open.length)}end`);
    if (gives) this.stack.push(POP);
  }

  /** A block's result, written as its last line. */
  private closeValues(): void {
    this.flush();
    if (this.open[this.open.length - 1]) this.stack.pop();
  }
}
