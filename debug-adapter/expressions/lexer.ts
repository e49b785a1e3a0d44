import { expressionMessages as say } from "../messages";
import { ExpressionError } from "../values/expression-error";

export type Token =
  | { kind: "float"; text: string; at: number }
  | { kind: "number"; text: string; at: number }
  | { kind: "char"; text: string; at: number }
  | { kind: "name"; text: string; at: number }
  | { kind: "register"; text: string; at: number }
  | { kind: "punctuation"; text: string; at: number }
  | { kind: "end"; text: ""; at: number };

const PATTERN =
  /\s+|(?<float>(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFlL]?(?![\w.])|[0-9]+[eE][+-]?[0-9]+[fFlL]?(?![\w.]))|(?<number>0[xX][0-9a-fA-F]+[uUlL]*|0[bB][01]+[uUlL]*|[0-9]+[uUlL]*)(?![\w.])|(?<char>'(?:\\x[0-9a-fA-F]{1,2}|\\.|[^'\\])')|(?<register>[$%][A-Za-z][A-Za-z0-9]*)|(?<name>(?:::\s*)?[A-Za-z_]\w*(?:\s*::\s*~?[A-Za-z_]\w*)*)|(?<punctuation>->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^!~<>=()[\].?:,])/y;

/** A long chain of operators becomes a deep tree, which an evaluator must descend. */
const MOST_TOKENS = 1000;

/**
 * Splits an expression into tokens. Throws ExpressionError at a character with which no token begins, and if there are
 * too many tokens.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(source);
    if (match === null) throw new ExpressionError(say.unexpected(source.slice(at, at + 10)));
    const [kind, found] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    // The words of a qualified name of C++ are one name.
    const text = kind === "name" ? found?.replace(/\s+/g, "").replace(/^::/, "") : found;
    if (kind !== undefined && text !== undefined) tokens.push({ kind: kind as "name", text, at });
    if (tokens.length >= MOST_TOKENS) throw new ExpressionError(say.tooLong(MOST_TOKENS));
    at = PATTERN.lastIndex;
  }
  tokens.push({ kind: "end", text: "", at });
  return tokens;
}
