import { describe, expect, it } from "vitest";
import type { Tier } from "./board";
import { type Boards, differ, makeBoards, tierOf } from "./differ";
import { Mix } from "./mix";
import { describeDifference } from "./report";
import { LONG_SEEDS, makeScenario } from "./scenario";

/**
 * LOCKSTEP_SEED=N runs one program alone. LOCKSTEP_PROGRAMS=N asks for the long
 * form: so many programs, which run longer; LOCKSTEP_FIRST for the first of them.
 */
const ALONE = process.env["LOCKSTEP_SEED"];
const LONG = process.env["LOCKSTEP_PROGRAMS"];
const PROGRAMS = ALONE === undefined ? Number(LONG ?? 300) : 1;
const FIRST = Number(ALONE ?? process.env["LOCKSTEP_FIRST"] ?? (LONG === undefined ? 1 : LONG_SEEDS));
/** After so many programs the boards are new: nothing piles up, and nothing depends on what ran long ago. */
const RENEWED = 200;
/** Failures shown. */
const MOST = 3;

describe("random programs in lockstep", () => {
  it(`come to the same state interpreted and compiled, in ${PROGRAMS.toString()} programs`, () => {
    const made = new Map<Tier, Boards>();
    const total = new Mix();
    const found: string[] = [];
    for (let n = 0; n < PROGRAMS && found.length < MOST; n++) {
      if (n > 0 && n % RENEWED === 0) {
        for (const { compiled } of made.values()) total.add(compiled.mix);
        made.clear();
      }
      const tier = tierOf(FIRST + n);
      const boards = made.get(tier) ?? makeBoards(tier);
      made.set(tier, boards);
      const scenario = makeScenario(FIRST + n);
      const difference = differ(scenario, boards);
      if (difference) found.push(describeDifference(scenario, difference));
    }
    for (const { compiled } of made.values()) total.add(compiled.mix);
    console.log(total.toString());
    expect(found.join("\n\n")).toBe("");
    if (ALONE === undefined) expectVariety(total);
  });
});

/** What would make the comparison worthless by its absence. */
function expectVariety({ instructions, compiled, faults, budgets, changes, misses, told }: Mix): void {
  expect(compiled / instructions).toBeGreaterThan(0.7);
  for (const ends of [faults, budgets, changes, misses, told]) expect(ends).toBeGreaterThan(PROGRAMS / 10);
}
