import { listing } from "../../harness/disassembly";
import { Board } from "./board";
import type { Scenario } from "./scenario";
import { At, CODE_BYTES } from "./setting";

/** The last instructions of a scenario, one by one on the interpreting board, with what each of them changed. */

export interface Traced {
  /** Instructions retired when it is done. */
  count: number;
  linear: number;
  text: string;
  /** New values by name, RAM by physical address; without EIP. */
  changes: Map<string, number>;
}

const LONGEST_INSN = 15;

/** The physical address of a linear one of the program's world, when its tables are as at the start. */
const physicalOf = (linear: number): number => {
  const low = linear >= At.Large ? linear - At.Large : linear;
  return low >= At.Alias && low < At.Alias + CODE_BYTES ? low - At.Alias + At.Code : low;
};

export function textAt(board: Board, linear: number): string {
  const physical = physicalOf(linear);
  const bytes = board.ram.slice(physical, physical + LONGEST_INSN);
  return bytes.length > 0 ? (listing(bytes, linear)[0]?.text ?? "?") : "?";
}

function changesOf(before: Map<string, number>, after: Map<string, number>): Map<string, number> {
  const changes = new Map<string, number>();
  for (const [name, value] of after) {
    if (name !== "eip" && name !== "instructions" && before.get(name) !== value) changes.set(name, value);
  }
  return changes;
}

function addMemory(changes: Map<string, number>, before: Uint8Array, after: Uint8Array): void {
  if (Buffer.compare(before, after) === 0) return;
  after.forEach((byte, at) => {
    if (byte !== before[at]) changes.set(`[${at.toString(16)}]`, byte);
  });
}

function stepOnce(board: Board): Traced {
  const [before, ram, linear] = [board.fields(), board.ram.slice(), board.pc];
  const text = textAt(board, linear);
  board.advance({ actions: [], count: 1 });
  const changes = changesOf(before, board.fields());
  addMemory(changes, ram, board.ram);
  return { count: board.retired, linear, text, changes };
}

/** The last `most` instructions of those that the scenario retires. */
export function trace(scenario: Scenario, most: number): Traced[] {
  const board = new Board("interpreter");
  board.load(scenario);
  for (const step of scenario.steps) board.advance(step);
  const from = board.retired - most;
  board.load(scenario);
  const traced: Traced[] = [];
  for (const { actions, count } of scenario.steps) {
    const end = board.retired + count;
    board.advance({ actions, count: Math.min(count, Math.max(0, from - board.retired)) });
    for (let last = -1; board.retired < end && board.retired >= from && board.retired !== last;) {
      last = board.retired;
      traced.push(stepOnce(board));
    }
  }
  return traced;
}
