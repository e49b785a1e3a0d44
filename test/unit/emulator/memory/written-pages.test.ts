import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { CpuStop } from "../../../../emulator/cpu/cpu";
import { Jit } from "../../../../emulator/jit/jit";
import { EAGER } from "../../../harness/eager";
import { CodeBench } from "../cpu/code-bench";

const ENGINES = [
  ["interpreted", false],
  ["compiled", true],
] as const;
const STACK = 0x8;
const TABLE = 0x11;

describe.each(ENGINES)("pages that are written to, %s", (_, isCompiled) => {
  /** Counts ECX down to 0, storing to [ESI] and pushing each time: mov [esi], ecx; push ecx; pop edx; loop; hlt. */
  function bench(): CodeBench {
    const made = new CodeBench().code(0x89, 0x0e, 0x51, 0x5a, 0xe2, 0xfa, 0xf4);
    if (isCompiled) made.cpu.attach((parts) => new Jit(parts, EAGER));
    made.page();
    made.put({ [Gpr.Ecx]: 1000, [Gpr.Esi]: 0x30000 });
    made.cpu.memory.takeWritten();
    return made;
  }

  function again(made: CodeBench, target: number): number[] {
    made.put({ [Gpr.Ecx]: 1000, [Gpr.Esi]: target });
    made.state.set(S.Halted, 0);
    made.state.set(S.Eip, 0x1000);
    expect(made.run(100_000)).toBe(CpuStop.Halted);
    return made.cpu.memory.takeWritten();
  }

  it("are told once each, with the tables whose accessed and dirty bits were set", () => {
    const made = bench();
    expect(again(made, 0x30000)).toEqual([STACK, 0x10, TABLE, 0x30]);
    expect(made.cpu.memory.takeWritten()).toEqual([]);
  });

  it("are told again after the next store, by entries that the TLB has held all the time", () => {
    const made = bench();
    again(made, 0x30000);
    const misses = made.state.counters.writeMisses;
    expect(again(made, 0x30000)).toEqual([STACK, 0x30]);
    expect(again(made, 0x30ffc)).toEqual([STACK, 0x30]);
    expect(made.state.counters.writeMisses).toBe(misses);
  });

  it("are told when the debugger writes, and when a page of code or of watched memory is written to", () => {
    const made = bench();
    made.cpu.memory.physical.writeBlock(0x3fffe, Uint8Array.of(1, 2, 3));
    expect(made.cpu.memory.takeWritten()).toEqual([0x3f, 0x40]);
    again(made, 0x30000);
    expect(again(made, 0x1f00)).toContain(1);
    expect(again(made, 0x1f00)).toContain(1);
    made.cpu.watches.add({ linear: 0x30800, length: 4, touches: 3 });
    expect(again(made, 0x30000)).toContain(0x30);
    expect(again(made, 0x30000)).toContain(0x30);
    expect(again(made, 0x31000)).not.toContain(0x30);
  });

  it("keep their stale TLB entries", () => {
    const made = bench();
    again(made, 0x30000);
    made.map(0x30, 0x31);
    made.cpu.memory.takeWritten();
    expect(again(made, 0x30000)).toContain(0x30);
    expect(made.read(0x31000)).toBe(0);
  });
});
