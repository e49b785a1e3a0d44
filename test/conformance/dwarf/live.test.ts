/** Our unwinder and variables against gdb in a program that really runs, through every frame to its entry. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { SymbolImage, type ReadMemory } from "../../../debug-adapter/symbols/index";
import { allFrames, sortedVariables, type FrameFact } from "./facts";
import { askGdb } from "./gdb";
import { hasTool, samples } from "./images";

interface Stop {
  registers: Record<string, number>;
  memory: { address: number; hex: string }[];
  frames: FrameFact[][];
}

function reader(stop: Stop): ReadMemory {
  const regions = stop.memory.map(({ address, hex }) => ({ address, bytes: Buffer.from(hex, "hex") }));
  return (address, length) => {
    const region = regions.find((r) => address >= r.address && address < r.address + r.bytes.length);
    return region?.bytes.subarray(address - region.address, address - region.address + length);
  };
}

const skip = !hasTool("gdb");
if (skip) console.warn("gdb is not installed: the unwinder is not compared with it");
const programs = skip ? [] : samples().filter((sample) => sample.runs);

describe.skipIf(skip).each(programs)("$name, stopped by gdb where it calls stop_here", ({ path }) => {
  let stops: Stop[];
  let ours: FrameFact[][][];

  beforeAll(() => {
    const bytes = new Uint8Array(readFileSync(path));
    stops = askGdb("gdb-live.py", bytes) as Stop[];
    const image = SymbolImage.load(bytes);
    ours = stops.map((stop) => allFrames(image, stop.registers, reader(stop)));
  });

  it("stops several times, three frames deep or more", () => {
    expect(stops.length).toBeGreaterThan(4);
    expect(Math.min(...stops.map((stop) => stop.frames.length))).toBeGreaterThan(2);
  });

  it("unwinds to the entry through the same functions and lines", () => {
    const chain = (frames: FrameFact[][]): unknown =>
      frames.map((machine) => machine.map((f) => [f.name, f.inlined, f.position]));
    expect(ours.map(chain)).toEqual(stops.map((stop) => chain(stop.frames)));
  });

  it("shows each variable of each frame with the same type, place and bytes", () => {
    const variables = (frames: FrameFact[][]): unknown => frames.map(sortedVariables);
    expect(ours.map(variables)).toEqual(stops.map((stop) => variables(stop.frames)));
  });
});
