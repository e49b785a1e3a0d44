import { describe, expect, it } from "vitest";
import type { Mode } from "../../../../emulator/cpu/mode";
import { Jit } from "../../../../emulator/jit/jit";
import { Trace } from "../../../../emulator/jit/trace";
import { EAGER } from "../../../harness/eager";
import { CodeBench } from "../cpu/code-bench";

const INC_ECX = 0x41;

/** The bench after it has run, with regions made of the blocks of a trace of `trace` pieces, or of what can be reached. */
function ran(trace: number, ...code: number[]): CodeBench {
  const bench = new CodeBench().code(...code);
  bench.cpu.attach((parts) => new Jit(parts, { ...EAGER, interpreted: 10_000, turns: Infinity, trace }));
  bench.run(500_000);
  return bench;
}

/** L: inc eax; test ebx, ebx; jnz M; jmp L; M: 20 times inc ecx; jmp L. */
const WITH_COLD_PATH = [0x40, 0x85, 0xdb, 0x75, 0x02, 0xeb, 0xf9, ...new Array<number>(20).fill(INC_ECX), 0xeb, 0xe3];
const HOT = 4;
const COLD = 21;

describe("a region that is made of a trace", () => {
  it("leaves out what was never executed", () => {
    expect(ran(64, ...WITH_COLD_PATH).state.counters.regions).toMatchObject({ compiled: 1, instructions: HOT });
    expect(ran(0, ...WITH_COLD_PATH).state.counters.regions).toMatchObject({ compiled: 1, instructions: HOT + COLD });
  });

  it("holds a loop and what it calls, though the return is to no place that is known", () => {
    // L: call F; jmp L; F: inc eax; ret
    const { cpu, state } = ran(64, 0xe8, 0x02, 0, 0, 0, 0xeb, 0xf9, 0x40, 0xc3);
    expect(state.counters.regions).toMatchObject({ compiled: 1, instructions: 4 });
    expect(cpu.compiled / 500_000).toBeGreaterThan(0.85);
  });

  it("takes several where one has no room", () => {
    // 300 times inc eax; jmp +0, and a jump to the first
    const chain = Array.from({ length: 300 }, () => [0x40, 0xeb, 0x00]).flat();
    const { cpu, state } = ran(1024, ...chain, 0xe9, 0x77, 0xfc, 0xff, 0xff);
    expect(state.counters.regions.compiled).toBe(2);
    expect(cpu.compiled / 500_000).toBeGreaterThan(0.8);
  });
});

describe("a trace", () => {
  const modeOf = (slot: number): Mode => ({ slot }) as Mode;

  it("tells how often each block was executed, mode by mode, and is over after its pieces", () => {
    const trace = new Trace();
    trace.begin(4);
    for (const [slot, eip] of [
      [1, 0x10],
      [2, 0x20],
      [1, 0x10],
    ] as const) {
      expect(trace.isOver()).toBe(false);
      trace.note(modeOf(slot), eip);
    }
    expect(trace.isOver()).toBe(true);
    expect(trace.take()).toEqual([
      { mode: modeOf(1), blocks: new Map([[0x10, 2]]) },
      { mode: modeOf(2), blocks: new Map([[0x20, 1]]) },
    ]);
    expect(trace.isOn).toBe(false);
  });

  it("forgets a mode whose slot goes to another", () => {
    const trace = new Trace();
    trace.begin(4);
    trace.note(modeOf(1), 0x10);
    trace.forget(1);
    expect(trace.take()).toEqual([]);
  });
});
