import { ExpressionError } from "../values/expression-error";

/** Expressions of the debugger: those of C, without calls, and with registers as `$eax`. */
export type Expression =
  | { kind: "number"; value: bigint; unsigned: boolean; long: boolean }
  | { kind: "float"; value: number; single: boolean }
  /** Words of C++ are joined by "::". */
  | { kind: "name"; name: string }
  | { kind: "register"; name: string }
  | { kind: "unary"; op: UnaryOp; operand: Expression }
  | { kind: "binary"; op: BinaryOp; left: Expression; right: Expression }
  | { kind: "conditional"; condition: Expression; yes: Expression; no: Expression }
  | { kind: "member"; object: Expression; name: string; arrow: boolean }
  | { kind: "index"; object: Expression; index: Expression }
  | { kind: "cast"; type: TypeName; operand: Expression }
  | { kind: "sizeof"; operand: TypeName | Expression }
  | { kind: "assign"; target: Expression; value: Expression };

export type UnaryOp = "+" | "-" | "!" | "~" | "*" | "&";

export type BinaryOp =
  "*" | "/" | "%" | "+" | "-" | "<<" | ">>" | "<" | "<=" | ">" | ">=" | "==" | "!=" | "&" | "^" | "|" | "&&" | "||";

/** A type as written in a cast: `struct vcpu *` is { name: "vcpu", tag: "struct", pointers: 1 }. */
export interface TypeName {
  kind: "type-name";
  tag: "struct" | "union" | "enum" | "class" | undefined;
  /** Base names are normalised: `unsigned`, `unsigned int` and `int unsigned` are all "unsigned int". */
  name: string;
  pointers: number;
}

/**
 * What the user wrote has a meaning, but the machine's loop cannot evaluate it: some values are not words, or not at a
 * fixed place.
 */
export class NotCompilable extends ExpressionError {}

/** Whether the expression contains an assignment. */
export function assigns(expression: Expression): boolean {
  if (expression.kind === "assign") return true;
  const parts: unknown[] = Object.values(expression);
  return parts.some(
    (part) => typeof part === "object" && part !== null && "kind" in part && assigns(part as Expression),
  );
}
