import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { Jit } from "../../../../emulator/jit/jit";
import { CodeBench } from "../cpu/code-bench";

/** A slice makes the place where it ends hot at once. */
const AT_ONCE = { interpreted: 1, misses: 1, turns: 1, notes: 1, unaligned: 1000 };

function regionsOf(bench: CodeBench): number {
  bench.cpu.attach((parts) => new Jit(parts, AT_ONCE));
  bench.run(200_000);
  return bench.state.counters.regions.compiled;
}

describe("where interpreted slices end", () => {
  it("in a loop, it is compiled", () => {
    const bench = new CodeBench().code(0x40, 0xeb, 0xfd); // inc eax; jmp -3
    expect(regionsOf(bench)).toBe(1);
  });

  it("in REP STOSB, nothing is compiled for the sake of its iterations", () => {
    const bench = new CodeBench().code(0xf3, 0xaa, 0xeb, 0xfe); // rep stosb; jmp -2
    bench.state.setGpr(Gpr.Ecx, 300_000);
    bench.state.setGpr(Gpr.Edi, 0x80000);
    expect(regionsOf(bench)).toBe(0);
  });
});
