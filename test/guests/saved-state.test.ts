/** Machines that are saved at random instants, put into another machine and run on, against one that was never cut. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Engine, Machine, type MachineOptions, type Stop } from "../../emulator/index";
import { Rng } from "../differential/rng";

const DIST = join(import.meta.dirname, "../../dist");
const image = (name: string): Uint8Array => readFileSync(join(DIST, name));
const STEP = 400_000;
const INSTANTS = 6;

/** What comes out of COM1 and COM2. */
const outputs = new WeakMap<Machine, string[]>();

function machineOf(engine: Engine): Machine {
  const sent = ["", ""];
  const options: MachineOptions = {
    memoryBytes: 32 << 20,
    engine,
    onSerial: (port, bytes) => (sent[port] += Buffer.from(bytes).toString("latin1")),
  };
  const machine = new Machine(options);
  outputs.set(machine, sent);
  return machine;
}

function boot(engine: Engine, guest: string): Machine {
  const machine = machineOf(engine);
  const kernel = image(`sample-guests/${guest}.elf`);
  if (guest.startsWith("pv/")) machine.boot(image("vmm.elf"), { modules: [{ bytes: kernel, commandLine: "" }] });
  else machine.boot(kernel);
  return machine;
}

/** All of a machine's state in short. */
function hash(machine: Machine): string {
  const { parts, ram } = machine.save();
  const sum = createHash("sha256").update(ram);
  for (const part of parts) sum.update(typeof part === "number" ? `${part.toString()},` : part);
  return sum.digest("hex");
}

/** What is typed while the guest runs, by instruction. */
const TYPED = [3_000_000, 5_900_000];

/** Runs to an instruction, with what is typed on the way. */
function runTo(machine: Machine, instruction: number): Stop {
  let stop: Stop = { kind: "count" };
  for (const at of [...TYPED, Infinity]) {
    if (at <= machine.instructions) continue;
    stop = machine.run({ instructions: Math.min(at, instruction) - machine.instructions });
    if (stop.kind !== "count" || machine.instructions >= instruction) return stop;
    machine.serialInput(0, Uint8Array.of(0x61, 0x0d));
  }
  return stop;
}

const outputOf = (machine: Machine): string[] => outputs.get(machine) ?? [];

describe.each<[string, Engine]>([
  ["pv/hello", "compiled"],
  ["pv/hello", "interpreter"],
  ["bare/hello", "compiled"],
])("%s, %s, saved and loaded", (guest, engine) => {
  it("comes to the same states, output and end in another machine", () => {
    const rng = new Rng(guest.length);
    const whole = boot(engine, guest);
    let cut = boot(engine, guest);
    for (let n = 1; n <= INSTANTS; n++) {
      const at = n * STEP * (guest.startsWith("pv/") ? 3 : 1) + rng.below(STEP);
      const stops = [runTo(whole, at), runTo(cut, at)];
      expect(stops[1]).toEqual(stops[0]);
      if (stops[0]?.kind !== "count") return;
      expect(hash(cut)).toBe(hash(whole));
      const saved = cut.save();
      // What the old machine does from here on is lost with it.
      cut.run({ instructions: 1 + rng.below(STEP) });
      const next = machineOf(rng.oneIn(2) ? engine : "interpreter");
      outputs.set(next, [...outputOf(whole)]);
      next.load(saved);
      cut = next;
      expect([cut.instructions, cut.ticks]).toEqual([whole.instructions, whole.ticks]);
    }
    expect(cut.run()).toEqual(whole.run());
    expect([cut.instructions, cut.ticks]).toEqual([whole.instructions, whole.ticks]);
    expect(outputOf(cut).at(0)).toBe(outputOf(whole).at(0));
  });
});

it("a machine goes back to where it was, as often as one likes", () => {
  const machine = boot("compiled", "pv/hello");
  machine.run({ instructions: 5_800_000 });
  const saved = machine.save();
  const ends = [1, 2, 3].map((n) => {
    machine.load(saved);
    machine.run({ instructions: n * 1000 });
    machine.load(saved);
    machine.run({ instructions: 300_000 });
    return hash(machine);
  });
  expect(new Set(ends).size).toBe(1);
});

it("a machine that is over has no state to be saved", () => {
  const machine = boot("interpreter", "bare/hello");
  expect(machine.run().kind).toBe("exit");
  expect(() => machine.save()).toThrow("over");
});
