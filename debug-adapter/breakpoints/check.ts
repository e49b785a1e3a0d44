import { Probe, ProbeFailure, type Condition, type MachineView } from "../../emulator/index";
import { ExpressionError, type Expression } from "../expressions/ast";
import { breakpointMessages, expressionMessages } from "../messages";
import { hex32 } from "../values/hex";
import type { TypedValue } from "../values/typed-value";

/** A breakpoint's condition and hit count. Where the condition has no value, the machine stops. */
export interface Check extends Condition {
  /** Why the last evaluation had no result, in words. */
  readonly problem: string | undefined;
}

/** Evaluates expressions where the machine stands, between two instructions of a run. */
export interface LiveEvaluator {
  /** Throws ExpressionError. */
  value(expression: Expression): TypedValue;
  /** Whether C takes it for true. Throws ExpressionError. */
  holds(expression: Expression): boolean;
  /** The value in one line. */
  text(value: TypedValue): string;
}

/** Decided by code for the machine's loop: what has values of up to 32 bits at fixed places. */
export class CompiledCheck implements Check {
  constructor(private readonly probe: Probe) {}

  get problem(): string | undefined {
    const { failure, linear } = this.probe.outcome;
    return failure === ProbeFailure.None ? undefined : reasonOf(failure, linear);
  }

  stops(view: MachineView): boolean {
    return this.probe.stops(view);
  }
}

/** Decided by the debugger's own evaluator, some ten times slower: wide integers, floating point numbers, spread variables. */
export class EvaluatedCheck implements Check {
  problem: string | undefined;

  /** @param hits counts those whose condition holds */
  constructor(
    private readonly expression: Expression,
    private readonly live: LiveEvaluator,
    private readonly hits: Probe,
  ) {}

  stops(view: MachineView): boolean {
    try {
      this.problem = undefined;
      return this.live.holds(this.expression) && this.hits.stops(view);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.problem = error.message;
      return true;
    }
  }
}

/** Why an evaluation had no result, in words. */
export function reasonOf(failure: ProbeFailure, linear: number): string {
  return failure === ProbeFailure.DivideByZero
    ? expressionMessages.divideByZero()
    : expressionMessages.cannotRead(hex32(linear));
}

/** What the user reads when a condition had no value. */
export function failureText({ problem }: Check): string | undefined {
  return problem === undefined ? undefined : breakpointMessages.conditionFailed(problem);
}
