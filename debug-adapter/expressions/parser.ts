import { expressionMessages as say } from "../messages";
import { ExpressionError } from "../values/expression-error";
import type { BinaryOp, Expression, TypeName, UnaryOp } from "./ast";
import { tokenize, type Token } from "./lexer";

/** The precedence of the binary operators; all are left-associative. */
const PRECEDENCE: Readonly<Record<BinaryOp, number>> = {
  "*": 10,
  "/": 10,
  "%": 10,
  "+": 9,
  "-": 9,
  "<<": 8,
  ">>": 8,
  "<": 7,
  "<=": 7,
  ">": 7,
  ">=": 7,
  "==": 6,
  "!=": 6,
  "&": 5,
  "^": 4,
  "|": 3,
  "&&": 2,
  "||": 1,
};

const UNARY = new Set<string>(["+", "-", "!", "~", "*", "&"] satisfies UnaryOp[]);
const TAGS = new Set(["struct", "union", "enum", "class"]);
const BASE_WORDS = new Set([
  "void",
  "char",
  "short",
  "int",
  "long",
  "signed",
  "unsigned",
  "_Bool",
  "bool",
  "float",
  "double",
]);
const QUALIFIERS = new Set(["const", "volatile"]);

/** Whether a name is a typedef in the scope of the expression, which decides the meaning of `(name)`. */
export type IsType = (name: string) => boolean;

/** Parses a whole expression. Throws ExpressionError. */
export function parseExpression(source: string, isType: IsType = () => false): Expression {
  return new Parser(tokenize(source), isType).whole();
}

/** How deep operators and brackets may be nested; an opening bracket counts three. */
const MOST_NESTED = 300;

class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: Token[],
    private readonly isType: IsType,
  ) {}

  whole(): Expression {
    const expression = this.assignment();
    if (this.peek().kind !== "end") throw this.unexpected();
    return expression;
  }

  /** Every rule that can contain itself is parsed through this method. */
  private nested(rule: () => Expression): Expression {
    if (++this.depth > MOST_NESTED) throw new ExpressionError(say.tooDeep());
    const expression = rule();
    this.depth--;
    return expression;
  }

  private assignment(): Expression {
    return this.nested(() => {
      const target = this.conditional();
      if (!this.take("=")) return target;
      return { kind: "assign", target, value: this.assignment() };
    });
  }

  private conditional(): Expression {
    return this.nested(() => this.choice());
  }

  private choice(): Expression {
    const condition = this.binary(1);
    if (!this.take("?")) return condition;
    const yes = this.conditional();
    this.expect(":");
    return { kind: "conditional", condition, yes, no: this.conditional() };
  }

  private binary(lowest: number): Expression {
    let left = this.unary();
    for (;;) {
      const { kind, text } = this.peek();
      const strength = kind === "punctuation" ? PRECEDENCE[text as BinaryOp] : undefined;
      if (strength === undefined || strength < lowest) return left;
      this.at++;
      left = { kind: "binary", op: text as BinaryOp, left, right: this.binary(strength + 1) };
    }
  }

  private unary(): Expression {
    return this.nested(() => this.prefixed());
  }

  private prefixed(): Expression {
    const token = this.peek();
    if (token.kind === "punctuation" && UNARY.has(token.text)) {
      this.at++;
      return { kind: "unary", op: token.text as UnaryOp, operand: this.unary() };
    }
    if (token.kind === "name" && token.text === "sizeof") return this.sizeOf();
    if (token.text === "(" && this.startsType(this.at + 1)) {
      this.at++;
      const type = this.typeName();
      this.expect(")");
      return { kind: "cast", type, operand: this.unary() };
    }
    return this.postfix();
  }

  private sizeOf(): Expression {
    this.at++;
    if (this.peek().text !== "(" || !this.startsType(this.at + 1)) return { kind: "sizeof", operand: this.unary() };
    this.at++;
    const operand = this.typeName();
    this.expect(")");
    return { kind: "sizeof", operand };
  }

  private postfix(): Expression {
    let object = this.primary();
    for (;;) {
      if (this.take("[")) {
        const index = this.assignment();
        this.expect("]");
        object = { kind: "index", object, index };
      } else if (this.peek().text === "." || this.peek().text === "->") {
        const arrow = this.next().text === "->";
        const name = this.next();
        if (name.kind !== "name") throw this.unexpected(name);
        object = { kind: "member", object, name: name.text, arrow };
      } else {
        return object;
      }
    }
  }

  private primary(): Expression {
    const token = this.next();
    switch (token.kind) {
      case "number":
        return numberOf(token.text);
      case "float":
        return { kind: "float", value: parseFloat(token.text), single: /f$/i.test(token.text) };
      case "char":
        return { kind: "number", value: BigInt(charOf(token.text)), unsigned: false, long: false };
      case "register":
        return { kind: "register", name: token.text.slice(1).toLowerCase() };
      case "name":
        return { kind: "name", name: token.text };
      case "punctuation":
        if (token.text === "(") {
          const inner = this.assignment();
          this.expect(")");
          return inner;
        }
        throw this.unexpected(token);
      case "end":
        throw this.unexpected(token);
    }
  }

  private startsType(index: number): boolean {
    const token = this.tokens[index];
    if (token?.kind !== "name") return false;
    return TAGS.has(token.text) || BASE_WORDS.has(token.text) || QUALIFIERS.has(token.text) || this.isType(token.text);
  }

  private typeName(): TypeName {
    let tag: TypeName["tag"];
    const words: string[] = [];
    while (this.peek().kind === "name") {
      const { text } = this.next();
      if (TAGS.has(text)) tag = text as TypeName["tag"];
      else if (!QUALIFIERS.has(text)) words.push(text);
    }
    if (words.length === 0) throw this.unexpected();
    let pointers = 0;
    while (this.take("*")) {
      pointers++;
      while (QUALIFIERS.has(this.peek().text)) this.at++;
    }
    const isBase = tag === undefined && words.some((word) => BASE_WORDS.has(word));
    return { kind: "type-name", tag, name: isBase ? baseName(words) : words.join(" "), pointers };
  }

  private peek(): Token {
    // The list ends with an "end" token, beyond which the parser never moves.
    return this.tokens[Math.min(this.at, this.tokens.length - 1)] as Token;
  }

  private next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  private take(text: string): boolean {
    if (this.peek().kind !== "punctuation" || this.peek().text !== text) return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  private unexpected(token = this.peek()): ExpressionError {
    return new ExpressionError(token.kind === "end" ? say.endsTooEarly() : say.unexpected(token.text));
  }
}

