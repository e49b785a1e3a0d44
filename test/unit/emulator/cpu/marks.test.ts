import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { CpuStop } from "../../../../emulator/cpu/cpu";
import { Jit } from "../../../../emulator/jit/jit";
import { Touch } from "../../../../emulator/memory/watches";
import { EAGER } from "../../../harness/eager";
import { CODE, CodeBench } from "./code-bench";

const STOS = CODE + 10;
const ENGINES = [
  ["interpreted", false],
  ["compiled", true],
] as const;
const ROUNDS = 3;
/** More iterations than a slice has instructions. */
const LONG = 120_000;

/** A loop around REP STOSB of `count` bytes, with a mark before that. */
function marked(count: number, isCompiled: boolean): CodeBench {
  // prettier-ignore
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

describe.each(ENGINES)("a marked string instruction, %s", (_, isCompiled) => {
  it.each([1, 5, LONG])("stops a run once for %i iterations", (count) => {
    const bench = marked(count, isCompiled);
    const places: number[] = [];
    for (let pass = false; bench.cpu.run(10 * LONG, pass) === CpuStop.Breakpoint && places.length < 10; pass = true)
      places.push(bench.eip);
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

describe.each(ENGINES)("a mark's listener, %s", (_, isCompiled) => {
  it("sets a watch that the next accesses meet", () => {
    // prettier-ignore
    const bench = new CodeBench().code(
      0x90, // nop
      0xa3, 0, 0x98, 0, 0, // mov [0x9800], eax: fills the TLB anew
      0xa3, 0, 0x90, 0, 0, // mov [0x9000], eax
      0xeb, 0xf3, // jmp CODE
    );
    if (isCompiled) bench.cpu.attach((parts) => new Jit(parts, EAGER));
    bench.cpu.watches.add({ linear: 0x9100, length: 4, touches: Touch.Write });
    bench.cpu.breakpoints.add(CODE);
    bench.cpu.onMark = () => false;
    for (let n = 0; n < 20; n++) expect(bench.run(5000)).toBe(CpuStop.Count);
    let at = -1;
    bench.cpu.onMark = () => {
      if (at >= 0) return false;
      at = bench.cpu.retired;
      bench.cpu.watches.add({ linear: 0x9000, length: 4, touches: Touch.Write });
      return false;
    };
    expect(bench.run(5000)).toBe(CpuStop.Watchpoint);
    expect(bench.cpu.retired - at).toBe(3);
  });
});
