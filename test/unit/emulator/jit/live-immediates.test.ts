import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { Jit } from "../../../../emulator/jit/jit";
import { CODE, CodeBench } from "../cpu/code-bench";

function compiling(...code: number[]): CodeBench {
  const bench = new CodeBench().code(...code);
  bench.cpu.attach(
    (parts) => new Jit(parts, { interpreted: 1, misses: 1, turns: 250, notes: 16, trace: 0, unaligned: 1000 }),
  );
  return bench;
}

const ROUNDS = 60_000;
const SUM = (ROUNDS * (ROUNDS + 1)) / 2;
const count = [0xb9, ROUNDS & 0xff, ROUNDS >> 8, 0, 0]; // mov ecx, ROUNDS

describe("an immediate that the guest patches", () => {
  it("is read from memory by the loop that patches it, which is not compiled again each time", () => {
    // prettier-ignore
    const bench = compiling(
      ...count,
      0x89, 0x0d, 0x0c, 0x10, 0x00, 0x00, // mov [CODE + 12], ecx
      0xbb, 0, 0, 0, 0, // mov ebx, imm32 at CODE + 12
      0x01, 0xd8, // add eax, ebx
      0x49, // dec ecx
      0x75, 0xf0, // jnz CODE + 5
      0xf4,
    );
    bench.toHalt(6 * ROUNDS);
    expect(bench.gpr(Gpr.Eax)).toBe(SUM >>> 0);
    expect(bench.state.counters.dropped.written).toBeLessThan(3);
    expect(bench.cpu.compiled).toBeGreaterThan(ROUNDS);
  });

  it("of a byte is sign-extended as it stands", () => {
    // prettier-ignore
    const bench = compiling(
      ...count,
      0x88, 0x0d, 0x0d, 0x10, 0x00, 0x00, // mov [CODE + 13], cl
      0x83, 0xc0, 0, // add eax, imm8 at CODE + 13
      0x49, // dec ecx
      0x75, 0xf4, // jnz CODE + 5
      0xf4,
    );
    bench.toHalt(6 * ROUNDS);
    let sum = 0;
    for (let n = 1; n <= ROUNDS; n++) sum += (n << 24) >> 24;
    expect(bench.gpr(Gpr.Eax)).toBe(sum >>> 0);
  });

  it("does not hide a change of the opcode beside it", () => {
    // prettier-ignore
    const bench = compiling(
      ...count,
      0x89, 0x0d, 0x0c, 0x10, 0x00, 0x00, // mov [CODE + 12], ecx
      0xbb, 0, 0, 0, 0, // mov ebx, imm32 at CODE + 12
      0x01, 0xd8, // add eax, ebx; with ecx = 100 it becomes sub eax, ebx
      0x83, 0xf9, 100, // cmp ecx, 100
      0x75, 0x07, // jne +7
      0xc6, 0x05, 0x10, 0x10, 0x00, 0x00, 0x29, // mov byte [CODE + 16], 0x29
      0x49, // dec ecx
      0x75, 0xe4, // jnz CODE + 5
      0xf4,
    );
    bench.toHalt(10 * ROUNDS);
    const late = (99 * 100) / 2;
    expect(bench.gpr(Gpr.Eax)).toBe((SUM - late - late) >>> 0);
  });

  it("is that of the frame which the code is mapped to", () => {
    expect(CODE).toBe(0x1000);
    // prettier-ignore
    const bench = compiling(
      0xbb, 0x00, 0x00, 0x08, 0x00, // mov ebx, 0x80000
      ...count,
      0x89, 0x4b, 0x01, // mov [ebx + 1], ecx
      0xff, 0xd3, // call ebx
      0x01, 0xc6, // add esi, eax
      0x49, // dec ecx
      0x75, 0xf6, // jnz CODE + 10
      0xf4,
    );
    bench.bytes(0x20000, 0xb8, 0, 0, 0, 0, 0xc3); // mov eax, imm32; ret
    bench.page({ 0x80: 0x20 });
    bench.toHalt(8 * ROUNDS);
    expect(bench.gpr(Gpr.Esi)).toBe(SUM >>> 0);
  });
});
