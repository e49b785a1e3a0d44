/** Real images with random damage: every query still answers, quickly and without an exception of ours. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SymbolError, SymbolImage, type ImageSymbols } from "../../../debug-adapter/symbols/index";
import { ElfFile } from "../../../debug-adapter/symbols/elf/elf-file";
import { threadFact } from "./facts";
import { hasTool, samples } from "./images";
import { generator, randomStates } from "./states";

const ROUNDS = 60;
/** Far above what an honest image takes (30 ms), far below what an endless loop would. */
const MOST_MILLISECONDS = 2000;

/** Asks all that an adapter asks. */
function exercise(image: ImageSymbols): void {
  const { states, read } = randomStates(image, 10);
  for (const { registers } of states) threadFact(image, registers, read);
  for (const file of image.sourceFiles()) image.addressesOf(file, 100);
  for (const name of image.functionNames()) image.addressesOfFunction(name);
  for (const name of image.globalNames()) for (const v of image.globals(name)) image.simplify(v.location, image.entry);
  const node = image.typeNamed("struct node");
  if (node?.kind === "struct") node.members.forEach((member) => member.type);
}

/** Changes some bytes of one section; `seed` says which and how. */
function damage(bytes: Uint8Array, name: string, seed: number): Uint8Array {
  const section = new ElfFile(bytes).sections.find((s) => s.name === name);
  const copy = bytes.slice();
  if (!section || section.size === 0) return copy;
  const random = generator(seed);
  for (let i = 0; i < 8; i++) copy[section.offset + random(section.size)] = random(4) === 0 ? 0xff : random(256);
  return copy;
}

const SECTIONS = [
  ".debug_abbrev",
  ".debug_info",
  ".debug_line",
  ".debug_loclists",
  ".debug_loc",
  ".debug_rnglists",
  ".debug_ranges",
  ".debug_frame",
  ".eh_frame",
  ".debug_str_offsets",
  ".debug_addr",
];

const skip = !hasTool("gcc");
const images = skip ? [] : samples().filter((s) => /-O2|clang -O0 DWARF 5/.test(s.name));

describe.skipIf(skip).each(images)("$name, damaged", ({ path }) => {
  const whole = new Uint8Array(readFileSync(path));
  const present = SECTIONS.filter((name) => (new ElfFile(whole).section(name)?.length ?? 0) > 0);

  it.each(present)("answers every query with %s damaged", (name) => {
    for (let round = 1; round <= ROUNDS; round++) {
      const started = performance.now();
      const image = SymbolImage.load(damage(whole, name, round * 7919));
      exercise(image);
      expect(performance.now() - started).toBeLessThan(MOST_MILLISECONDS);
    }
  });

  it.each([".debug_abbrev", ".debug_info", ".debug_line"])("notes what it cannot read with %s damaged", (name) => {
    const noted = Array.from({ length: ROUNDS }, (_, round) => {
      const image = SymbolImage.load(damage(whole, name, (round + 1) * 7919));
      exercise(image);
      return image.problems.length;
    });
    expect(noted.filter((count) => count > 0).length).toBeGreaterThan(0);
  });

  it("is refused with a reason, or read, when cut off anywhere", () => {
    const random = generator(4711);
    for (let round = 0; round < ROUNDS; round++) {
      const cut = whole.subarray(0, random(whole.length));
      expect(() => SymbolImage.load(cut)).toThrow(SymbolError);
    }
  });
});
