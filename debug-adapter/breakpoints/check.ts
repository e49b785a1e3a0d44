import { Probe, ProbeFailure, type Condition, type MachineView } from "../../emulator/index";
import { ExpressionError } from "../values/expression-error";
import type { Expression } from "../expressions/ast";
import { breakpointMessages, expressionMessages } from "../messages";
import { hex32 } from "../values/hex";
import type { TypedValue } from "../values/typed-value";

/** A breakpoint's condition and hit count. If the condition has no value, the machine stops. */
export interface Check extends Condition {
  /** Why the last evaluation had no result, in words. */
  readonly problem: string | undefined;
}

/** Evaluates expressions where the machine is, between two instructions of a run. */
export interface LiveEvaluator {
  /** The value of an expression. Throws ExpressionError. */
  value(expression: Expression): TypedValue;
  /** Whether C takes the value for true. Throws ExpressionError. */
  holds(expression: Expression): boolean;
  /** The value in one line. */
  text(value: TypedValue): string;
}

/** A check that code in the machine's loop decides. It works for values of up to 32 bits at fixed places. */
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

/**
 * A check that the debugger's own evaluator decides, some ten times slower. It works for wide integers, floating point
 * numbers and variables in several pieces.
 */
export class EvaluatedCheck implements Check {
  problem: string | undefined;

  /** @param hits counts the hits whose condition holds */
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
