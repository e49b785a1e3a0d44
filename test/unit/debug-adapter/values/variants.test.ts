import { describe, expect, it } from "vitest";
import { pointerTo, UINT } from "../../../../debug-adapter/expressions/types";
import type { Member, StructType, Type } from "../../../../debug-adapter/symbols/index";
import { childrenOf, countChildren } from "../../../../debug-adapter/values/children";
import { formatValue } from "../../../../debug-adapter/values/format";
import { valueOf } from "../../../../debug-adapter/values/typed-value";

/* Laid out as rustc 1.95 lays out `enum Shape { Circle { radius: u32 }, Square(u32, u8), Empty }` and `Option<&u32>`. */
const U8 = { kind: "base" as const, name: "u8", size: 1, encoding: "unsigned" as const };
const member = (name: string | undefined, type: Type, offset: number): Member => ({
  name,
  type,
  offset,
  bits: undefined,
});
const struct = (name: string, members: Member[], variants?: StructType["variants"]): StructType => ({
  kind: "struct",
  name,
  size: 8,
  isIncomplete: false,
  members,
  variants,
});
const variant = (value: bigint | undefined, name: string, members: Member[]) => ({
  value,
  member: member(name, struct(name, members), 0),
});
const SHAPE = struct("Shape", [], {
  discriminant: member(undefined, U8, 0),
  cases: [
    variant(0n, "Circle", [member("radius", UINT, 4)]),
    variant(1n, "Square", [member("__0", UINT, 4), member("__1", U8, 1)]),
    variant(2n, "Empty", []),
  ],
});
const OPTION = struct("Option<&u32>", [], {
  discriminant: member(undefined, UINT, 0),
  cases: [variant(0n, "None", []), variant(undefined, "Some", [member("__0", pointerTo(UINT), 0)])],
});

const context = { readMemory: () => undefined, symbolize: () => undefined, hex: false };
const shown = (type: StructType, ...bytes: number[]): string =>
  formatValue(valueOf(type, Uint8Array.from(bytes)), context);
const parts = (type: StructType, ...bytes: number[]) =>
  childrenOf(valueOf(type, Uint8Array.from(bytes)), "v", 0, 10, context.readMemory).map(({ expression }) => expression);

describe("an enumeration with data", () => {
  it("shows the variant that is there", () => {
    expect(shown(SHAPE, 0, 0, 0, 0, 9, 0, 0, 0)).toBe("Circle {radius = 9}");
    expect(shown(SHAPE, 1, 2, 0, 0, 4, 0, 0, 0)).toBe("Square(4, 2)");
    expect(shown(SHAPE, 2, 0, 0, 0, 0, 0, 0, 0)).toBe("Empty");
  });

  it("takes a null reference for None, and any other for Some", () => {
    expect(shown(OPTION, 0, 0, 0, 0, 0, 0, 0, 0)).toBe("None");
    expect(shown(OPTION, 0, 0x10, 0, 0, 0, 0, 0, 0)).toBe("Some(0x00001000)");
  });

  it("unfolds to the data of its variant", () => {
    expect(parts(SHAPE, 0, 0, 0, 0, 9, 0, 0, 0)).toEqual(["v.radius"]);
    expect(parts(SHAPE, 1, 2, 0, 0, 4, 0, 0, 0)).toEqual(["v.__0", "v.__1"]);
    expect(parts(SHAPE, 2, 0, 0, 0, 0, 0, 0, 0)).toEqual([]);
    expect(countChildren(SHAPE)).toEqual({ named: 2, indexed: 0 });
  });

  it("has no variant for a number that none has", () => {
    expect(shown(SHAPE, 7, 0, 0, 0, 0, 0, 0, 0)).toBe("{}");
    expect(parts(SHAPE, 7, 0, 0, 0, 0, 0, 0, 0)).toEqual([]);
  });
});
