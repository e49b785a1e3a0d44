import { describe, expect, it } from "vitest";
import { declare, sizeOf, strip, typeName, type Type } from "../../../../debug-adapter/symbols/index";

const int: Type = { kind: "base", name: "int", size: 4, encoding: "signed" };
const char: Type = { kind: "base", name: "char", size: 1, encoding: "signed-char" };
const voidType: Type = { kind: "void" };
const node: Type = { kind: "struct", name: "node", size: 12, members: [], isIncomplete: false };
const pointer = (target: Type): Type => ({ kind: "pointer", size: 4, target });
const constant = (target: Type): Type => ({ kind: "const", target });
const volatile = (target: Type): Type => ({ kind: "volatile", target });
const array = (element: Type, count?: number): Type => ({ kind: "array", element, count });
const fn = (returns: Type, ...parameters: Type[]): Type => ({
  kind: "function",
  returns,
  parameters,
  isVariadic: false,
  isPrototyped: true,
});

describe("declare", () => {
  it.each<[string, Type]>([
    ["int x", int],
    ["struct node *x", pointer(node)],
    ["const char *x", pointer(constant(char))],
    ["char * const x", constant(pointer(char))],
    ["const volatile int x", volatile(constant(int))],
    ["int x[3][4]", array(array(int, 4), 3)],
    ["int x[]", array(int)],
    ["int (*x)[4]", pointer(array(int, 4))],
    ["int *x[4]", array(pointer(int), 4)],
    ["int (*x)(struct node *, void *)", pointer(fn(int, pointer(node), pointer(voidType)))],
    ["int (*x[2])(void)", array(pointer(fn(int)), 2)],
    ["void (*(*x)(int))(char)", pointer(fn(pointer(fn(voidType, char)), int))],
  ])("writes `%s`", (text, type) => {
    expect(declare(type, "x")).toBe(text);
  });

  it("writes an open parameter list and one that is not known", () => {
    const base = { kind: "function", returns: int, parameters: [pointer(char)] } as const;
    expect(declare({ ...base, isVariadic: true, isPrototyped: true }, "f")).toBe("int f(char *, ...)");
    expect(declare({ ...base, parameters: [], isVariadic: false, isPrototyped: false }, "f")).toBe("int f()");
  });
});

describe("typeName", () => {
  it("leaves the name out", () => {
    expect(typeName(pointer(fn(voidType, int)))).toBe("void (*)(int)");
    expect(typeName({ ...node, name: undefined })).toBe("struct {...}");
  });
});

describe("sizeOf", () => {
  it("looks through typedefs and multiplies dimensions", () => {
    const words: Type = { kind: "typedef", name: "words", target: array(array(int, 4), 3) };
    expect(sizeOf(constant(words))).toBe(48);
  });

  it.each<[string, Type]>([
    ["void", voidType],
    ["a function", fn(int)],
    ["an incomplete struct", { ...node, isIncomplete: true }],
    ["an open array", array(int)],
  ])("does not know the size of %s", (_, type) => {
    expect(sizeOf(type)).toBeUndefined();
  });
});

describe("strip", () => {
  it("ends at a ring of typedefs", () => {
    const ring: Type = {
      kind: "typedef",
      name: "ring",
      get target(): Type {
        return ring;
      },
    };
    expect(strip(ring)).toEqual({ kind: "void" });
    expect(typeName(ring)).toBe("ring");
  });
});
