import { Probe, ProbeFailure } from "../../emulator/index";
import { breakpointMessages as say, expressionMessages } from "../messages";
import { compileValue, type CompileScope } from "../expressions/compile";
import { ExpressionError } from "../expressions/ast";
import { parseExpression } from "../expressions/parser";
import type { Image, ImageSpace } from "../images/image-space";
import type { SimplePlace, Type, Variable } from "../symbols/index";
import { hex32 } from "../values/hex";
import { parseHitCount } from "./hit-count";

/** A breakpoint's condition, hit condition and message as the user wrote them. */
export interface Wish {
  condition?: string | undefined;
  hitCondition?: string | undefined;
  /** With a message the breakpoint is a logpoint: it writes and does not stop. */
  logMessage?: string | undefined;
}

/**
 * The wish as a probe for one address; undefined when there is none. Throws
 * ExpressionError with what is wrong with it.
 */
export function probeFor(wish: Wish, address: number, image: Image | undefined, space: ImageSpace): Probe | undefined {
  const condition = wish.condition?.trim() ?? "";
  const hits = wish.hitCondition?.trim() ?? "";
  if (condition === "" && hits === "") return undefined;
  const rule = hits === "" ? undefined : parseHitCount(hits);
  if (hits !== "" && rule === undefined) throw new ExpressionError(say.badHitCount(hits));
  if (condition === "") return new Probe(undefined, rule);
  try {
    return new Probe(compileAt(condition, address, image, space).code, rule);
  } catch (error) {
    if (error instanceof ExpressionError) throw new ExpressionError(say.badCondition(error.message));
    throw error;
  }
}

/** An expression with the names at an address, as code for a probe. Throws ExpressionError with what is wrong with it. */
export function compileAt(
  text: string,
  address: number,
  image: Image | undefined,
  space: ImageSpace,
): { code: Int32Array; type: Type } {
  const scope = compileScope(address, image, space);
  return compileValue(
    parseExpression(text, (name) => isTypedef(scope.typeNamed(name))),
    scope,
  );
}

/** Why an evaluation had no result, in words. */
export function reasonOf(failure: ProbeFailure, linear: number): string {
  return failure === ProbeFailure.DivideByZero
    ? expressionMessages.divideByZero()
    : expressionMessages.cannotRead(hex32(linear));
}

function isTypedef(type: Type | undefined): boolean {
  return type?.kind === "typedef";
}

/** Names at an address: of its blocks from the inside out, then of its image, then of the other images. */
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

/** No simple place for a constant of more than 32 bits. */
function constantPlace(value: bigint): SimplePlace | undefined {
  const isWord = value === BigInt.asIntN(32, value) || value === BigInt.asUintN(32, value);
  return isWord ? { kind: "constant", value: Number(value) } : undefined;
}

function placed(variable: Variable, address: number, image: Image) {
  return { type: variable.type, place: image.symbols.simplify(variable.location, address) };
}
