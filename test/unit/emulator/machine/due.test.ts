import { describe, expect, it } from "vitest";
import type { Engine, Machine } from "../../../../emulator/index";
import { Rng } from "../../../differential/rng";
import { Code, descriptorTables, machineWith, START } from "./guest-code";

/** inc eax; nop; jmp back: three instructions a round. */
const hot = (): Code => new Code().hex("40 90 ebfc");
const NOP = START + 1;
const UD = 6;

/** A loop of UD2 and an inc; the handler skips UD2: inc, add dword [esp], iret. Returns where the loop begins. */
function faulting(engine: Engine): { machine: Machine; loop: number } {
  const code = new Code().loadTables();
  const loop = code.here;
  code.hex("0f0b 40 ebfb");
  const handler = code.here;
  code.hex("43 83042402 cf");
  const machine = machineWith(code, { engine });
  descriptorTables(machine, { [UD]: handler });
  return { machine, loop };
}

/** Instructions between two questions, for `questions` of them. */
function distances(machine: Machine, questions: number): number[] {
  const asked: number[] = [machine.instructions];
  machine.run({ isDue: () => asked.push(machine.instructions) > questions });
  return asked.slice(1).map((at, n) => at - (asked[n] ?? 0));
}

describe.each<Engine>(["interpreter", "compiled"])("a run that may be due to come back, %s", (engine) => {
  it("asks after some ten thousand instructions where code only runs", () => {
    const machine = machineWith(hot(), { engine });
    const most = Math.max(...distances(machine, 200));
    expect(most).toBeGreaterThan(10_000);
    expect(most).toBeLessThanOrEqual(150_000);
  });

  it("asks after a few dozen exceptions", () => {
    const { machine } = faulting(engine);
    expect(Math.max(...distances(machine, 200))).toBeLessThanOrEqual(6 * 64);
  });

  it("asks after a few dozen conditions", () => {
    const machine = machineWith(hot(), { engine });
    machine.run({ instructions: 3_000_000 });
    machine.setBreakpoint(NOP, { stops: () => false });
    expect(Math.max(...distances(machine, 200))).toBeLessThanOrEqual(3 * 64);
  });

  it("asks after a few dozen accesses to watched memory", () => {
    // mov [0x9000], eax; inc eax; jmp back.
    const machine = machineWith(new Code().hex("a300900000 40 ebf8"), { engine });
    machine.setWatchpoint({ linear: 0x9000, length: 4, access: "write" }, { stops: () => false });
    machine.run({ instructions: 10_000 });
    expect(Math.max(...distances(machine, 200))).toBeLessThanOrEqual(3 * 64);
  });

  it("is cut where it says so without a difference to what is computed and told", () => {
    const seen = (seed: number | undefined): unknown[] => {
      const { machine, loop } = faulting(engine);
      const told: unknown[] = [];
      for (const at of [loop, loop + 2])
        machine.onProbe(at, ({ instructions, registers }) =>
          told.push([at, instructions, registers.get("eax"), registers.get("ebx")]),
        );
      const rng = new Rng(seed ?? 1);
      const end = 20_000;
      while (machine.instructions < end) {
        const isDue = (): boolean => rng.below(3) === 0;
        machine.run({ instructions: end - machine.instructions, ...(seed === undefined ? {} : { isDue }) });
      }
      return [told.length, JSON.stringify(told), machine.pc, machine.registers.get("eax")];
    };
    const whole = seen(undefined);
    expect(whole[0]).toBeGreaterThan(5_000);
    for (const seed of [2, 3, 4]) expect(seen(seed)).toEqual(whole);
  });
});
