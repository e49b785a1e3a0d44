import { describe, expect, it } from "vitest";
import { ElfFile } from "../../../../../debug-adapter/symbols/elf/elf-file";
import { SymbolError, type SymbolProblem } from "../../../../../debug-adapter/symbols/index";
import { bytes, elf, text } from "../image-builder";

const image = elf([text(0x1000, 16), { name: ".bss", bytes: new Uint8Array(0), type: 8 }]);

/** The problem with which a file is refused. */
function refusal(file: Uint8Array): SymbolProblem | undefined {
  try {
    new ElfFile(file);
  } catch (error) {
    if (error instanceof SymbolError) return error.problem;
    throw error;
  }
  return undefined;
}

/** The image with a 16-bit or 8-bit field changed. */
function changed(offset: number, value: number, size: 1 | 2 | 4 = 2): Uint8Array {
  const copy = image.slice();
  copy.set(bytes([value, size]), offset);
  return copy;
}

describe("ElfFile", () => {
  it("reads entry, sections and segments", () => {
    const file = new ElfFile(image);
    expect(file.entry).toBe(0x1000);
    expect(file.sections.map((s) => s.name)).toEqual(["", ".text", ".bss", ".shstrtab"]);
    expect(file.segments).toMatchObject([{ virtual: 0x1000, fileSize: 16, executable: true, writable: false }]);
  });

  it.each([
    ["an empty file", new Uint8Array(0)],
    ["three bytes", image.subarray(0, 3)],
    ["text", new TextEncoder().encode("#!/bin/sh\n")],
  ])("refuses %s as no ELF", (_, file) => {
    expect(refusal(file)).toEqual({ code: "not-elf" });
  });

  it("refuses a 64-bit image, cut off or not", () => {
    expect(refusal(changed(4, 2, 1))).toEqual({ code: "elf-64-bit" });
    expect(refusal(changed(4, 2, 1).subarray(0, 20))).toEqual({ code: "elf-64-bit" });
  });

  it("refuses a big-endian image", () => {
    expect(refusal(changed(5, 2, 1))).toEqual({ code: "elf-big-endian" });
  });

  it("refuses the code of another machine with its number", () => {
    expect(refusal(changed(18, 40))).toEqual({ code: "elf-machine", machine: 40 });
  });

  it("refuses an object file that is not linked", () => {
    expect(refusal(changed(16, 1))).toEqual({ code: "elf-type", type: 1 });
  });

  it("says what is missing of a header that is cut off", () => {
    const problem = { code: "elf-truncated", what: "header", end: 52, size: 30 };
    expect(refusal(image.subarray(0, 30))).toEqual(problem);
  });

  it("says what is missing of program headers that are cut off", () => {
    const problem = { code: "elf-truncated", what: "program headers", end: 84, size: 60 };
    expect(refusal(image.subarray(0, 60))).toEqual(problem);
  });

  it("says what is missing of a segment that is cut off", () => {
    const problem = { code: "elf-truncated", what: "a segment", end: 100, size: 90 };
    expect(refusal(image.subarray(0, 90))).toEqual(problem);
  });

  it("refuses an image cut off anywhere", () => {
    for (let size = 52; size < image.length; size++) {
      expect(refusal(image.subarray(0, size))?.code).toBe("elf-truncated");
    }
  });

  it("refuses section headers of another size", () => {
    expect(refusal(changed(46, 39))).toEqual({
      code: "elf-corrupt",
      what: "section header size",
      offset: 46,
    });
  });

  it("refuses a section name table that is not there", () => {
    expect(refusal(changed(50, 77))).toEqual({ code: "elf-corrupt", what: "section name index", offset: 50 });
  });

  it("reads an image without sections", () => {
    const bare = changed(32, 0, 4);
    expect(new ElfFile(bare).sections).toEqual([]);
  });

  it("gives initial memory with zeros after the file's part and nothing outside", () => {
    const grown = changed(52 + 20, 24, 4);
    const file = new ElfFile(grown);
    expect(file.readStatic(0x100e, 4)).toEqual(Uint8Array.of(0x90, 0x90, 0, 0));
    expect(file.readStatic(0x1016, 4)).toEqual(Uint8Array.of(0, 0));
    expect(file.readStatic(0x0fff, 4)).toBeUndefined();
  });

  it("reads notes and ends the list at one that does not fit", () => {
    const note = bytes([4, 4], [4, 4], [1, 4], "Xen", [0xc0de, 4]);
    const broken = bytes([4, 4], [400, 4], [2, 4], "Xen");
    const file = new ElfFile(elf([text(0x1000, 4), { name: ".notes", bytes: bytes(note, broken), type: 7 }]));
    expect(file.notes).toEqual([{ name: "Xen", type: 1, description: bytes([0xc0de, 4]) }]);
  });
});
