import { describe, expect, it } from "vitest";
import { ElfFile } from "../../../../../debug-adapter/symbols/elf/elf-file";
import { SymbolTable } from "../../../../../debug-adapter/symbols/elf/symbol-table";
import { elf, symbolSections, text, type SymbolSpec } from "../image-builder";

function table(...symbols: SymbolSpec[]): SymbolTable {
  const data = { name: ".data", bytes: new Uint8Array(16), flags: 3, address: 0x2000 };
  return new SymbolTable(new ElfFile(elf([text(0x1000, 0x100), data, ...symbolSections(symbols, 3)])));
}

const label = 0;
const object = 1;
const missing = { name: "", address: 0, size: 1, kind: "other", isGlobal: false } as const;

describe("SymbolTable", () => {
  it("finds the function that holds an address, with the offset in it", () => {
    const hit = table({ name: "f", address: 0x1010, size: 8 }).at(0x1017);
    expect([hit?.symbol.name, hit?.offset]).toEqual(["f", 7]);
  });

  it("finds nothing after a function's end", () => {
    expect(table({ name: "f", address: 0x1010, size: 8 }).at(0x1018)).toBeUndefined();
  });

  it("takes the nearest label below where nothing has a size", () => {
    const symbols = table({ name: "a", address: 0x1000, type: label }, { name: "b", address: 0x1010, type: label });
    expect(symbols.functionAt(0x10ff)?.symbol.name).toBe("b");
  });

  it("prefers the function around a label inside it", () => {
    const symbols = table({ name: "f", address: 0x1000, size: 0x20 }, { name: "l", address: 0x1008, type: label });
    expect(symbols.at(0x1009)?.symbol.name).toBe("f");
  });

  it("does not reach from one section into another", () => {
    expect(table({ name: "f", address: 0x1010 }).at(0x2004)).toBeUndefined();
  });

  it("shows the global of two names for one address", () => {
    const symbols = table({ name: "local", address: 0x1000, local: true }, { name: "global", address: 0x1000 });
    expect(symbols.at(0x1000)?.symbol.name).toBe("global");
  });

  it("ends a function without a size where the next begins", () => {
    const symbols = table({ name: "f", address: 0x1000 }, { name: "g", address: 0x1010 });
    expect(["f", "g"].map((name) => symbols.endOf(symbols.named(name) ?? missing))).toEqual([0x1010, 0x1100]);
  });

  it("finds objects by name and by address", () => {
    const symbols = table({ name: "x", address: 0x2004, size: 4, type: object, section: 2 });
    expect(symbols.named("x")?.kind).toBe("object");
    expect(symbols.at(0x2006, (s) => s.kind === "object")?.offset).toBe(2);
  });

  it("leaves out symbols that are not defined here", () => {
    expect(table({ name: "elsewhere", address: 0, section: 0 }).named("elsewhere")).toBeUndefined();
  });
});
