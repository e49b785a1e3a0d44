import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type GeneralName, Machine, type Stop } from "../../../emulator/index";
import { buildBoot, guestNames, kernelNames } from "../../bench/kernels.mjs";
import { Rng } from "../../differential/rng";
import { dist } from "../../harness/machines/machine";
import { describeWith, program } from "../../harness/tools";

/**
 * Both engines run the same image. At random instruction counts all that a guest
 * can see is compared; in between come breakpoints, single steps, typed input,
 * and code that is written anew with the bytes it has.
 */

const MEMORY = 64 << 20;
/** Images that never end are left after so many instructions. */
const LONGEST = 12_000_000;
/** Stops between two comparisons of all RAM. */
const HASH_EVERY = 24;
const REGISTERS: GeneralName[] = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip", "eflags"];

interface Image {
  name: string;
  kernel: string;
  modules: readonly string[];
}

const elvesIn = (folder: string): string[] => readdirSync(join(dist, folder)).filter((file) => file.endsWith(".elf"));

const BARE = elvesIn("sample-guests/bare").map((file): Image => ({
  name: `bare/${file}`,
  kernel: join(dist, "sample-guests/bare", file),
  modules: [],
}));
const GUESTS = elvesIn("sample-guests/pv").map((file): Image => ({
  name: `the VMM with pv/${file}`,
  kernel: join(dist, "vmm.elf"),
  modules: [join(dist, "sample-guests/pv", file)],
}));

function start(engine: "interpreter" | "compiled", { kernel, modules }: Image): Machine {
  const machine = new Machine({ memoryBytes: MEMORY, engine });
  machine.boot(readFileSync(kernel), {
    modules: modules.map((file) => ({ bytes: readFileSync(file), commandLine: "" })),
  });
  return machine;
}

const stateOf = (machine: Machine): string =>
  REGISTERS.map((name) => `${name}=${machine.registers.get(name).toString(16)}`).join(" ") +
  ` cpl=${machine.cpl.toString()} ticks=${machine.ticks.toString()} instructions=${machine.instructions.toString()}`;

const memoryHash = (machine: Machine): string =>
  createHash("sha1").update(machine.memory.readPhysical(0, MEMORY)).digest("hex");

class Pair {
  readonly interpreted: Machine;
  readonly compiled: Machine;
  private readonly seen: number[] = [];
  private breakpoint = -1;

  constructor(image: Image) {
    this.interpreted = start("interpreter", image);
    this.compiled = start("compiled", image);
  }

  /** One stretch of random length; both must stop for the same reason in the same state. */
  advance(rng: Rng): Stop {
    if (rng.oneIn(4)) this.disturb(rng);
    const instructions = 1 + rng.below(rng.oneIn(3) ? 50 : 600_000);
    const single = rng.oneIn(16);
    const stop = single ? this.interpreted.step() : this.interpreted.run({ instructions });
    expect(single ? this.compiled.step() : this.compiled.run({ instructions })).toEqual(stop);
    expect(stateOf(this.compiled)).toBe(stateOf(this.interpreted));
    this.seen.push(this.interpreted.pc);
    return stop;
  }

  private both(act: (machine: Machine) => void): void {
    act(this.interpreted);
    act(this.compiled);
  }

  private disturb(rng: Rng): void {
    const linear = this.seen.length > 0 ? rng.pick(this.seen) : this.interpreted.pc;
    switch (rng.below(4)) {
      case 0:
        return this.moveBreakpoint(linear);
      case 1:
        return this.both((machine) => machine.serialInput(0, Uint8Array.of(0x61 + (linear & 15), 10)));
      default:
        return this.both((machine) => machine.memory.writeLinear(linear, machine.memory.readLinear(linear, 16)));
    }
  }

  private moveBreakpoint(linear: number): void {
    const old = this.breakpoint;
    this.breakpoint = old < 0 ? linear : -1;
    this.both((machine) => (old < 0 ? machine.setBreakpoint(linear) : machine.clearBreakpoint(old)));
  }

  expectSameMemory(): void {
    expect(memoryHash(this.compiled)).toBe(memoryHash(this.interpreted));
  }
}

const isOver = (stop: Stop): boolean => stop.kind !== "count" && stop.kind !== "breakpoint";

/** Runs the image to its end on both; the share of its instructions that compiled code retired. */
function runToEnd(image: Image, seed: number): number {
  const rng = new Rng(seed);
  const pair = new Pair(image);
  for (let n = 1; pair.interpreted.instructions < LONGEST; n++) {
    if (isOver(pair.advance(rng))) break;
    if (n % HASH_EVERY === 0) pair.expectSameMemory();
  }
  pair.expectSameMemory();
  return pair.compiled.compiledInstructions / pair.compiled.instructions;
}

describe("the engines in lockstep", () => {
  it.each([...BARE, ...GUESTS])("agree on $name at random instruction counts", (image) => {
    const share = runToEnd(image, 20031020);
    if (image.name === "the VMM with pv/hello.elf") expect(share).toBeGreaterThan(0.03);
  });
});

/** The others spend their time in the system: INT, faults, TLB flushes, REP, new code. */
const COMPUTING = new Set([
  "bytecode",
  "chase",
  "codestore",
  "copy",
  "crc32",
  "fib",
  "indirect",
  "registers",
  "sha256",
  "sieve",
]);

describeWith([program("gcc", "gcc")], "the engines in lockstep on the benchmark kernels", () => {
  it.each([...kernelNames, ...guestNames])("agree on %s at random instruction counts", (name) => {
    const boot = buildBoot(name, join(dist, "test", "lockstep-kernels"), { short: true });
    const share = runToEnd({ name, ...boot }, 1966);
    if (COMPUTING.has(name)) expect(share).toBeGreaterThan(0.4);
  });
});
