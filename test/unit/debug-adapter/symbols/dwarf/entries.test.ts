import { describe, expect, it } from "vitest";
import { strip, SymbolImage, typeName } from "../../../../../debug-adapter/symbols/index";
import { bytes, elf, sized, symbolSections, text, type Part, type SectionSpec } from "../image-builder";

const STRING = 0x08;
const REF4 = 0x13;
const DATA1 = 0x0b;
const EXPRLOC = 0x18;
const FLAG = 0x19;

/** 1 unit, 2 base type, 3 pointer, 4 struct, 5 member, 6 variable, 7 subprogram, 8 typedef, 9 declared struct, 10 array, 11 subrange. */
const ABBREVS = bytes(
  ...[1, 0x11, 1, 0x03, STRING, 0, 0],
  ...[2, 0x24, 0, 0x03, STRING, 0x0b, DATA1, 0x3e, DATA1, 0, 0],
  ...[3, 0x0f, 0, 0x49, REF4, 0, 0],
  ...[4, 0x13, 1, 0x03, STRING, 0x0b, DATA1, 0, 0],
  ...[5, 0x0d, 0, 0x03, STRING, 0x49, REF4, 0x38, DATA1, 0, 0],
  ...[6, 0x34, 0, 0x03, STRING, 0x49, REF4, 0x02, EXPRLOC, 0, 0],
  ...[7, 0x2e, 0, 0x03, STRING, 0x11, 0x01, 0x12, DATA1, 0, 0],
  ...[8, 0x16, 0, 0x03, STRING, 0x49, REF4, 0, 0],
  ...[9, 0x13, 0, 0x03, STRING, 0x3c, FLAG, 0, 0],
  ...[10, 0x01, 1, 0x49, REF4, 0, 0],
  ...[11, 0x21, 0, 0x2f, DATA1, 0, 0],
  0,
);

/** The header is 12 bytes, then the unit's own entry with the name "u": the first child stands at 15. */
const FIRST = 15;

/** A DWARF 5 unit of these entries. */
function unit(...entries: Part[]): Uint8Array {
  return sized([5, 2], 1, 4, [0, 4], 1, "u", ...entries);
}

function load(info: Uint8Array, abbrev: Uint8Array = ABBREVS, more: SectionSpec[] = []): SymbolImage {
  const debug = [
    { name: ".debug_abbrev", bytes: abbrev },
    { name: ".debug_info", bytes: info },
  ];
  const symbols = symbolSections([{ name: "f", address: 0x1000, size: 16 }], 2);
  return SymbolImage.load(elf([text(0x1000, 0x100), ...symbols, ...debug, ...more]));
}

const what = (image: SymbolImage): unknown[] => image.problems.map(({ problem }) => problem);
const variable = (name: string, type: number): Part[] => [6, name, [type, 4], 5, 3, [0x2000, 4]];
/** 8 bytes long. */
const int: Part[] = [2, "int", 4, 5];

describe("debugging information entries", () => {
  it("give types, globals and functions", () => {
    const at = FIRST + 7;
    const image = load(unit(...int, 3, [FIRST, 4], ...variable("x", at), 7, "f", [0x1000, 4], 16, 0));
    expect(image.globals("x").map((v) => typeName(v.type))).toEqual(["int *"]);
    expect(image.simplify(image.globals("x")[0]?.location ?? { kind: "none" }, 0)).toMatchObject({
      offset: 0x2000,
    });
    expect(image.functionAt(0x100f)).toMatchObject({ name: "f", hasDebugInfo: true });
    expect(what(image)).toEqual([]);
  });

  it("let a declaration in one unit stand for the definition in another", () => {
    const declaring = unit(9, "node", 3, [FIRST, 4], ...variable("head", FIRST + 6), 0);
    const defining = unit(...int, 4, "node", 4, 5, "id", [FIRST, 4], 0, 0, 0);
    const image = load(bytes(declaring, defining));
    const pointer = image.globals("head")[0]?.type;
    const node = pointer?.kind === "pointer" ? strip(pointer.target) : undefined;
    expect(node).toMatchObject({ kind: "struct", name: "node", size: 4, isIncomplete: false });
  });

  it("count the elements of an array from its upper bound", () => {
    const image = load(unit(...int, 10, [FIRST, 4], 11, 0xff, 0, ...variable("x", FIRST + 7), 0));
    expect(image.globals("x").map((v) => typeName(v.type))).toEqual(["int [256]"]);
  });
});

