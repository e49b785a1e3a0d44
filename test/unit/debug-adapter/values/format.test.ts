import { describe, expect, it } from "vitest";
import { pointerTo, UINT } from "../../../../debug-adapter/expressions/types";
import type { BaseType, EnumType, StructType, Type } from "../../../../debug-adapter/symbols/index";
import { childrenOf, countChildren } from "../../../../debug-adapter/values/children";
import { formatValue } from "../../../../debug-adapter/values/format";
import { inMemory, integerValue, valueOf, type TypedValue } from "../../../../debug-adapter/values/typed-value";

const base = (name: string, size: number, encoding: BaseType["encoding"]): BaseType => ({
  kind: "base",
  name,
  size,
  encoding,
});
const CHAR = base("char", 1, "signed-char");
const U8 = base("u8", 1, "unsigned-char");
const BOOL = base("_Bool", 1, "boolean");
const U64 = base("u64", 8, "unsigned");
const DOUBLE = base("double", 8, "float");
const INT = base("int", 4, "signed");
const COLOUR: EnumType = {
  kind: "enum",
  name: "colour",
  size: 4,
  isSigned: false,
  enumerators: [
    { name: "RED", value: 1n },
    { name: "GREEN", value: 2n },
    { name: "BLUE", value: 4n },
  ],
};
const member = (name: string | undefined, type: Type, offset: number) => ({ name, type, offset, bits: undefined });
const POINT: StructType = {
  kind: "struct",
  name: "point",
  size: 8,
  isIncomplete: false,
  members: [member("x", INT, 0), member("y", INT, 4)],
};
const WITH_ANONYMOUS: StructType = {
  kind: "struct",
  name: "item",
  size: 12,
  isIncomplete: false,
  members: [member("id", INT, 0), member(undefined, { ...POINT, name: undefined }, 4)],
};

/** Bytes at 0x1000; nothing else is mapped. */
function formatted(type: Type, bytes: number[] | Uint8Array, hex = false): string {
  return formatValue(inMemory(type, 0x1000), context(bytes, hex));
}

const context = (bytes: number[] | Uint8Array, hex = false) => ({
  readMemory: (address: number, length: number) =>
    address >= 0x1000 ? Uint8Array.from(bytes).subarray(address - 0x1000, address - 0x1000 + length) : undefined,
  symbolize: (address: number) => (address === 0x2000 ? "handler" : undefined),
  hex,
});

