import { expect, it } from "vitest";
import { Vector } from "../../emulator/base/arch";
import { disassemble } from "../harness/disassembly";
import type { Outcome } from "./batch";
import { difference, type Tolerance } from "./compare";
import { EmulatedHost } from "./emulated";
import { runNative } from "./native";
import { type ProgramPlan, programPlan } from "./sequences";
import { describeNative } from "./suite";

const LONG = Number(process.env["DIFFERENTIAL_CASES"] ?? 0);
const STATES = 6;
/** Compiling takes time: fewer programs there. */
const ENGINES = [
  { engine: "interpreter", programs: 4000 },
  { engine: "compiled", programs: 1000 },
] as const;
const rounds = (programs: number): number => Math.max(1, Math.ceil(LONG / 4 / programs / STATES));

/** Every register must agree, and every flag that is defined where the program ended. */
function toleranceAt(plan: ProgramPlan, code: number, host: Outcome): Tolerance {
  const offset = host.eip - (plan.addresses[code] ?? 0);
  const program = plan.programs[code];
  // INT3 is one byte long and stands after the program.
  const at = program?.undefinedAt.get(offset) ?? program?.undefinedAt.get(offset - 1) ?? 0;
  return { flags: ~at, registers: [], anyAccess: false };
}

const hex = (number: number): string => (number >>> 0).toString(16).padStart(8, "0");

function describeProgram(plan: ProgramPlan, n: number): string {
  const test = plan.cases[n];
  const bytes = plan.codes[test?.code ?? 0] ?? new Uint8Array(0);
  const start = test ? `${test.gpr.map(hex).join(" ")} eflags ${hex(test.eflags)}` : "";
  return `${disassemble(bytes, plan.addresses[test?.code ?? 0] ?? 0)}\n  start ${start}`;
}

/** The shortest programs that came out differently, one state each. */
function disagreements(plan: ProgramPlan, outcomes: Outcome[], emulated: EmulatedHost): string[] {
  const ours = emulated.run(plan);
  const found = new Map<number, { size: number; text: string }>();
  outcomes.forEach((host, n) => {
    const code = plan.cases[n]?.code ?? 0;
    const mine = ours[n];
    const text = mine ? difference(host, mine, toleranceAt(plan, code, host)) : "no outcome";
    if (text === undefined || found.has(code)) return;
    found.set(code, { size: plan.codes[code]?.length ?? 0, text: `${describeProgram(plan, n)}\n  ${text}` });
  });
  return [...found.values()].sort((left, right) => left.size - right.size).map(({ text }) => text);
}

describeNative("short programs against the host's processor", () => {
  it.each(ENGINES)("end alike on the $engine, with exact flags at faults in their midst", ({ engine, programs }) => {
    const emulated = new EmulatedHost(engine);
    let runs = 0;
    for (let round = 0; round < rounds(programs); round++) {
      const plan = programPlan(programs, STATES, round + 1);
      const { outcomes } = runNative(plan);
      const completed = outcomes.filter(({ vector }) => vector === Vector.Bp).length;
      expect(completed).toBeGreaterThan(outcomes.length / 2);
      expect(completed).toBeLessThan(outcomes.length);
      runs += outcomes.length;
      const found = disagreements(plan, outcomes, emulated);
      if (found.length > 0)
        expect.fail(`${found.length} programs differ; the shortest:\n${found.slice(0, 6).join("\n")}`);
    }
    expect(runs).toBe(rounds(programs) * programs * STATES);
    // Several instructions of each run, in loops many.
    if (emulated.compiler) expect(emulated.compiler.retired).toBeGreaterThan(runs * 4);
  });
});
