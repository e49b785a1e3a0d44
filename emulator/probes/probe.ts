import type { ProbeTarget } from "./bytecode";
import { evaluateProbe, ProbeFailure, type ProbeOutcome } from "./evaluate";

/** Which hits of a breakpoint stop, counted from 1 over the hits whose condition holds. */
export interface HitRule {
  kind: "equal" | "at-least" | "more" | "below" | "at-most" | "multiple";
  count: number;
}

/** A breakpoint's condition and hit count, decided inside the machine's loop. */
export class Probe {
  /** How many times the breakpoint was reached with its condition true. */
  hits = 0;
  /** Why the last evaluation had no result. A probe that fails stops, so that the user sees why. */
  readonly outcome: ProbeOutcome = { value: 1, failure: ProbeFailure.None, linear: 0 };

  /**
   * @param code compiled condition, or undefined when there is none
   * @param rule hits that stop, or undefined for all
   */
  constructor(
    readonly code: Int32Array | undefined,
    readonly rule: HitRule | undefined,
  ) {}

  /** Whether the machine is to stop here, now. */
  stops(target: ProbeTarget): boolean {
    if (this.code !== undefined) {
      evaluateProbe(this.code, target, this.outcome);
      if (this.outcome.failure !== ProbeFailure.None) return true;
      if (this.outcome.value === 0) return false;
    }
    this.hits++;
    return this.rule === undefined || this.ruleHolds(this.rule);
  }

  private ruleHolds(rule: HitRule): boolean {
    switch (rule.kind) {
      case "equal":
        return this.hits === rule.count;
      case "at-least":
        return this.hits >= rule.count;
      case "more":
        return this.hits > rule.count;
      case "below":
        return this.hits < rule.count;
      case "at-most":
        return this.hits <= rule.count;
      case "multiple":
        return this.hits % rule.count === 0;
    }
  }
}
