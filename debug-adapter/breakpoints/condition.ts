import { Probe } from "../../emulator/index";
import { breakpointMessages as say } from "../messages";
import { compileCondition, type CompileScope } from "../expressions/compile";
import { ExpressionError } from "../expressions/ast";
import { parseExpression } from "../expressions/parser";
import type { Image, ImageSpace } from "../stack/images";
import type { Type, Variable } from "../symbols/index";
import { parseHitCount } from "./hit-count";

/** A breakpoint's condition and hit condition as the user wrote them. */
export interface Wish {
  condition?: string | undefined;
  hitCondition?: string | undefined;
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
  return new Probe(compile(condition, compileScope(address, image, space)), rule);
}

function compile(condition: string, scope: CompileScope): Int32Array {
  try {
    return compileCondition(parseExpression(condition, (name) => isTypedef(scope.typeNamed(name))), scope);
  } catch (error) {
    if (error instanceof ExpressionError) throw new ExpressionError(say.badCondition(error.message));
    throw error;
  }
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
        if (enumerator !== undefined) return { type: enumerator.type, place: { kind: "constant", value: enumerator.value } };
      }
      return undefined;
    },
    typeNamed: (name) => images.map((other) => other.symbols.typeNamed(name)).find((type) => type !== undefined),
  };
}

function placed(variable: Variable, address: number, image: Image) {
  return { type: variable.type, place: image.symbols.simplify(variable.location, address) };
}
