import { describe, expect, it } from "vitest";
import type { Expression, TypeName } from "../../../../debug-adapter/expressions/ast";
import { parseExpression } from "../../../../debug-adapter/expressions/parser";

const typeText = (type: TypeName): string =>
  [type.tag, type.name, "*".repeat(type.pointers)].filter((word) => word).join(" ");

/** The tree as fully bracketed text. */
function show(e: Expression): string {
  switch (e.kind) {
    case "number":
      return `${e.value}${e.unsigned ? "u" : ""}${e.long ? "ll" : ""}`;
    case "float":
      return String(e.value);
    case "name":
      return e.name;
    case "register":
      return `$${e.name}`;
    case "unary":
      return `(${e.op}${show(e.operand)})`;
    case "binary":
      return `(${show(e.left)} ${e.op} ${show(e.right)})`;
    case "conditional":
      return `(${show(e.condition)} ? ${show(e.yes)} : ${show(e.no)})`;
    case "member":
      return `${show(e.object)}${e.arrow ? "->" : "."}${e.name}`;
    case "index":
      return `${show(e.object)}[${show(e.index)}]`;
    case "cast":
      return `((${typeText(e.type)})${show(e.operand)})`;
    case "sizeof":
      return `sizeof(${e.operand.kind === "type-name" ? typeText(e.operand) : show(e.operand)})`;
    case "assign":
      return `(${show(e.target)} = ${show(e.value)})`;
  }
}

const parse = (source: string): string => show(parseExpression(source, (name) => name === "u32"));

describe("parseExpression", () => {
  it("groups binary operators as C does", () => {
    expect(parse("a + b * c - d")).toBe("((a + (b * c)) - d)");
    expect(parse("a & b == c || d && e | f")).toBe("((a & (b == c)) || (d && (e | f)))");
    expect(parse("a << 1 < b")).toBe("((a << 1) < b)");
    expect(parse("a ? b : c ? d : e")).toBe("(a ? b : (c ? d : e))");
  });

  it("binds postfix tighter than unary", () => {
    expect(parse("*p->next.items[i + 1]")).toBe("(*p->next.items[(i + 1)])");
    expect(parse("&v.regs")).toBe("(&v.regs)");
    expect(parse("-!~x")).toBe("(-(!(~x)))");
  });

  it("types numbers as C does", () => {
    expect(parse("1 + 0x80000000")).toBe("(1 + 2147483648u)");
    expect(parse("2147483648")).toBe("2147483648ll");
    expect(parse("5u + 5ull + 017 + 0b101")).toBe("(((5u + 5ull) + 15) + 5)");
    expect(parse("'a' + '\\n' + '\\x41'")).toBe("((97 + 10) + 65)");
  });

  it("takes registers with $ or %", () => {
    expect(parse("$EAX == %ebx")).toBe("($eax == $ebx)");
  });

  it("tells casts from brackets by the names of types", () => {
    expect(parse("(u32)x")).toBe("((u32)x)");
    expect(parse("(x)-1")).toBe("(x - 1)");
    expect(parse("(struct vcpu *)p")).toBe("((struct vcpu *)p)");
    expect(parse("*(volatile unsigned long long *)p")).toBe("(*((long long unsigned int *)p))");
    expect(parse("(unsigned)x + (unsigned char)y")).toBe("(((unsigned int)x) + ((unsigned char)y))");
    expect(parse("sizeof(struct vcpu) + sizeof x")).toBe("(sizeof(struct vcpu) + sizeof(x))");
  });

  it("assigns from the right", () => {
    expect(parse("a = b = 1")).toBe("(a = (b = 1))");
  });

  it.each([
    ["a +", "the expression ends too early"],
    ["a b", 'unexpected "b"'],
    ["(a", "the expression ends too early"],
    ["a.1", 'unexpected ".1"'],
    ["09", '"09" is not an octal number'],
    ["a @ b", 'unexpected "@ b"'],
    ["", "the expression ends too early"],
  ])("refuses %j", (source, message) => {
    expect(() => parseExpression(source)).toThrow(message);
  });
});