describe("corrupt entries", () => {
  it.each<[string, Part[], string]>([
    ["an abbreviation that is not defined", [99], "abbreviation 99 is not defined"],
    ["an entry that is cut off", [6, "x"], "ends too early"],
    ["children without an end", [4, "node", 4], "ends too early"],
    ["a string without an end", [2, Uint8Array.of(0x61, 0x62)], "string without an end"],
  ])("note %s; the symbols still answer", (_, entries, problem) => {
    const image = load(unit(...entries));
    expect(image.functionAt(0x1004)).toMatchObject({ name: "f", hasDebugInfo: false });
    expect(what(image)).toMatchObject([{ code: "dwarf-corrupt", section: ".debug_info", what: problem }]);
  });

  it("end at a type that refers to itself", () => {
    const image = load(unit(8, "ring", [FIRST, 4], ...variable("x", FIRST), 0));
    const type = image.globals("x")[0]?.type;
    expect(type && strip(type)).toEqual({ kind: "void" });
  });

  it("end at references to nothing", () => {
    const image = load(unit(...variable("x", 0x7fffffff), 0));
    expect(image.globals("x").map((v) => v.type.kind)).toEqual(["void"]);
    const inside = load(unit(...variable("x", 2), 0));
    expect(inside.globals("x").map((v) => v.type.kind)).toEqual(["void"]);
    expect(what(inside)).toMatchObject([{ what: "reference outside of the unit" }]);
  });

  it("leave the other units readable", () => {
    const image = load(bytes(unit(99), unit(...int, ...variable("x", FIRST), 0)));
    expect(image.globals("x").map((v) => typeName(v.type))).toEqual(["int"]);
    expect(what(image)).toHaveLength(1);
  });
});

describe("a type by name", () => {
  it("is looked for unit by unit; whoever asks for all reads the others", () => {
    const image = load(bytes(unit(...int, 0), unit(99), unit(...int, ...variable("x", FIRST), 0)));
    expect(image.typeNamed("int")).toMatchObject({ kind: "base", name: "int" });
    expect(what(image)).toEqual([]);
    expect(image.globals("x").map((v) => v.name)).toEqual(["x"]);
    expect(what(image)).toHaveLength(1);
  });
});

describe("corrupt abbreviations", () => {
  it.each<[string, Uint8Array, string]>([
    ["an empty table", new Uint8Array(0), "ends too early"],
    ["a table that is cut off", ABBREVS.subarray(0, 9), "ends too early"],
    ["a LEB128 number without an end", new Uint8Array(64).fill(0xff), "a LEB128 number without an end"],
    ["a form that is not known", bytes(1, 0x11, 1, 0x03, 0x7e, 0, 0, 0), "attribute form 0x7e"],
  ])("note %s; the symbols still answer", (_, abbrevs, problem) => {
    const image = load(unit(...int, 0), abbrevs);
    expect(image.typeNamed("int")).toBeUndefined();
    expect(image.symbolAt(0x1004)?.symbol.name).toBe("f");
    expect(what(image)).toMatchObject([{ code: "dwarf-corrupt", what: problem }]);
  });

  it("note an indirect form of an indirect form", () => {
    const indirect = bytes(1, 0x11, 1, 0x03, 0x16, 0, 0, 0);
    const image = load(sized([5, 2], 1, 4, [0, 4], 1, new Uint8Array(300).fill(0x16)), indirect);
    expect(image.typeNamed("int")).toBeUndefined();
    expect(what(image)).toMatchObject([{ what: "indirect form of an indirect form" }]);
  });
});

describe("unit headers", () => {
  it.each<[string, Uint8Array, object]>([
    ["of an unknown version", sized([9, 2], 1, 4, [0, 4]), { code: "dwarf-unsupported", what: "DWARF version 9" }],
    ["for 64-bit addresses", sized([5, 2], 1, 8, [0, 4]), { code: "dwarf-unsupported", what: "address size 8" }],
    ["of 64-bit DWARF", bytes([0xffffffff, 4], [20, 4], [0, 4]), { what: "64-bit DWARF" }],
    ["longer than the section", bytes([1000, 4], [5, 2]), { what: "unit longer than its section" }],
    ["shorter than a header", sized([5, 2], 1), { code: "dwarf-corrupt" }],
  ])("%s are noted", (_, info, problem) => {
    const image = load(info);
    expect(image.hasDebugInfo).toBe(false);
    expect(what(image)).toMatchObject([problem]);
  });

  it("that cannot be read do not hide the units after them", () => {
    const image = load(bytes(sized([9, 2], 1, 4, [0, 4]), unit(...int, ...variable("x", FIRST), 0)));
    expect(image.globals("x")).toHaveLength(1);
  });
});
