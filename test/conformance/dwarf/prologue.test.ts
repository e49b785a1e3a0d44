/** Frames found by what functions begin with, against the call frame information that the compilers wrote for the same code. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { ElfFile } from "../../../debug-adapter/symbols/elf/elf-file";
import { cfiRow } from "../../../debug-adapter/symbols/frame/cfa-program";
import { FrameTable } from "../../../debug-adapter/symbols/frame/frame-table";
import { rowByPrologue } from "../../../debug-adapter/symbols/frame/prologue";
import { SymbolImage } from "../../../debug-adapter/symbols/index";
import { icedDisassembler } from "../../../debug-adapter/host/iced-disassembler";
import { samples } from "./images";

const EBP = 5;
const withFramePointer = samples().filter(({ name, runs }) => runs && name.includes("-O0"));

describe.each(withFramePointer)("$name", ({ path }) => {
  let image: SymbolImage;
  let table: FrameTable;

  beforeAll(() => {
    const bytes = new Uint8Array(readFileSync(path));
    image = SymbolImage.load(bytes);
    const isLoaded = (): boolean => true;
    table = new FrameTable([new ElfFile(bytes)], isLoaded, () => undefined);
  });

  it("has the CFA, the return address and the saved EBP at each instruction of its functions", () => {
    let compared = 0;
    for (const fn of image.functionNames().flatMap((name) => image.functionsNamed(name))) {
      const [range] = fn.ranges;
      const code = range && image.readStatic(fn.entry, range.high - fn.entry);
      if (!code || !fn.hasDebugInfo || fn.name === "_start" || fn.name === "trap_entry") continue;
      for (const { address, text } of icedDisassembler.disassemble(code, fn.entry, 32, 10_000)) {
        const fde = table.at(address);
        const known = fde && cfiRow(fde, address);
        const guessed = rowByPrologue({ entry: fn.entry, bytes: code }, address, false);
        // Before EBP is popped, ESP points to it: both registers say the same.
        if (text === "pop ebp") continue;
        const at = `${fn.name}+${address - fn.entry}`;
        expect([at, guessed?.cfa, guessed?.registers.get(8)]).toEqual([at, known?.cfa, known?.registers.get(8)]);
        // clang leaves the rule as it is after EBP was popped: the word is still there.
        if (text?.startsWith("ret") !== true)
          expect([at, guessed?.registers.get(EBP)]).toEqual([at, known?.registers.get(EBP)]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(200);
  });
});
