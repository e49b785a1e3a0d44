import { Probe, ProbeFailure, type Condition, type MachineView } from "../../emulator/index";
import { ExpressionError } from "../values/expression-error";
import type { Expression } from "../expressions/ast";
import { breakpointMessages as say } from "../messages";
import type { Debuggee } from "../debuggee/debuggee";
import type { Image } from "../images/image-space";
import { strip, type Type } from "../symbols/index";
import { inMemory, integerValue } from "../values/typed-value";
import { reasonOf, type Check, type LiveEvaluator } from "./check";
import { compileAt } from "./condition";

/** An expression in braces: code that gives its value or address, or the expression for the evaluator. */
type Logged = { probe: Probe; type: Type; isAddress: boolean } | { probe: undefined; expression: Expression };

/** Takes lines, though perhaps not all of them. */
export interface LogSink {
  /** Whether the next line is taken. If not, it need not be made. */
  admits(): boolean;
  /** @param place the place of the logpoint, always the same object */
  write(line: string, place: LogPlace): void;
}

/** The place of a logpoint. */
export interface LogPlace {
  /** The linear address. */
  address: number;
  image: Image | undefined;
}

/** Text, and in braces an expression. */
const PART = /\{([^{}]+)\}/;

/**
 * A logpoint's message. It is evaluated inside the machine's loop each time the place is reached, and nothing stops. In
 * place of an expression that cannot be evaluated it has the reason.
 */
export class LogMessage implements Condition {
  /** What is wrong with the text, in words. */
  readonly problems: string[] = [];
  private readonly parts: readonly (string | Logged)[];

  /**
   * @param guard the breakpoint's condition; where it could not be evaluated the machine stops, as at any breakpoint
   */
  constructor(
    text: string,
    private readonly place: LogPlace,
    private readonly debuggee: Debuggee,
    private readonly live: LiveEvaluator,
    private readonly guard: Check | undefined,
    private readonly sink: LogSink,
  ) {
    // Every second piece was in braces.
    this.parts = text.split(PART).map((piece, n) => (n % 2 === 0 ? piece : this.part(piece, place)));
  }

  private part(expression: string, place: LogPlace): string | Logged {
    try {
      return this.compile(expression, place);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.problems.push(say.badLogMessage(expression, error.message));
      return `<${error.message}>`;
    }
  }

  private compile(expression: string, { address, image }: LogPlace): Logged {
    const at = (text: string) => compileAt(text, address, image, this.debuggee.images);
    const value = attempt(() => at(expression));
    if (value instanceof ExpressionError) {
      // A structure or an array is not a number, but has an address.
      const object = attempt(() => at(`&(${expression})`));
      if (object instanceof ExpressionError) throw value;
      if (object.code === undefined) return { probe: undefined, expression: referred(object.expression) };
      const pointer = strip(object.type);
      if (pointer.kind !== "pointer") throw value;
      return { probe: new Probe(object.code, undefined), type: pointer.target, isAddress: true };
    }
    if (value.code === undefined) return { probe: undefined, expression: value.expression };
    return { probe: new Probe(value.code, undefined), type: value.type, isAddress: false };
  }

  stops(view: MachineView): boolean {
    if (this.guard?.problem !== undefined) return true;
    if (this.sink.admits()) {
      const line = this.parts.map((part) => (typeof part === "string" ? part : this.text(part, view))).join("");
      this.sink.write(line, this.place);
    }
    return false;
  }

  private text(part: Logged, view: MachineView): string {
    if (part.probe === undefined) return this.evaluated(part.expression);
    part.probe.stops(view);
    const { value, failure, linear } = part.probe.outcome;
    if (failure !== ProbeFailure.None) return `<${reasonOf(failure, linear)}>`;
    return this.live.text(part.isAddress ? inMemory(part.type, value) : integerValue(part.type, BigInt(value)));
  }

  private evaluated(expression: Expression): string {
    try {
      return this.live.text(this.live.value(expression));
    } catch (error) {
      if (error instanceof ExpressionError) return `<${error.message}>`;
      throw error;
    }
  }
}

/** The operand of `&`. */
function referred(expression: Expression): Expression {
  return expression.kind === "unary" ? expression.operand : expression;
}

/** Gives the reason if the expression cannot be compiled. */
function attempt<T>(compile: () => T): T | ExpressionError {
  try {
    return compile();
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}
