import { Probe } from "../../emulator/index";
import { breakpointMessages as say, expressionMessages } from "../messages";
import { compileValue, type CompileScope } from "../expressions/compile";
import { ExpressionError } from "../values/expression-error";
import { assigns, NotCompilable, type Expression } from "../expressions/ast";
import { parseExpression } from "../expressions/parser";
import type { Image, ImageSpace } from "../images/image-space";
import type { SimplePlace, Type, Variable } from "../symbols/index";
import { CompiledCheck, EvaluatedCheck, type Check, type LiveEvaluator } from "./check";
import { parseHitCount } from "./hit-count";

/** A breakpoint's condition, hit condition and message as the user wrote them. */
export interface Wish {
  condition?: string | undefined;
  hitCondition?: string | undefined;
  /** With a message the breakpoint is a logpoint: it writes and does not stop. */
  logMessage?: string | undefined;
}

/**
 * The wish as a check for one address; undefined when nothing is wished for. Throws ExpressionError with what is wrong
 * with it.
 */
export function checkFor(
  wish: Wish,
  address: number,
  image: Image | undefined,
  space: ImageSpace,
  live: LiveEvaluator,
): Check | undefined {
  const condition = wish.condition?.trim() ?? "";
  const hits = wish.hitCondition?.trim() ?? "";
  if (condition === "" && hits === "") return undefined;
  const rule = hits === "" ? undefined : parseHitCount(hits);
  if (hits !== "" && rule === undefined) throw new ExpressionError(say.badHitCount(hits));
  if (condition === "") return new CompiledCheck(new Probe(undefined, rule));
  try {
    const scope = compileScope(address, image, space);
    const expression = parsed(condition, scope);
    try {
      return new CompiledCheck(new Probe(compileValue(expression, scope).code, rule));
    } catch (error) {
      if (!(error instanceof NotCompilable)) throw error;
      return new EvaluatedCheck(expression, live, new Probe(undefined, rule));
    }
  } catch (error) {
    if (error instanceof ExpressionError) throw new ExpressionError(say.badCondition(error.message));
    throw error;
  }
}

/** Parses an expression that may not assign, with the type names of a scope. Throws ExpressionError. */
function parsed(text: string, scope: CompileScope): Expression {
  const expression = parseExpression(text, (name) => isType(scope.typeNamed(name)));
  if (assigns(expression)) throw new ExpressionError(expressionMessages.conditionAssigns());
  return expression;
}

/** An expression with the names at an address: as code for a probe, or else as the expression for the evaluator. */
export type CompiledExpression =
  { readonly code: Int32Array; readonly type: Type } | { readonly code: undefined; readonly expression: Expression };

/** Throws ExpressionError with what is wrong with the text. */
export function compileAt(
  text: string,
  address: number,
  image: Image | undefined,
  space: ImageSpace,
): CompiledExpression {
  const scope = compileScope(address, image, space);
  const expression = parsed(text, scope);
  try {
    return compileValue(expression, scope);
  } catch (error) {
    if (error instanceof NotCompilable) return { code: undefined, expression };
    throw error;
  }
}

function isType(type: Type | undefined): boolean {
  return type !== undefined;
}

/** The names at an address: those of its blocks from the inside out, then of its image, then of the other images. */
function compileScope(address: number, image: Image | undefined, space: ImageSpace): CompileScope {
  const images = image === undefined ? space.images : [image, ...space.images.filter((other) => other !== image)];
  return {
    lookup(name) {
      const frame = image?.symbols.framesAt(address)[0];
      const local = [...(frame?.scopes ?? [])].flatMap((scope) => scope.variables).find((v) => v.name === name);
      const variable = local ?? frame?.parameters.find((v) => v.name === name);
      if (variable !== undefined && image !== undefined) return placed(variable, address, image);
      for (const other of images) {
        const global = other.symbols.globals(name)[0];
        if (global !== undefined) return placed(global, address, other);
        const enumerator = other.symbols.enumeratorNamed(name);
        if (enumerator !== undefined) return { type: enumerator.type, place: constantPlace(enumerator.value) };
      }
      return undefined;
    },
    typeNamed: (name) => images.map((other) => other.symbols.typeNamed(name)).find((type) => type !== undefined),
  };
}

/** A constant of more than 32 bits has no simple place. */
function constantPlace(value: bigint): SimplePlace | undefined {
  const isWord = value === BigInt.asIntN(32, value) || value === BigInt.asUintN(32, value);
  return isWord ? { kind: "constant", value: Number(value) } : undefined;
}

function placed(variable: Variable, address: number, image: Image) {
  return { type: variable.type, place: image.symbols.simplify(variable.location, address) };
}
