import { Vector } from "../../emulator/base/arch";
import { difference } from "./compare";
import { EmulatedHost } from "./emulated";
import { runNative } from "./native";
import { type Plan, plan, type Variant, variantName } from "./plan";
import { describeCase, shrink } from "./report";
import { isComparable, toleranceIn } from "./tolerance";

/** Runs plans on both processors and gathers what they disagree about. */

/** Case `n` of a plan with both outcomes. */
export interface Disagreement {
  variant: string;
  text: string;
}

export interface Tally {
  cases: number;
  /** Variants that had cases which completed without a fault, by name. */
  completed: Set<string>;
  disagreements: Disagreement[];
}

/** Variants in one batch: their codes have to fit the code area. */
const VARIANTS_PER_BATCH = 100;
/** Disagreements that are shrunk and shown; more are one and the same trouble. */
const SHOWN = 12;

export class Campaign {
  readonly tally: Tally = { cases: 0, completed: new Set(), disagreements: [] };
  private readonly seen = new Set<string>();

  constructor(private readonly emulated = new EmulatedHost()) {}

  /** Tries `encodings` * `states` cases for each variant. */
  run(variants: readonly Variant[], encodings: number, states: number, seed: number): void {
    for (let first = 0; first < variants.length; first += VARIANTS_PER_BATCH) {
      this.runPlan(plan(variants.slice(first, first + VARIANTS_PER_BATCH), encodings, states, seed + first));
    }
  }

  private runPlan(made: Plan): void {
    const { outcomes } = runNative(made);
    const ours = this.emulated.run(made);
    outcomes.forEach((host, n) => {
      this.tally.cases++;
      const code = made.cases[n]?.code ?? 0;
      const variant = made.variants[code];
      const mine = ours[n];
      if (!variant || !mine || !isComparable(host)) return;
      const name = variantName(variant);
      if (host.vector === Vector.Bp) this.tally.completed.add(name);
      const found = difference(host, mine, toleranceIn(made, n, host));
      if (found !== undefined) this.note(made, n, name, found);
    });
  }

  private note(made: Plan, n: number, name: string, found: string): void {
    if (this.seen.has(name)) return;
    this.seen.add(name);
    const shown = this.tally.disagreements.length < SHOWN;
    const text = shown ? describeCase(shrink(made, n, this.emulated), this.emulated) : "";
    this.tally.disagreements.push({ variant: name, text: `${name}, case ${n}: ${found}\n${text}` });
  }
}
