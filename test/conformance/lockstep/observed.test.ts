import { describe, expect, it } from "vitest";
import { PlainMemory } from "../../../emulator/machine/debug-memory";
import { Rng } from "../../differential/rng";
import { Board, type Tier } from "./board";
import { compareBoards, goesOn } from "./differ";
import { Observer, translations } from "./observer";
import { fieldLines } from "./report";
import { LONG_SEEDS, makeScenario, type Scenario } from "./scenario";
import { describeSetting } from "./setting";

/**
 * A look changes nothing: programs that are cut at random instructions, with breakpoints and watches that come and go
 * and memory that is read, come to the same state as undisturbed, and their TLBs hold the same, stale entries too.
 * OBSERVED_SEED=N runs one program alone, OBSERVED_PROGRAMS=N many, from OBSERVED_FIRST on.
 */
const ALONE = process.env["OBSERVED_SEED"];
const LONG = process.env["OBSERVED_PROGRAMS"];
const PROGRAMS = ALONE === undefined ? Number(LONG ?? 30) : 1;
const FIRST = Number(ALONE ?? process.env["OBSERVED_FIRST"] ?? (LONG === undefined ? 1 : LONG_SEEDS));
const RENEWED = 200;
const MOST = 3;
/** The TLBs are compared after so many steps: that takes longer than a short step. */
const TLB_EVERY = 4;

interface Pair {
  whole: Board;
  observed: Board;
}

const makePair = (tier: Tier): Pair => ({ whole: new Board("interpreter"), observed: new Board(tier) });

/** Interrupts and changes from outside happen to both; marks and watches are the observer's alone. */
const undisturbed = (scenario: Scenario): Scenario => ({
  ...scenario,
  steps: scenario.steps.map(({ actions, count }) => ({
    actions: actions.filter(({ kind }) => kind === "interrupt" || kind === "write" || kind === "protect"),
    count,
  })),
});

/** How the observed run came out differently, or undefined. */
function difference(scenario: Scenario, { whole, observed }: Pair): string | undefined {
  whole.load(scenario);
  observed.load(scenario);
  const memory = new PlainMemory(observed.state, observed.cpu.memory.physical);
  const observer = new Observer(new Rng(scenario.seed * 2 + 1), scenario.program, memory);
  try {
    for (const [n, step] of scenario.steps.entries()) {
      const stops = [whole.advance(step), observed.advanceObserved(step, observer)] as const;
      if (!whole.isSound) return undefined;
      const fields = compareBoards(whole, observed, stops);
      if (fields) return [`step ${n.toString()}:`, ...fieldLines({ step: n, fields })].join("\n");
      if (n % TLB_EVERY === 0 && !agreeInTlbs(whole, observed)) return `step ${n.toString()}: the TLBs differ`;
      if (!goesOn(stops[0])) return undefined;
    }
    return undefined;
  } finally {
    observer.leave(observed.cpu);
  }
}

const agreeInTlbs = (whole: Board, observed: Board): boolean => {
  const [one, other] = [whole, observed].map(({ state }) => Buffer.from(translations(state).buffer));
  return one?.equals(other ?? Buffer.of()) ?? false;
};

describe.each<Tier>(["interpreter", "compiled", "traced"])("random programs with an observer, %s", (tier) => {
  it(`come to the same state as undisturbed, in ${PROGRAMS.toString()} programs`, () => {
    let pair = makePair(tier);
    const found: string[] = [];
    for (let n = 0; n < PROGRAMS && found.length < MOST; n++) {
      if (n > 0 && n % RENEWED === 0) pair = makePair(tier);
      const scenario = undisturbed(makeScenario(FIRST + n));
      const text = difference(scenario, pair);
      if (text !== undefined)
        found.push(`OBSERVED_SEED=${scenario.seed.toString()}, ${describeSetting(scenario.setting)}, ${text}`);
    }
    expect(found.join("\n\n")).toBe("");
    if (ALONE === undefined) expect(pair.observed.mix.detours).toBeGreaterThan(Math.min(PROGRAMS, RENEWED) / 2);
  });
});
