import { describe, expect, it } from "vitest";
import type { Engine } from "../../../../emulator/index";
import { Code, machineWith, START } from "./guest-code";

/** mov eax, 0; then inc eax; nop; jmp back: EAX counts rounds of three instructions. */
const counting = (): Code => new Code().hex("b800000000 40 90 ebfc");
const INC = START + 5;
const NOP = START + 6;
const JMP = START + 7;
/** Enough to have a loop compiled. */
const WARM_UP = 3_000_000;

describe.each<Engine>(["interpreter", "compiled"])("breakpoints in a hot loop, %s", (engine) => {
  const hot = () => {
    const machine = machineWith(counting(), { engine });
    machine.run({ instructions: 1 + WARM_UP });
    if (engine === "compiled") expect(machine.compiledInstructions).toBeGreaterThan(WARM_UP / 2);
    return machine;
  };

  it("have their condition asked once for each execution, with the state before it", () => {
    const machine = hot();
    const seen: number[] = [];
    machine.setBreakpoint(NOP, {
      stops: (at) => {
        seen.push(at.registers.get("eax"), at.instructions);
        return false;
      },
    });
    const { compiledInstructions } = machine;
    expect(machine.run({ instructions: 600_000 })).toEqual({ kind: "count" });
    const rounds = Array.from({ length: 200_000 }, (_, n) => n + 1 + WARM_UP / 3);
    expect(seen).toEqual(rounds.flatMap((eax) => [eax, 1 + 3 * (eax - 1) + 1]));
    if (engine === "compiled") expect(machine.compiledInstructions - compiledInstructions).toBeGreaterThan(300_000);
  });

  it("stop where the condition holds", () => {
    const machine = hot();
    machine.setBreakpoint(JMP, { stops: (at) => at.registers.get("eax") === 1_300_000 });
    expect(machine.run()).toEqual({ kind: "breakpoint", linear: JMP });
    expect([machine.pc, machine.registers.get("eax"), machine.instructions]).toEqual([JMP, 1_300_000, 3 * 1_300_000]);
  });

  it("are asked once when the run ends on them", () => {
    const machine = hot();
    let asked = 0;
    machine.setBreakpoint(INC, { stops: () => asked++ < 0 });
    for (let round = 0; round < 10; round++) machine.run({ instructions: 3 });
    expect(asked).toBe(10);
  });

  it("are asked once about a string instruction, though runs and steps end between its iterations", () => {
    // mov edi, 0x200000; mov ecx, 1000; rep stosb; jmp here.
    const machine = machineWith(new Code().hex("bf00002000 b9e8030000 f3aa ebfe"), { engine });
    let asked = 0;
    machine.setBreakpoint(START + 10, { stops: () => asked++ < 0 });
    for (let round = 0; round < 50; round++) machine.run({ instructions: 10 });
    for (let step = 0; step < 10; step++) expect(machine.step()).toEqual({ kind: "count" });
    expect([machine.pc, machine.registers.get("ecx"), asked]).toEqual([START + 10, 1000 - 508, 1]);
  });

  it("show the flags of the instruction before", () => {
    // mov ecx, 4096; dec ecx; jz here; jnz back to dec; jmp back to mov.
    const machine = machineWith(new Code().hex("b900100000 49 7400 75fb ebf4"), { engine });
    const round = 1 + 4096 * 3 + 1;
    machine.run({ instructions: 300 * round });
    let zero = 0;
    machine.onProbe(START + 8, (at) => (zero += (at.registers.get("eflags") >> 6) & 1));
    machine.run({ instructions: 50 * round });
    expect(zero).toBe(50);
  });

  it("may be set and cleared by whoever is told of one", () => {
    const machine = hot();
    const seen: string[] = [];
    const first = machine.onProbe(INC, () => {
      seen.push("inc");
      first.dispose();
      machine.onProbe(NOP, () => seen.push("nop"));
    });
    machine.run({ instructions: 9 });
    expect(seen).toEqual(["inc", "nop", "nop"]);
    expect(machine.instructions).toBe(1 + WARM_UP + 9);
  });
});

describe("a hundred breakpoints in a running program", () => {
  /** A loop that calls a function in the next page; nops lie around both. */
  const program = (): { code: Code; loop: number } => {
    const code = new Code().hex("bc00001100").hex("90".repeat(200));
    const loop = code.here;
    const distance = START + 0x1000 - (loop + 6);
    // inc eax; call the function; dec ecx; jmp back.
    code
      .hex("40 e8")
      .dword(distance)
      .hex("49 ebf7")
      .hex("90".repeat(0x1000 - (code.here - START)));
    return { code: code.hex("42 01d3 c3").hex("90".repeat(200)), loop };
  };

  /** The share of `pieces` runs that compiled code does, with something done before each. */
  const compiledShare = (
    pieces: number,
    instructions: number,
    between: (machine: ReturnType<typeof machineWith>, n: number, loop: number) => void,
  ): number => {
    const { code, loop } = program();
    const machine = machineWith(code, { engine: "compiled" });
    machine.run({ instructions: WARM_UP });
    const before = machine.compiledInstructions;
    for (let n = 0; n < pieces; n++) {
      between(machine, n, loop);
      machine.run({ instructions });
    }
    return (machine.compiledInstructions - before) / (pieces * instructions);
  };

  it("do not make hot code beside them be interpreted while they come and go", () => {
    const share = compiledShare(200, 60_000, (machine, n, loop) => {
      const at = n % 2 === 0 ? loop - 100 : START + 0x1000 + 50;
      if (n < 100) machine.setBreakpoint(at + ((n % 100) >> 1));
      else machine.clearBreakpoint(at + (((n - 100) % 100) >> 1));
    });
    expect(share).toBeGreaterThan(0.99);
  });

  it("let hot code that they stand in come back at once", () => {
    const share = compiledShare(20, 400_000, (machine, n, loop) => {
      if (n % 2 === 0) machine.setBreakpoint(loop, { stops: () => false });
      else machine.clearBreakpoint(loop);
    });
    expect(share).toBeGreaterThan(0.6);
  });
});
