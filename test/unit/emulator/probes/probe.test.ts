import { describe, expect, it } from "vitest";
import { evaluateProbe, Op, Probe, ProbeFailure, ProbeRegister } from "../../../../emulator/probes/index";
import type { ProbeOutcome, ProbeTarget } from "../../../../emulator/probes/index";

/** Registers hold their index times 0x100; memory is one page at 0x1000 whose byte n is n. */
const target: ProbeTarget = {
  probeRegister: (register) => register * 0x100,
  probeLoad(linear, size) {
    if (linear < 0x1000 || linear + size > 0x2000) return -1;
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + ((linear + i) & 0xff);
    return value;
  },
};

function run(...code: number[]): ProbeOutcome {
  const outcome: ProbeOutcome = { value: 0, failure: ProbeFailure.None, linear: 0 };
  evaluateProbe(Int32Array.from(code), target, outcome);
  return outcome;
}

const binary = (op: Op, a: number, b: number): number => run(Op.Push, a, Op.Push, b, op, Op.End).value;

describe("probe bytecode", () => {
  it("reads registers", () => {
    expect(run(Op.Register, ProbeRegister.Esp, Op.End).value).toBe(0x400);
  });

  it("zero-extends and sign-extends what it loads", () => {
    expect(run(Op.Push, 0x10f0, Op.Load8U, Op.End).value).toBe(0xf0);
    expect(run(Op.Push, 0x10f0, Op.Load8S, Op.End).value).toBe(0xfffffff0);
    expect(run(Op.Push, 0x10f0, Op.Load16U, Op.End).value).toBe(0xf1f0);
    expect(run(Op.Push, 0x10f0, Op.Load16S, Op.End).value).toBe(0xfffff1f0);
    expect(run(Op.Push, 0x10f0, Op.Load32, Op.End).value).toBe(0xf3f2f1f0);
  });

  it("ends with the address when a load meets an unmapped page", () => {
    expect(run(Op.Push, 0xf0000000 | 0, Op.Load32, Op.End)).toMatchObject({
      failure: ProbeFailure.Unmapped,
      linear: 0xf0000000,
    });
  });

  it("ends as a failure when it divides by zero", () => {
    for (const op of [Op.DivU, Op.DivS, Op.RemU, Op.RemS]) {
      expect(run(Op.Push, 1, Op.Push, 0, op, Op.End).failure).toBe(ProbeFailure.DivideByZero);
    }
  });

  it("computes modulo 2^32", () => {
    expect(binary(Op.Add, -1, 2)).toBe(1);
    expect(binary(Op.Sub, 0, 1)).toBe(0xffffffff);
    expect(binary(Op.Mul, 0x10001, 0x10001)).toBe(0x20001);
    expect(binary(Op.DivU, -2, 2)).toBe(0x7fffffff);
    expect(binary(Op.DivS, -7, 2)).toBe(0xfffffffd);
    expect(binary(Op.RemU, -1, 10)).toBe(5);
    expect(binary(Op.RemS, -7, 4)).toBe(0xfffffffd);
    expect(binary(Op.Shl, 1, 31)).toBe(0x80000000);
    expect(binary(Op.ShrU, -1, 28)).toBe(15);
    expect(binary(Op.ShrS, -16, 2)).toBe(0xfffffffc);
  });

  it("compares signed and unsigned words", () => {
    expect(binary(Op.LtU, -1, 1)).toBe(0);
    expect(binary(Op.LtS, -1, 1)).toBe(1);
    expect(binary(Op.LeU, 1, 1)).toBe(1);
    expect(binary(Op.LeS, 2, 1)).toBe(0);
    expect(binary(Op.Eq, 5, 5)).toBe(1);
    expect(binary(Op.Ne, 5, 5)).toBe(0);
  });

  it("skips the right side of a short circuit", () => {
    // eax && load(0): the load would fail.
    const code = [Op.Register, ProbeRegister.Eax, Op.JumpIfZero, 8, Op.Push, 0, Op.Load32, Op.End, Op.Push, 0, Op.End];
    expect(run(...code)).toMatchObject({ value: 0, failure: ProbeFailure.None });
  });
});

describe("Probe", () => {
  const truth = Int32Array.of(Op.Push, 1, Op.End);
  const stops = (probe: Probe, times: number): boolean[] => Array.from({ length: times }, () => probe.stops(target));

  it("does not stop, nor count, where its condition is false", () => {
    const probe = new Probe(Int32Array.of(Op.Push, 0, Op.End), undefined);
    expect(probe.stops(target)).toBe(false);
    expect(probe.hits).toBe(0);
  });

  it("stops where its condition cannot be evaluated", () => {
    const probe = new Probe(Int32Array.of(Op.Push, 0, Op.Load32, Op.End), undefined);
    expect(probe.stops(target)).toBe(true);
    expect(probe.outcome.failure).toBe(ProbeFailure.Unmapped);
  });

  it("stops at the hits that its rule names", () => {
    expect(stops(new Probe(truth, { kind: "equal", count: 2 }), 3)).toEqual([false, true, false]);
    expect(stops(new Probe(truth, { kind: "at-least", count: 2 }), 3)).toEqual([false, true, true]);
    expect(stops(new Probe(truth, { kind: "more", count: 2 }), 3)).toEqual([false, false, true]);
    expect(stops(new Probe(truth, { kind: "below", count: 2 }), 3)).toEqual([true, false, false]);
    expect(stops(new Probe(truth, { kind: "at-most", count: 2 }), 3)).toEqual([true, true, false]);
    expect(stops(new Probe(undefined, { kind: "multiple", count: 2 }), 4)).toEqual([false, true, false, true]);
  });
});
