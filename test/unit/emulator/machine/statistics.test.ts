import { describe, expect, it } from "vitest";
import { S } from "../../../../emulator/base/layout";
import { Jit } from "../../../../emulator/jit/jit";
import { EAGER } from "../../../harness/eager";
import { CODE, CodeBench } from "../cpu/code-bench";
import { Code, machineWith } from "./guest-code";

/** mov eax, 0; 1: inc eax; jmp 1b */
const counting = (): Code => new Code().hex("b800000000 40 ebfd");
const LOOP = [0x40, 0xeb, 0xfd];

/** A processor that compiles a loop at CODE as soon as a slice ends in it. */
function compiling(): CodeBench {
  const bench = new CodeBench().code(...LOOP);
  bench.cpu.attach((parts) => new Jit(parts, EAGER));
  bench.run(100_000);
  return bench;
}

describe("Machine.statistics", () => {
  it("counts nothing in a machine that has not run", () => {
    const machine = machineWith(counting());
    expect(machine.statistics()).toMatchObject({
      ...{ instructions: 0, compiledInstructions: 0, interpretedInstructions: 0, faults: 0, interrupts: 0 },
      decoded: { blocks: 0, scratchBlocks: 0, invalidations: 0, resets: 0 },
      regionsDropped: { written: 0, remade: 0, reset: 0 },
    });
  });

  it("splits the instructions between compiled code and the interpreter", () => {
    const machine = machineWith(counting(), { engine: "compiled" });
    machine.run({ instructions: 2_000_001 });
    const { instructions, compiledInstructions, interpretedInstructions } = machine.statistics();
    expect(instructions).toBe(2_000_001);
    expect(compiledInstructions + interpretedInstructions).toBe(instructions);
    expect(compiledInstructions).toBeGreaterThan(1_000_000);
  });

  it("is the same for the same run, in one go or in pieces of whole slices", () => {
    const machine = machineWith(counting(), { engine: "compiled" });
    const again = machineWith(counting(), { engine: "compiled" });
    machine.run({ instructions: 1_000_000 });
    again.run({ instructions: 1_000_000 });
    expect(again.statistics()).toEqual(machine.statistics());
  });

  it("takes the time of compiling from the host's clock, which the run does not depend on", () => {
    let now = 0;
    const options = { engine: "compiled", hostNow: () => (now += 250) } as const;
    const [timed, untimed] = [machineWith(counting(), options), machineWith(counting(), { engine: "compiled" })];
    for (const machine of [timed, untimed]) machine.run({ instructions: 1_000_000 });
    const { regions, ...rest } = timed.statistics();
    expect(regions).toMatchObject({ compiled: 1, compileSeconds: 0.25 });
    expect({ ...rest, regions: { ...regions, compileSeconds: 0 } }).toEqual(untimed.statistics());
  });
});

describe("the counters of regions", () => {
  it("count a loop as one region with its instructions and bytes", () => {
    const { regions } = compiling().state.counters;
    expect(regions).toMatchObject({ compiled: 1, live: 1, instructions: 2 });
    expect(regions.bytes).toBeGreaterThan(50);
    expect(regions.liveBytes).toBe(regions.bytes);
  });

  it("count a region as dropped when a store hits its code", () => {
    const bench = compiling();
    bench.cpu.memory.physical.write8(CODE, 0x41);
    const { regions, dropped, invalidations } = bench.state.counters;
    expect(regions).toMatchObject({ compiled: 1, live: 0, liveBytes: 0 });
    expect(dropped).toEqual({ written: 1, remade: 0, reset: 0 });
    // The region, and the block that the last slice ended with.
    expect(invalidations).toBe(2);
  });

  it("count a region as remade when a breakpoint is set in it", () => {
    const bench = compiling();
    bench.cpu.breakpoints.add(CODE);
    expect(bench.state.counters.dropped).toEqual({ written: 0, remade: 1, reset: 0 });
    expect(bench.state.counters.regions.live).toBe(0);
  });

  it("count all regions as dropped when all code is forgotten", () => {
    const bench = compiling();
    bench.cpu.forgetCode();
    expect(bench.state.counters.dropped).toEqual({ written: 0, remade: 0, reset: 1 });
    expect(bench.state.counters).toMatchObject({ resets: 1, regions: { live: 0, liveBytes: 0 } });
  });
});

