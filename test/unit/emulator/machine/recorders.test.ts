import { describe, expect, it } from "vitest";
import type { Disposable, Engine, Machine, RecordedWords } from "../../../../emulator/index";
import { Code, machineWith, START } from "./guest-code";

/** mov esp, 0x110000; mov eax, 0; then push eax; push esp; pop edx; pop edx; inc eax; jmp back. */
const counting = (): Code => new Code().hex("bc00001100 b800000000 50 54 5a 5a 40 ebf9");
const POP = START + 12;
const INC = START + 14;
const ROUND = 6;
const ROUNDS = 400_000;

/** PUSH EAX's dword; then the same by the pointer that PUSH ESP left; then memory that does not exist. */
const SPANS: RecordedWords[] = [
  { path: [4], count: 1 },
  { path: [0, 0], count: 1 },
];
const NOWHERE: RecordedWords = { path: [0x70000000, 0], count: 2 };

describe.each<Engine>(["interpreter", "compiled"])("a recorder of a machine, %s", (engine) => {
  const recorded = (machine: Machine, into: number[][], spans = SPANS): Disposable => {
    const count = spans.reduce((sum, span) => sum + span.count, 0);
    return machine.record(POP, spans, (instructions, words, at) => {
      into.push([instructions, ...words.subarray(at, at + count)]);
    });
  };
  const rounds = (first: number, end: number): number[][] =>
    Array.from({ length: end - first }, (_, n) => [2 + (first + n) * ROUND + 2, first + n, first + n]);

  it("notes what a trace point sees, and leaves the machine as it is without", () => {
    const [machine, plain] = [machineWith(counting(), { engine }), machineWith(counting(), { engine })];
    const notes: number[][] = [];
    recorded(machine, notes);
    for (const each of [machine, plain]) each.run({ instructions: 2 + ROUND * ROUNDS });
    expect(notes).toEqual(rounds(0, ROUNDS));
    const [{ parts }, { parts: without }] = [machine.save(), plain.save()];
    expect(parts).toEqual(without);
  });

  it("gives 0 for memory that is not there", () => {
    const machine = machineWith(counting(), { engine });
    const notes: number[][] = [];
    recorded(machine, notes, [NOWHERE, ...SPANS]);
    machine.run({ instructions: 2 + ROUND * 1000 });
    expect(notes).toEqual(rounds(0, 1000).map(([instructions, ...words]) => [instructions, 0, 0, ...words]));
  });

  it("goes on beside breakpoints, trace points and other recorders that come and go", () => {
    const machine = machineWith(counting(), { engine });
    const [notes, others, hits]: [number[][], number[][], number[]] = [[], [], []];
    const run = (): unknown => machine.run({ instructions: ROUND * 1000 });
    recorded(machine, notes);
    machine.run({ instructions: 2 });
    run();
    const probe = machine.onProbe(POP, (at) => hits.push(at.instructions, notes.length));
    run();
    const other = recorded(machine, others);
    run();
    probe.dispose();
    run();
    other.dispose();
    machine.setBreakpoint(POP);
    expect(run()).toEqual({ kind: "breakpoint", linear: POP });
    machine.clearBreakpoint(POP);
    machine.run({ instructions: ROUND * 1000 - 2 });
    expect(notes).toEqual(rounds(0, 5000));
    expect(others).toEqual(rounds(2000, 4000));
    expect(hits).toEqual(rounds(1000, 3000).flatMap(([instructions, n]) => [instructions, (n ?? 0) + 1]));
  });

  it("is told in order with a trace point elsewhere, and not after it is gone", () => {
    const machine = machineWith(counting(), { engine });
    const notes: number[][] = [];
    const recorder = recorded(machine, notes);
    const counts: number[] = [];
    machine.onProbe(INC, () => {
      counts.push(notes.length);
      if (counts.length === 700) recorder.dispose();
    });
    machine.run({ instructions: 2 + ROUND * 1000 });
    expect(counts).toEqual(Array.from({ length: 1000 }, (_, n) => Math.min(n + 1, 700)));
  });
});
