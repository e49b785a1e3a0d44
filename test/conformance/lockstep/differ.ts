import { CpuStop } from "../../../emulator/cpu/wiring";
import { Board, type Tier } from "./board";
import type { Scenario } from "./scenario";
import { agree } from "./visible";

/** Runs a scenario on both tiers and finds where they part. */

export interface Difference {
  /** The step after which the states differ. */
  step: number;
  /** What differs, by name: interpreted and compiled value. Bytes of RAM are named by physical address. */
  fields: Map<string, readonly [interpreted: number | string, compiled: number | string]>;
}

export interface Boards {
  interpreted: Board;
  compiled: Board;
}

/** Every other program's regions are made of what is executed together. */
export const tierOf = (seed: number): Tier => (seed % 2 === 0 ? "compiled" : "traced");

export const makeBoards = (tier: Tier): Boards => ({
  interpreted: new Board("interpreter"),
  compiled: new Board(tier),
});

const MOST_BYTES = 16;

/** Everything that differs between two boards, named as an interpreted and a compiled one; undefined when nothing does. */
export function compareBoards(
  interpreted: Board,
  compiled: Board,
  stops: readonly [CpuStop, CpuStop],
): Difference["fields"] | undefined {
  const sameMemory = Buffer.compare(interpreted.ram, compiled.ram) === 0;
  const sameCount = interpreted.retired === compiled.retired;
  const told = interpreted.told.findIndex((text, n) => text !== compiled.told[n]);
  const sameTold = told < 0 && interpreted.told.length === compiled.told.length;
  if (sameMemory && sameCount && sameTold && stops[0] === stops[1] && agree(interpreted.state, compiled.state))
    return undefined;
  const fields: Difference["fields"] = new Map();
  if (!sameTold) {
    const first = told < 0 ? interpreted.told.length : told;
    fields.set(`event ${first.toString()}`, [interpreted.told[first] ?? "none", compiled.told[first] ?? "none"]);
  }
  if (stops[0] !== stops[1]) fields.set("stop", stops);
  const theirs = compiled.fields();
  for (const [name, value] of interpreted.fields()) {
    const other = theirs.get(name) ?? 0;
    if (value !== other) fields.set(name, [value, other]);
  }
  for (let at = 0, found = 0; !sameMemory && at < interpreted.ram.length && found < MOST_BYTES; at++) {
    const pair = [interpreted.ram[at] ?? 0, compiled.ram[at] ?? 0] as const;
    if (pair[0] === pair[1]) continue;
    fields.set(`[${at.toString(16)}]`, pair);
    found++;
  }
  return fields;
}

/** After any other a program is over: only the step's interrupts wake from HLT, and nothing from a triple fault. */
export const goesOn = (stop: CpuStop): boolean =>
  stop === CpuStop.Count || stop === CpuStop.Breakpoint || stop === CpuStop.Watchpoint;

/** The first difference between the tiers, or undefined. */
export function differ(scenario: Scenario, boards: Boards): Difference | undefined {
  const { interpreted, compiled } = boards;
  interpreted.load(scenario);
  compiled.load(scenario);
  for (const [n, step] of scenario.steps.entries()) {
    const stops = [interpreted.advance(step), compiled.advance(step)] as const;
    const fields = compareBoards(interpreted, compiled, stops);
    if (!interpreted.isSound) return undefined;
    if (fields) return { step: n, fields };
    if (!goesOn(stops[0])) return undefined;
  }
  return undefined;
}
