import type { Piece } from "./assembler";
import { type Boards, differ, type Difference } from "./differ";
import type { Action, Scenario, Step } from "./scenario";
import { At } from "./setting";

/** Makes a failing scenario small: fewer steps, fewer actions, fewer instructions, and the shortest way to the difference. */

const MOST_RUNS = 500;
const NOP = 0x90;

/** The scenario with some pieces of its program replaced by NOPs, so that all the rest stays where it is. */
function without(scenario: Scenario, pieces: readonly Piece[]): Scenario {
  const { program } = scenario;
  const code = program.code.slice();
  for (const { at, length } of pieces) code.fill(NOP, at, at + length);
  const isGone = (linear: number): boolean =>
    pieces.some(({ at, length }) => linear >= At.Code + at && linear < At.Code + at + length);
  // A write from outside to what is NOP now would make an instruction of it that nobody meant.
  const steps = scenario.steps.map((step) => ({
    ...step,
    actions: step.actions.filter((action) => action.kind !== "write" || !isGone(action.physical)),
  }));
  return {
    ...scenario,
    steps,
    program: { ...program, code, pieces: program.pieces.filter((piece) => !pieces.includes(piece)) },
  };
}

const withSteps = (scenario: Scenario, steps: readonly Step[]): Scenario => ({ ...scenario, steps });

export class Shrinker {
  private runs = 0;

  /** @param best a scenario that differs, and how */
  constructor(
    private best: Scenario,
    private found: Difference,
    private readonly boards: Boards,
  ) {
    this.cut();
  }

  shrink(): { scenario: Scenario; difference: Difference } {
    this.mergeAll();
    this.dropActions();
    this.dropPieces();
    this.dropActions();
    this.mergeSteps();
    this.shorten();
    return { scenario: this.best, difference: this.found };
  }

  /** Keeps the candidate when it still differs. */
  private keep(candidate: Scenario): boolean {
    if (this.runs++ >= MOST_RUNS) return false;
    const found = differ(candidate, this.boards);
    if (!found) return false;
    this.best = candidate;
    this.found = found;
    this.cut();
    return true;
  }

  /** What comes after the difference is of no interest. */
  private cut(): void {
    this.best = withSteps(this.best, this.best.steps.slice(0, this.found.step + 1));
  }

  private mergeAll(): void {
    const count = this.best.steps.reduce((sum, step) => sum + step.count, 0);
    this.keep(withSteps(this.best, [{ actions: [], count }]));
  }

  /** Steps without actions join the one before. */
  private mergeSteps(): void {
    for (let n = this.best.steps.length - 1; n > 0; n--) {
      const { steps } = this.best;
      const [before, step] = [steps[n - 1], steps[n]];
      if (!before || !step || step.actions.length > 0) continue;
      this.keep(
        withSteps(this.best, [
          ...steps.slice(0, n - 1),
          { ...before, count: before.count + step.count },
          ...steps.slice(n + 1),
        ]),
      );
    }
  }

  private dropActions(): void {
    for (const kind of ["interrupt", "write", "protect", "unbreak", "break", "unwatch", "watch"] as const)
      this.filterActions((action) => action.kind !== kind);
    const all = new Set(this.best.steps.flatMap(({ actions }) => actions));
    for (const one of all) this.filterActions((action) => action !== one);
  }

  private filterActions(keep: (action: Action) => boolean): void {
    const { steps } = this.best;
    if (steps.every(({ actions }) => actions.every(keep))) return;
    this.keep(
      withSteps(
        this.best,
        steps.map((step) => ({ ...step, actions: step.actions.filter(keep) })),
      ),
    );
  }

  /** Halves first, then quarters, down to single pieces. */
  private dropPieces(): void {
    for (let size = this.best.program.pieces.length >> 1; size > 0; size >>= 1) {
      for (let at = 0; at < this.best.program.pieces.length;) {
        const some = this.best.program.pieces.slice(at, at + size);
        if (!this.keep(without(this.best, some))) at += size;
      }
    }
  }

  /** The fewest instructions of the last step after which the states differ. */
  private shorten(): void {
    const { steps } = this.best;
    const last = steps[steps.length - 1];
    if (!last) return;
    const ending = (count: number): Scenario => withSteps(this.best, [...steps.slice(0, -1), { ...last, count }]);
    this.runs = 0;
    let [low, high] = [0, last.count];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.keep(ending(middle))) high = middle;
      else low = middle;
    }
  }
}