describe("the counters of compiled exits", () => {
  it("count one for each slice that a loop uses up", () => {
    const bench = compiling();
    const before = bench.state.counters.compiledExits.budget;
    bench.run(500_000);
    expect(bench.state.counters.compiledExits).toMatchObject({ fault: 0, replay: 0, uncompiled: 0, mark: 0 });
    expect(bench.state.counters.compiledExits.budget - before).toBe(10);
  });

  /** A processor whose compiled loop is about to fault once. */
  function faulting(): CodeBench {
    // 1: dec eax; jnz 1b; mov ecx, [edx], which is not mapped the last time
    const bench = new CodeBench().code(0x48, 0x75, 0xfd, 0x8b, 0x0a, 0xeb, 0xf9);
    bench.page();
    bench.cpu.attach((parts) => new Jit(parts, EAGER));
    bench.run(200_000);
    expect(bench.state.counters.compiledExits.fault).toBe(0);
    bench.state.setGpr(2, 0x8000_0000);
    bench.state.setGpr(0, 1);
    return bench;
  }

  it("count a fault that the core delivers", () => {
    const bench = faulting();
    bench.cpu.onTransfer = () => undefined;
    bench.run(1000);
    expect(bench.state.counters.compiledExits.fault).toBe(1);
    expect(bench.state.counters.faults).toBe(1);
  });

  it("count no exit for a fault that is delivered without the core", () => {
    const bench = faulting();
    bench.run(1000);
    expect(bench.state.counters.compiledExits.fault).toBe(0);
    expect(bench.state.counters.faults).toBe(1);
  });
});

describe("the counters of the TLBs", () => {
  /** Runs code with paging on, one page mapped to itself each, to its HLT. */
  function counted(...code: number[]): CodeBench["state"]["counters"] {
    const bench = new CodeBench().code(...code, 0xf4);
    bench.page();
    bench.run(100);
    return bench.state.counters;
  }

  it("count a miss for each page and direction, and none for the second access", () => {
    // mov eax, [0x20000]; mov eax, [0x20004]; mov [0x21000], eax; mov [0x21004], eax
    const reads = [0xa1, 0, 0, 2, 0, 0xa1, 4, 0, 2, 0];
    const writes = [0xa3, 0, 0x10, 2, 0, 0xa3, 4, 0x10, 2, 0];
    expect(counted(...reads, ...writes)).toMatchObject({ readMisses: 1, writeMisses: 1, fetchMisses: 1, faults: 0 });
  });

  it("count INVLPG as a flush of one page, which misses again", () => {
    // mov eax, [0x20000]; invlpg [0x20000]; mov eax, [0x20000]
    const load = [0xa1, 0, 0, 2, 0];
    const counters = counted(...load, 0x0f, 0x01, 0x3d, 0, 0, 2, 0, ...load);
    expect(counters).toMatchObject({ readMisses: 2, flushes: { page: 1 } });
  });

  it("count a load of CR3 as a flush of all that is not global", () => {
    // mov eax, cr3; mov cr3, eax
    const counters = counted(0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8);
    expect(counters.flushes.local).toBe(1);
    expect(counters.fetchMisses).toBe(2);
  });

  it("count walks only with paging on", () => {
    const bench = new CodeBench().code(0xa1, 0, 0, 2, 0, 0xf4);
    bench.run(100);
    expect(bench.state.counters).toMatchObject({ readMisses: 1, walks: 0 });
    expect(bench.state.get(S.Cr0) >>> 31).toBe(0);
    expect(counted(0xa1, 0, 0, 2, 0).walks).toBeGreaterThan(0);
  });
});

describe("the counters of the interpreter", () => {
  it("count blocks once, however often they run", () => {
    // mov ecx, 5000; 1: dec ecx; jnz 1b; hlt
    const bench = new CodeBench().code(0xb9, 0x88, 0x13, 0, 0, 0x49, 0x75, 0xfd, 0xf4);
    bench.run(20_000);
    expect(bench.state.counters).toMatchObject({ blocks: 3, invalidations: 0, resets: 0 });
  });

  it("count an exception and an exit for it", () => {
    const bench = new CodeBench().code(0x0f, 0x0b); // ud2
    bench.run(100);
    expect(bench.state.counters.faults).toBe(1);
  });
});
