import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { Jit } from "../../../../emulator/jit/jit";
import { CodeBench } from "../cpu/code-bench";

/** A loop with an instruction whose bytes lie in two pages: `add ebx, imm32` at 0x1fff. */

const INSTRUCTIONS = 200_000;
const START = 0x1ff6;
const INVLPG = [0x0f, 0x01, 0x38]; // invlpg [eax]
const NOPS = [0x90, 0x90, 0x90];

/** What lies in the second page: the rest of the addition, inc ecx, jmp START. */
const second = (addend: number[]): number[] => [0xc3, ...addend, 0x41, 0xeb, 0xee];

function loop(between: number[], pteChange: number): CodeBench {
  const bench = new CodeBench();
  bench.bytes(START, 0x31, 0x3d, 0x08, 0x10, 0x01, 0x00, ...between, 0x81); // xor [0x11008], edi; ...; add ebx, ...
  bench.bytes(0x2000, ...second([0x44, 0x33, 0x22, 0x11]));
  bench.bytes(0x3000, ...second([0xd4, 0xc3, 0xb2, 0xa1]));
  bench.page();
  bench.put({ [Gpr.Edi]: pteChange, [Gpr.Eax]: 0x2000 });
  return bench;
}

/** Runs it from START in two pieces, with `between` done between them. */
function run(bench: CodeBench, isCompiled: boolean, between: (bench: CodeBench) => void = () => undefined): CodeBench {
  if (isCompiled)
    bench.cpu.attach(
      (parts) => new Jit(parts, { interpreted: 1, misses: 1, turns: 1, notes: 1, trace: 0, unaligned: 1000 }),
    );
  bench.state.set(S.Eip, START);
  bench.run(INSTRUCTIONS);
  between(bench);
  bench.run(INSTRUCTIONS);
  return bench;
}

const sums = ({ state }: CodeBench): number[] => [Gpr.Ebx, Gpr.Ecx].map((reg) => state.gpr(reg));

describe("an instruction across a page end", () => {
  it("is compiled", () => {
    const bench = run(loop(NOPS, 0), true);
    expect(sums(bench)).toEqual(sums(run(loop(NOPS, 0), false)));
    // All but the first slice.
    expect(bench.cpu.compiled / (2 * INSTRUCTIONS)).toBeGreaterThan(0.85);
  });

  it("has the bytes of the page that is mapped there, at each turn another", () => {
    expect(sums(run(loop(INVLPG, 0x1000), true))).toEqual(sums(run(loop(INVLPG, 0x1000), false)));
  });

  it("has the old bytes while the second page is changed without INVLPG", () => {
    expect(sums(run(loop(NOPS, 0x1000), true))).toEqual(sums(run(loop(NOPS, 0x1000), false)));
  });

  it("changes with a store to its second page", () => {
    const patch = (bench: CodeBench): void => bench.cpu.memory.physical.write8(0x2004, 0x77);
    const bench = run(loop(NOPS, 0), true, patch);
    expect(sums(bench)).toEqual(sums(run(loop(NOPS, 0), false, patch)));
    expect(sums(bench)).not.toEqual(sums(run(loop(NOPS, 0), false)));
  });
});