/** The one spelling that DWARF producers use for a base type written in any order. */
function baseName(words: string[]): string {
  const has = (word: string): boolean => words.includes(word);
  const longs = words.filter((word) => word === "long").length;
  if (has("void")) return "void";
  if (has("float")) return "float";
  if (has("double")) return longs > 0 ? "long double" : "double";
  if (has("_Bool") || has("bool")) return "_Bool";
  if (has("char")) return has("unsigned") ? "unsigned char" : has("signed") ? "signed char" : "char";
  const size = has("short") ? "short int" : longs === 2 ? "long long int" : longs === 1 ? "long int" : "int";
  if (!has("unsigned")) return size;
  // gcc and clang write "short unsigned int" and "long unsigned int" but "unsigned int".
  return size === "int" ? "unsigned int" : size.replace(/ int$/, " unsigned int");
}

function numberOf(text: string): Expression {
  const digits = text.replace(/[uUlL]+$/, "");
  const suffix = text.slice(digits.length).toLowerCase();
  const octal = /^0[0-7]+$/.test(digits);
  if (/^0\d/.test(digits) && !octal) throw new ExpressionError(say.badOctal(text));
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  const decimal = /^[1-9]/.test(digits);
  const fitsInt = value < 1n << 31n;
  const fitsWord = value < 1n << 32n;
  return {
    kind: "number",
    value,
    unsigned: suffix.includes("u") || (!decimal && !fitsInt && fitsWord),
    long: suffix.includes("ll") || !fitsWord || (decimal && !fitsInt),
  };
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, 0: 0, a: 7, b: 8, f: 12, v: 11, e: 27 };

function charOf(text: string): number {
  const body = text.slice(1, -1);
  if (!body.startsWith("\\")) return body.charCodeAt(0);
  const code = body.slice(1);
  if (code.startsWith("x")) return parseInt(code.slice(1), 16);
  return ESCAPES[code] ?? code.charCodeAt(0);
}
