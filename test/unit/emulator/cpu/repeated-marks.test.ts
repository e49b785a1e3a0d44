import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { CpuStop } from "../../../../emulator/cpu/cpu";
import { Jit } from "../../../../emulator/jit/jit";
import { EAGER } from "../../../harness/eager";
import { CODE, CodeBench } from "./code-bench";

const STOS = CODE + 10;
const ROUNDS = 3;
/** More iterations than a slice has instructions. */
const LONG = 120_000;

/** A loop around REP STOSB of `count` bytes, with a mark before that. */
function marked(count: number, isCompiled: boolean): CodeBench {
  const bench = new CodeBench().code(
    0xb9, count & 0xff, (count >> 8) & 0xff, count >> 16, 0, // mov ecx, count
    0xbf, 0, 0, 2, 0, // mov edi, 0x20000
    0xf3, 0xaa, // rep stosb
    0x4b, // dec ebx
    0x75, 0xf1, // jnz CODE
    0xf4,
  );
  if (isCompiled) bench.cpu.attach((parts) => new Jit(parts, EAGER));
  bench.state.setGpr(Gpr.Ebx, ROUNDS);
  bench.cpu.breakpoints.add(STOS);
  return bench;
}

describe.each([["interpreted", false], ["compiled", true]] as const)("a marked string instruction, %s", (_, isCompiled) => {
  it.each([1, 5, LONG])("stops a run once for %i iterations", (count) => {
    const bench = marked(count, isCompiled);
    const places: number[] = [];
    for (let pass = false; bench.cpu.run(10 * LONG, pass) === CpuStop.Breakpoint && places.length < 10; pass = true) places.push(bench.eip);
    expect(places).toEqual(new Array<number>(ROUNDS).fill(STOS));
  });

  it.each([1, 20, 1000])("is asked about once, in runs of %i instructions too", (most) => {
    const bench = marked(5000, isCompiled);
    let asked = 0;
    bench.cpu.onMark = () => {
      asked++;
      return false;
    };
    while (bench.cpu.run(most) === CpuStop.Count);
    expect(asked).toBe(ROUNDS);
  });
});
