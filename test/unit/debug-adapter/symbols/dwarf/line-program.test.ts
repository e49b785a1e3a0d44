import { describe, expect, it } from "vitest";
import { SymbolImage } from "../../../../../debug-adapter/symbols/index";
import { bytes, elf, sized, text, type Part, type SectionSpec } from "../image-builder";

/** Abbreviation 1: a compile unit with name, line table and code [low, low + size). */
const ABBREV = bytes(1, 0x11, 0, 0x03, 0x08, 0x1b, 0x08, 0x10, 0x17, 0x11, 0x01, 0x12, 0x06, 0, 0, 0);
const UNIT = sized([5, 2], 1, 4, [0, 4], 1, "main.c", "/src", [0, 4], [0x1000, 4], [0x100, 4]);
const OPERANDS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

/** A header of version 5: `/src` and `/src/include`, files 0 and 1 `main.c`, 2 `include/a.h`. */
function version5(...program: Part[]): Uint8Array {
  const directories = bytes(1, 1, 8, 2, "/src", "include");
  const files = bytes(2, 1, 8, 2, 0x0b, 3, "main.c", 0, "main.c", 0, "a.h", 1);
  const header = bytes(1, 1, 1, 0xfb, 14, 13, ...OPERANDS, directories, files);
  return sized([5, 2], 4, 0, sized(header), ...program);
}

/** The same tables as version 4 writes them. */
function version4(...program: Part[]): Uint8Array {
  const header = bytes(1, 1, 1, 0xfb, 14, 13, ...OPERANDS, "include", 0, "main.c", 0, 0, 0, "a.h", 1, 0, 0, 0);
  return sized([4, 2], sized(header), ...program);
}

function image(line: Uint8Array): SymbolImage {
  const debug: SectionSpec[] = [
    { name: ".debug_abbrev", bytes: ABBREV },
    { name: ".debug_info", bytes: UNIT },
    { name: ".debug_line", bytes: line },
  ];
  return SymbolImage.load(elf([text(0x1000, 0x100), ...debug]));
}

const setAddress = (address: number): Part[] => [0, 5, 2, [address, 4]];
const endSequence: Part[] = [0, 1, 1];
/** Special opcode: advances by `pc` bytes and `line` lines, then a row. */
const special = (pc: number, line: number): number => 13 + (line + 5) + 14 * pc;

/** The first row of a sequence, at line 10. */
const lineTen: Part[] = [3, { sleb: 1 }, special(0, 8)];

const program: Part[] = [
  ...setAddress(0x1000),
  ...[...lineTen, special(4, 1), 6, special(2, 0), 6],
  ...[4, 2, 3, { sleb: 20 }, 2, { uleb: 6 }, 1],
  ...[2, { uleb: 4 }, ...endSequence],
];

const rows = (symbols: SymbolImage, addresses: readonly number[]): unknown[] =>
  addresses.map((address) => {
    const row = symbols.lineAt(address);
    return row && [row.file, row.line, row.isStmt, row.low, row.high];
  });

describe.each([
  ["version 5", version5],
  ["version 4", version4],
])("a line program, %s", (_, build) => {
  it("gives rows by address with the run of their line", () => {
    const symbols = image(build(...program));
    expect(rows(symbols, [0x1000, 0x1003, 0x1004, 0x1006, 0x100b, 0x100c, 0x1010])).toEqual([
      ["/src/main.c", 10, true, 0x1000, 0x1004],
      ["/src/main.c", 10, true, 0x1000, 0x1004],
      ["/src/main.c", 11, true, 0x1004, 0x100c],
      ["/src/main.c", 11, false, 0x1004, 0x100c],
      ["/src/main.c", 11, false, 0x1004, 0x100c],
      ["/src/include/a.h", 31, true, 0x100c, 0x1010],
      undefined,
    ]);
    expect(symbols.sourceFiles()).toEqual(["/src/include/a.h", "/src/main.c"]);
    expect(symbols.problems).toEqual([]);
  });

  it("binds a line to its first statement, or slides to the next line with code", () => {
    const symbols = image(build(...program));
    expect(symbols.addressesOf("/src/main.c", 10)?.locations[0]?.address).toBe(0x1000);
    expect(symbols.addressesOf("/src/main.c", 1)).toMatchObject({
      line: 10,
      locations: [{ address: 0x1000 }],
    });
    expect(symbols.addressesOf("/src/main.c", 12)).toBeUndefined();
    expect(symbols.addressesOf("/src/other.c", 10)).toBeUndefined();
  });

  it("counts line 0 to the line before", () => {
    const symbols = image(
      build(...setAddress(0x1000), ...lineTen, 3, { sleb: -10 }, special(4, 0), 2, 4, ...endSequence),
    );
    expect(symbols.lineAt(0x1005)?.line).toBe(10);
  });

  it("leaves out code that the linker dropped", () => {
    const symbols = image(build(...setAddress(0), ...lineTen, 2, 8, ...endSequence, ...program));
    expect(symbols.addressesOf("/src/main.c", 10)?.locations).toHaveLength(1);
  });

  it("passes over opcodes that it does not know by their operand counts", () => {
    const symbols = image(build(12, { uleb: 300 }, 0, 3, 0x80, 1, 2, ...program));
    expect(symbols.lineAt(0x1000)?.line).toBe(10);
  });

  it("advances by const_add_pc and fixed_advance_pc", () => {
    const symbols = image(build(...setAddress(0x1000), ...lineTen, 8, 9, [3, 2], special(0, 1), 2, 4, ...endSequence));
    expect(symbols.lineAt(0x1000 + 17 + 3)?.line).toBe(11);
  });

  it("notes a program that ends in mid-opcode and still answers by symbol", () => {
    const symbols = image(build(...program, 0, 5, 2, 1));
    expect(symbols.lineAt(0x1000)).toBeUndefined();
    expect(symbols.problems.map((p) => p.problem)).toMatchObject([{ code: "dwarf-corrupt", section: ".debug_line" }]);
  });
});

describe("a line header that cannot be read", () => {
  const broken = (change: (line: Uint8Array) => void): SymbolImage => {
    const line = version5(...program);
    change(line);
    return image(line);
  };

  it("is noted when its version is unknown", () => {
    const symbols = broken((line) => line.set([9], 4));
    expect(symbols.lineAt(0x1000)).toBeUndefined();
    const problem = {
      code: "dwarf-unsupported",
      section: ".debug_line",
      offset: 0,
      what: "line table version 9",
    };
    expect(symbols.problems.map((p) => p.problem)).toEqual([problem]);
  });

  it("is noted when its line range is 0", () => {
    const symbols = broken((line) => line.set([0], 16));
    expect(symbols.lineAt(0x1000)).toBeUndefined();
    expect(symbols.problems[0]?.problem).toMatchObject({ what: "line range 0" });
  });

  it("is noted when it is longer than its section", () => {
    const symbols = broken((line) => line.set([0xff, 0xff], 0));
    expect(symbols.lineAt(0x1000)).toBeUndefined();
    expect(symbols.problems[0]?.problem).toMatchObject({ what: "line program longer than its section" });
  });
});
