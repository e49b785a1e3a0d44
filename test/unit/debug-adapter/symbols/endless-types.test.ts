/** Types as damaged information makes them: in themselves, doubled at each level, of any size. Each answer is bounded. */
import { describe, expect, it } from "vitest";
import { pointerTo, UINT } from "../../../../debug-adapter/expressions/types";
import {
  flatMembers,
  sizeOf,
  typeName,
  type FunctionType,
  type Member,
  type StructType,
  type Type,
} from "../../../../debug-adapter/symbols/index";
import { countChildren } from "../../../../debug-adapter/values/children";
import { formatValue } from "../../../../debug-adapter/values/format";
import { inMemory } from "../../../../debug-adapter/values/typed-value";

const member = (name: string | undefined, type: Type): Member => ({ name, type, offset: 0, bits: undefined });
const struct = (members: () => Member[]): StructType => ({
  kind: "struct",
  name: undefined,
  size: 4,
  isIncomplete: false,
  get members() {
    return members();
  },
});

/** Memory of zeros; no look at it may be larger than a page. */
const context = {
  readMemory: (_address: number, length: number) => {
    expect(length).toBeLessThanOrEqual(4096);
    return new Uint8Array(length);
  },
  symbolize: () => undefined,
  hex: false,
};
const text = (type: Type): string => formatValue(inMemory(type, 0x1000), context);

describe("a structure that is its own anonymous member", () => {
  const self: StructType = struct(() => [member(undefined, self), member("x", UINT), member(undefined, self)]);

  it("has its other members once", () => {
    expect(flatMembers(self).map(({ member: { name } }) => name)).toEqual(["x"]);
    expect(countChildren(self)).toEqual({ named: 1, indexed: 0 });
    expect(text(self).length).toBeLessThan(200);
  });
});

describe("anonymous structures that double at each of 40 levels", () => {
  let type: Type = UINT;
  for (let level = 0; level < 40; level++) {
    const inner = type;
    type = struct(() => [member(undefined, inner), member(undefined, inner)]);
  }

  it("have some thousand members and a short text", () => {
    expect(countChildren(type).named).toBe(10_000);
    expect(text(type).length).toBeLessThan(300);
  });

  it("have one virtual base, which all of them share", () => {
    const base = struct(() => [member("x", UINT)]);
    let shares: Type = struct(() => [{ ...member(undefined, base), virtualBase: new Uint8Array() }]);
    for (let level = 0; level < 40; level++) {
      const inner = shares;
      shares = struct(() => [member(undefined, inner), member(undefined, inner)]);
    }
    expect(countChildren(shares)).toEqual({ named: 1, indexed: 0 });
  });
});

describe("arrays", () => {
  it("of six dimensions of 16 have a short text", () => {
    let type: Type = UINT;
    for (let level = 0; level < 6; level++) type = { kind: "array", element: type, count: 16 };
    expect(sizeOf(type)).toBe(4 * 16 ** 6);
    expect(text(type).length).toBeLessThan(300);
  });

  it("of themselves have no size", () => {
    const self = { kind: "array" as const, count: 2, get element(): Type { return self; } }; // prettier-ignore
    expect(sizeOf(self)).toBeUndefined();
    expect(typeName(self).length).toBeLessThan(400);
    expect(text(self)).toBe("[] at 0x00001000");
  });

  it("of four billion characters read what they show", () => {
    const char = { kind: "base" as const, name: "char", size: 1, encoding: "signed-char" as const };
    expect(text({ kind: "array", element: char, count: 0xffffffff })).toBe('""');
  });
});

describe("a function that takes itself", () => {
  const self: FunctionType = {
    kind: "function",
    returns: { kind: "void" },
    get parameters() {
      return [pointerTo(self), pointerTo(self)];
    },
    isVariadic: false,
    isPrototyped: true,
  };

  it("has a name that ends", () => {
    expect(typeName(pointerTo(self))).toContain("void (*)(...)");
    expect(typeName(pointerTo(self)).length).toBeLessThan(2000);
  });
});

describe("a reference to itself", () => {
  it("has a text and no parts", () => {
    const self = { kind: "reference" as const, size: 4, isRvalue: false, get target(): Type { return self; } }; // prettier-ignore
    expect(text(self)).toBe("{...}");
    expect(countChildren(self)).toEqual({ named: 0, indexed: 0 });
  });
});
