import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { SymbolImage, type FrameState } from "../../../../debug-adapter/symbols/index";
import { bytes, elf, symbolSections, text } from "./image-builder";

const image = SymbolImage.load(
  elf([
    text(0x1000, 0x100),
    { name: ".data", bytes: new Uint8Array(16), flags: 3, address: 0x2000 },
    ...symbolSections(
      [
        { name: "start", address: 0x1000, size: 0x20 },
        { name: "table", address: 0x2000, size: 8, type: 1, section: 2 },
      ],
      3,
    ),
  ]),
);

describe("SymbolImage without DWARF", () => {
  it("says that it has no debug information, and no problem", () => {
    expect([image.hasDebugInfo, image.problems]).toEqual([false, []]);
  });

  it("finds functions by their ELF symbols", () => {
    expect(image.functionAt(0x101f)).toMatchObject({ name: "start", entry: 0x1000, hasDebugInfo: false });
    expect(image.functionsNamed("start")).toHaveLength(1);
    expect(image.functionNames()).toEqual(["start"]);
    expect(image.functionAt(0x1020)).toBeUndefined();
  });

  it("takes no object for a function", () => {
    expect(image.functionsNamed("table")).toEqual([]);
    expect(image.addressesOfFunction("table")).toEqual([]);
  });

  it("puts a function breakpoint on its first instruction", () => {
    expect(image.addressesOfFunction("start")).toEqual([{ address: 0x1000, functionName: "start", isInlined: false }]);
  });

  it("gives one frame without line and variables", () => {
    expect(image.framesAt(0x1004)).toMatchObject([
      { functionName: "start", position: undefined, parameters: [], scopes: [{ variables: [] }] },
    ]);
  });

  it("finds objects and symbols by address", () => {
    expect(image.objectAt(0x2007)).toMatchObject({ symbol: { name: "table" }, offset: 7 });
    expect(image.symbolAt(0x1010)).toMatchObject({ symbol: { name: "start" }, offset: 16 });
    expect(image.symbolNamed("table")?.address).toBe(0x2000);
  });

  it("answers questions that need DWARF with nothing", () => {
    const frame: FrameState = {
      pc: 0x1000,
      isReturnAddress: false,
      registers: [],
      readMemory: () => undefined,
    };
    expect(image.lineAt(0x1000)).toBeUndefined();
    expect(image.sourceFiles()).toEqual([]);
    expect(image.linesWithCode("main.c")).toEqual([]);
    expect(image.addressesOf("main.c", 1)).toBeUndefined();
    expect(image.globals("table")).toEqual([]);
    expect(image.globalNames()).toEqual([]);
    expect(image.typeNamed("int")).toBeUndefined();
    expect(image.enumeratorNamed("RED")).toBeUndefined();
    expect(image.unwind(frame)).toBeUndefined();
    expect(image.evaluateLocation({ kind: "none" }, frame)).toEqual({ kind: "optimizedOut" });
  });
});

describe("a compressed section of DWARF", () => {
  const damaged = "damaged compression";
  const zlib = (size: number, data: Uint8Array): Uint8Array => bytes([1, 4], [size, 4], [1, 4], data);
  const packed = new Uint8Array(deflateSync(new Uint8Array(32)));

  it.each<[string, string, Uint8Array, string]>([
    ["of an unknown method", ".debug_info", bytes([9, 4], [32, 4], [1, 4], packed), "compression 9"],
    ["without a header", ".debug_info", bytes([1, 4]), damaged],
    ["that ends too early", ".debug_info", zlib(32, packed.subarray(0, 5)), damaged],
    ["of another size than it says", ".debug_info", zlib(33, packed), damaged],
    ["that says it is larger than it can be", ".debug_info", zlib(1 << 28, packed), damaged],
    ["that says it has four gigabytes", ".debug_info", zlib(0xfffffffe, packed), "a section of 4294967294 bytes"],
    ["of noise", ".debug_info", bytes([2, 4], [32, 4], [1, 4], packed), damaged],
    ["without the letters of GNU's form", ".zdebug_info", new Uint8Array(64), damaged],
  ])("%s is noted, and the rest is read", (_, name, contents, what) => {
    const section = { name, bytes: contents, flags: name === ".debug_info" ? 0x800 : 0 };
    const compressed = SymbolImage.load(elf([text(0x1000, 16), section]));
    expect(compressed.hasDebugInfo).toBe(false);
    expect(compressed.problems.map((p) => p.problem)).toMatchObject([{ section: name, what }]);
  });
});
