import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createHash } from "node:crypto";
import { type GeneralName, Machine } from "../../../emulator/index";

/** Both tiers run the same image; at random instruction counts all that a guest can see is compared. */

const MEMORY = 64 << 20;
const REGISTERS: GeneralName[] = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip", "eflags"];
const IMAGES: [name: string, kernel: string, modules: string[]][] = [
  ["bare/hello", "dist/sample-guests/bare/hello.elf", []],
  ["the VMM with pv/hello", "dist/vmm.elf", ["dist/sample-guests/pv/hello.elf"]],
  ["the VMM with pv/refusals", "dist/vmm.elf", ["dist/sample-guests/pv/refusals.elf"]],
];

/** Park and Miller's generator: the same counts in every run. */
function* random(seed: number): Generator<number> {
  for (let state = seed; ; ) yield (state = (state * 48271) % 0x7fffffff);
}

function start(engine: "interpreter" | "compiled", kernel: string, modules: string[]): Machine {
  const machine = new Machine({ memoryBytes: MEMORY, engine });
  machine.boot(readFileSync(kernel), {
    modules: modules.map((file) => ({ bytes: readFileSync(file), commandLine: "" })),
  });
  return machine;
}

const state = (machine: Machine): string =>
  REGISTERS.map((name) => `${name}=${machine.registers.get(name).toString(16)}`).join(" ") + ` cpl=${machine.cpl.toString()} ticks=${machine.ticks.toString()}`;

const memoryHash = (machine: Machine): string =>
  createHash("sha1").update(machine.memory.readPhysical(0, MEMORY)).digest("hex");

describe("the compiled engine in lockstep with the interpreter", () => {
  it.each(IMAGES)("agrees with it on %s at random instruction counts", (_name, kernel, modules) => {
    const [ours, theirs] = [start("interpreter", kernel, modules), start("compiled", kernel, modules)];
    const counts = random(20031020);
    let stops = 0;
    for (let ended = false; !ended; stops++) {
      const instructions = 1 + (counts.next().value as number) % 400_000;
      const stop = ours.run({ instructions });
      expect(theirs.run({ instructions })).toEqual(stop);
      expect(state(theirs)).toBe(state(ours));
      ended = stop.kind !== "count";
    }
    expect(memoryHash(theirs)).toBe(memoryHash(ours));
    expect(stops).toBeGreaterThan(0);
    if (ours.instructions > 3_000_000) expect(theirs.compiledInstructions).toBeGreaterThan(0);
  });
});
