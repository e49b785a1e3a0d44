import { describe, expect, it } from "vitest";
import { Rng } from "../../differential/rng";
import { Board, type Setting } from "./board";
import { DATA_PAGES, makeProgram } from "./program";

/** LOCKSTEP_PROGRAMS asks for a long form, LOCKSTEP_FIRST for its first seed. */
const PROGRAMS = Number(process.env["LOCKSTEP_PROGRAMS"] ?? 100);
const FIRST = Number(process.env["LOCKSTEP_FIRST"] ?? 1);
const CHUNKS = 40;
/** Instructions between two comparisons; the long form lets loops run. */
const LONGEST = Number(process.env["LOCKSTEP_LONGEST"] ?? 8000);
/** Failures shown. */
const MOST = 4;

interface Totals {
  instructions: number;
  compiled: number;
}

/** Short stretches stop inside compiled loops, long ones let them run. */
const lengthOf = (rng: Rng): number => (rng.oneIn(3) ? 1 + rng.below(40) : 1 + rng.below(rng.oneIn(4) ? LONGEST : 800));

/** One random program on both boards; the first difference in words. */
function runProgram(seed: number, ours: Board, theirs: Board, totals: Totals): string | undefined {
  const rng = new Rng(seed);
  const program = makeProgram(rng);
  const setting: Setting = { ring: rng.oneIn(2) ? 0 : 3, writeProtect: rng.oneIn(2) };
  const data = Uint8Array.from({ length: DATA_PAGES * 0x1000 }, () => rng.u32());
  const boards = [ours, theirs];
  const compiledBefore = theirs.cpu.compiled;
  for (const board of boards) board.load(program, setting, data);
  let stopAt = -1;
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const count = lengthOf(rng);
    const interrupt = rng.oneIn(3);
    const at = rng.oneIn(20) ? rng.pick(program.starts) : -1;
    for (const { cpu } of boards) {
      if (at >= 0 && stopAt >= 0) cpu.breakpoints.remove(stopAt);
      if (at >= 0) cpu.breakpoints.add(at);
    }
    if (at >= 0) stopAt = at;
    const [left, right] = [ours.advance(count, interrupt), theirs.advance(count, interrupt)];
    const found = ours.registerDifference(theirs) ?? (left === right ? undefined : `stops ${left.toString()} and ${right.toString()}`);
    if (found !== undefined) return `program ${seed.toString()}, chunk ${chunk.toString()}: ${found} (interpreted and compiled)`;
    // Nothing but an interrupt wakes from HLT, and nothing from a triple fault.
    if (left !== 0 && left !== 2) break;
  }
  for (const { cpu } of boards) if (stopAt >= 0) cpu.breakpoints.remove(stopAt);
  totals.instructions += theirs.retired;
  totals.compiled += theirs.cpu.compiled - compiledBefore;
  const found = ours.difference(theirs);
  return found === undefined ? undefined : `program ${seed.toString()}, at its end: ${found} (interpreted and compiled)`;
}

describe("random programs in lockstep", () => {
  it(`come to the same state interpreted and compiled, in ${PROGRAMS.toString()} programs`, () => {
    const [ours, theirs] = [new Board("interpreter"), new Board("compiled")];
    const totals: Totals = { instructions: 0, compiled: 0 };
    const found: string[] = [];
    for (let seed = FIRST; seed < FIRST + PROGRAMS; seed++) {
      const text = runProgram(seed, ours, theirs, totals);
      if (text !== undefined) found.push(text);
      if (found.length === MOST) break;
    }
    console.log(`${totals.instructions.toString()} instructions, ${totals.compiled.toString()} of them compiled`);
    expect(found.join("\n")).toBe("");
    expect(totals.compiled).toBeGreaterThan(totals.instructions / 8);
  });
});