describe("formatValue", () => {
  it("shows integers by their sign and size", () => {
    expect(formatted(INT, [0xff, 0xff, 0xff, 0xff])).toBe("-1");
    expect(formatted(UINT, [0xff, 0xff, 0xff, 0xff])).toBe("4294967295");
    expect(formatted(U64, [0, 0, 0, 0, 1, 0, 0, 0])).toBe("4294967296");
    expect(formatted(INT, [0xff, 0xff, 0xff, 0xff], true)).toBe("0xffffffff");
  });

  it("shows characters, booleans, enumerations and floating point", () => {
    expect(formatted(CHAR, [0x41])).toBe("65 'A'");
    expect(formatted(U8, [0x0a])).toBe("10 '\\n'");
    expect(formatted(BOOL, [1])).toBe("true");
    expect(formatted(BOOL, [7])).toBe("7");
    expect(formatted(COLOUR, [2, 0, 0, 0])).toBe("GREEN (2)");
    expect(formatted(COLOUR, [5, 0, 0, 0])).toBe("RED | BLUE (5)");
    expect(formatted(COLOUR, [9, 0, 0, 0])).toBe("9");
    expect(formatted(DOUBLE, [0, 0, 0, 0, 0, 0, 0xf8, 0x3f])).toBe("1.5");
  });

  it("shows pointers with what they lead to", () => {
    expect(formatted(pointerTo(POINT), [0, 0x20, 0, 0])).toBe("0x00002000 <handler>");
    expect(formatted(pointerTo(POINT), [0, 0x30, 0, 0])).toBe("0x00003000");
    expect(formatted(pointerTo(CHAR), [4, 0x10, 0, 0, 0x68, 0x69, 0x22, 0])).toBe('0x00001004 "hi\\""');
    expect(formatted(pointerTo(CHAR), [0, 0, 0, 0])).toBe("0x00000000");
  });

  it("shows structures and arrays in one line", () => {
    expect(formatted(POINT, [1, 0, 0, 0, 2, 0, 0, 0])).toBe("{x = 1, y = 2}");
    expect(formatted({ kind: "array", element: UINT, count: 2 }, [1, 0, 0, 0, 2, 0, 0, 0])).toBe("[2] {1, 2}");
    expect(formatted({ kind: "array", element: CHAR, count: 4 }, [0x68, 0x69, 0, 0x78])).toBe('"hi"');
    expect(formatted({ kind: "array", element: CHAR, count: 2 }, [0x68, 0x69])).toBe('"hi"...');
  });

  it("cuts what is too long", () => {
    const text = formatted({ kind: "array", element: UINT, count: 64 }, new Uint8Array(256));
    expect(text).toBe(`[64] {${"0, ".repeat(16)}...}`);
  });

  it("says why there is no value", () => {
    expect(formatted({ kind: "base", name: "int", size: 4, encoding: "signed" }, [1, 2])).toBe(
      "<memory at 0x00001002 cannot be read>",
    );
    const lost: TypedValue = { type: INT, place: { kind: "optimizedOut" } };
    expect(formatValue(lost, context([]))).toBe("<optimized out>");
    const register: TypedValue = { type: INT, place: { kind: "register", register: 3, value: undefined } };
    expect(formatValue(register, context([]))).toBe("<the register ebx was not kept in this frame>");
  });

  it("puts a value together from pieces", () => {
    const low = { place: { kind: "register" as const, register: 0, value: 0x89abcdef }, bitSize: 32, bitOffset: 0 };
    const high = {
      place: { kind: "value" as const, bytes: Uint8Array.of(0x67, 0x45, 0x23, 1) },
      bitSize: 32,
      bitOffset: 0,
    };
    const value: TypedValue = { type: U64, place: { kind: "pieces", pieces: [low, high] } };
    expect(formatValue(value, context([], true))).toBe("0x0123456789abcdef");
  });

  it("reads bit-fields", () => {
    const field: TypedValue = {
      type: UINT,
      place: { kind: "memory", address: 0x1000 },
      bits: { bitOffset: 3, bitSize: 5 },
    };
    expect(formatValue(field, context([0b10110_101]))).toBe("22");
    expect(formatValue({ ...field, type: INT }, context([0b10110_101]))).toBe("-10");
  });
});

describe("childrenOf", () => {
  const { readMemory } = context([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
  const names = (value: TypedValue, start = 0, count = Infinity) =>
    childrenOf(value, "v", start, count, readMemory).map(({ name, expression }) => `${name}: ${expression}`);

  it("gives the members of a structure, those of anonymous ones as its own", () => {
    expect(names(inMemory(WITH_ANONYMOUS, 0x1000))).toEqual(["id: v.id", "x: v.x", "y: v.y"]);
    expect(countChildren(WITH_ANONYMOUS)).toEqual({ named: 3, indexed: 0 });
  });

  it("gives a pointer's target: a structure's members, or the one value", () => {
    expect(names(integerValue(pointerTo(POINT), 0x1000n))).toEqual(["x: v->x", "y: v->y"]);
    expect(names(integerValue(pointerTo(INT), 0x1000n))).toEqual(["*v: *v"]);
    expect(names(integerValue(pointerTo(POINT), 0n))).toEqual([]);
    expect(countChildren(pointerTo({ kind: "void" }))).toEqual({ named: 0, indexed: 0 });
  });

  it("gives the elements of an array that are asked for", () => {
    const array = inMemory({ kind: "array", element: UINT, count: 3 }, 0x1000);
    expect(names(array, 1, 1)).toEqual(["[1]: v[1]"]);
    expect(names(array, 2, 10)).toEqual(["[2]: v[2]"]);
  });

  it("takes parts out of a value that stands nowhere", () => {
    const [, y] = childrenOf(valueOf(POINT, Uint8Array.of(1, 0, 0, 0, 9, 0, 0, 0)), "p", 0, 2, () => undefined);
    expect(y === undefined ? "" : formatValue(y.value, context([]))).toBe("9");
  });
});
