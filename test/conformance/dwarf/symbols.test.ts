/** Our reader against gdb: both look at the same core file, 200 seeded random register states in each image. */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { SymbolImage, type ImageSymbols } from "../../../debug-adapter/symbols/index";
import { coreFile } from "./core-file";
import { sortedVariables, threadFact, type ThreadFact } from "./facts";
import { askGdb } from "./gdb";
import { hasTool, samples } from "./images";
import { randomStates } from "./states";

const ADDRESSES = 200;

interface Comparison {
  ours: ThreadFact[];
  gdb: ThreadFact[];
}

function compare(path: string): Comparison {
  const bytes = new Uint8Array(readFileSync(path));
  const image = SymbolImage.load(bytes);
  const { states, memory, read } = randomStates(image, ADDRESSES);
  const ours = states.map((state) => threadFact(image, state.registers, read));
  expect(image.problems).toEqual([]);
  const gdb = askGdb("gdb-facts.py", bytes, coreFile(states, memory)) as ThreadFact[];
  return {
    ours,
    gdb: gdb.map((fact) => (returnsToCode(image, fact) ? fact : { ...fact, callerFrames: "unknown" })),
  };
}

/** In data gdb takes the nearest name for a function's. */
function returnsToCode(image: ImageSymbols, { caller }: ThreadFact): boolean {
  const eip = caller === "unknown" ? null : (caller?.["eip"] ?? null);
  const holds = (low: number, size: number): boolean => eip !== null && eip >= low && eip < low + size;
  return image.segments.some((segment) => segment.executable && holds(segment.virtual, segment.memorySize));
}

const skip = !hasTool("gdb");
if (skip) console.warn("gdb is not installed: the DWARF reader is not compared with it");

describe.skipIf(skip).each(skip ? [] : samples())("$name at 200 random addresses, as gdb sees it", ({ path }) => {
  let ours: ThreadFact[];
  let gdb: ThreadFact[];
  const at = (i: number): string => `0x${(gdb[i]?.pc ?? 0).toString(16)}`;

  beforeAll(() => {
    ({ ours, gdb } = compare(path));
  });

  /** Compares one aspect of all states where gdb knows it; what fails shows those that differ only. */
  function same(aspect: (fact: ThreadFact) => unknown): void {
    const pairs = gdb.map((theirs, i) => ({
      at: at(i),
      ours: ours[i] && aspect(ours[i]),
      gdb: aspect(theirs),
    }));
    const known = pairs.filter((pair) => pair.gdb !== "unknown");
    expect(known.filter((pair) => !isDeepStrictEqual(pair.ours, pair.gdb))).toEqual([]);
  }

  it("covers 200 addresses", () => {
    expect(gdb.length).toBe(ADDRESSES);
  });

  it("gives each address its file and line", () => {
    same((fact) => fact.line);
  });

  it("gives each address its function and the chain of inlined calls with their lines", () => {
    same((fact) => fact.frames.map((f) => [f.name, f.inlined, f.position]));
  });

  it("finds each variable in scope with its type, place and bytes", () => {
    same((fact) => sortedVariables(fact.frames));
  });

  it("unwinds to the caller's registers", () => {
    same((fact) => fact.caller);
    expect(gdb.filter((fact) => fact.caller === "unknown").length).toBeLessThan(ADDRESSES / 10);
  });

  it("finds function, lines and variables in the calling frame", () => {
    same(({ callerFrames }) =>
      callerFrames === "unknown"
        ? "unknown"
        : callerFrames.map((f) => [f.name, f.inlined, f.position, sortedVariables([f])]),
    );
  });
});
