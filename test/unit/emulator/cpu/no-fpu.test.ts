import { describe, expect, it } from "vitest";
import { Cr0, Gpr, Vector } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { CodeBench } from "./code-bench";

/** What CPUID does not claim: an x87, MMX, SSE. */

const WORD = 0x20000;

function run(code: readonly number[], cr0 = 0): { bench: CodeBench; vector: Vector | undefined } {
  const bench = new CodeBench().code(...code, 0xf4);
  bench.put({ [Gpr.Eax]: 0x12345678, [Gpr.Esi]: WORD });
  bench.dword(WORD, 0x5a5a5a5a);
  bench.state.set(S.Cr0, bench.state.get(S.Cr0) | cr0);
  return { bench, vector: bench.toHalt() };
}

describe("without an x87", () => {
  it.each([
    ["FNINIT; FNSTSW AX", [0xdb, 0xe3, 0xdf, 0xe0]],
    ["FNINIT; FNSTSW [ESI]", [0xdb, 0xe3, 0xdd, 0x3e]],
    ["FNINIT; FNSTCW [ESI]", [0xdb, 0xe3, 0xd9, 0x3e]],
    ["WAIT; FNINIT; FNCLEX", [0x9b, 0xdb, 0xe3, 0xdb, 0xe2]],
    ["FNSTSW [0x80000000], where there is no memory", [0xdd, 0x3d, 0, 0, 0, 0x80]],
  ])("%s leaves AX and memory as they are", (_, code) => {
    const { bench, vector } = run(code);
    expect(vector).toBeUndefined();
    expect([bench.gpr(Gpr.Eax), bench.read(WORD)]).toEqual([0x12345678, 0x5a5a5a5a]);
  });

  it.each([
    ["FLD1", [0xd9, 0xe8]],
    ["FADD", [0xd8, 0xc1]],
    ["FRSTOR", [0xdd, 0x26]],
    ["FYL2XP1", [0xd9, 0xf9]],
    ["FUCOMI", [0xdb, 0xe8]],
    ["FBLD", [0xdf, 0x26]],
  ])("%s is #UD, and #NM under EM or TS", (_, code) => {
    expect(run(code).vector).toBe(Vector.Ud);
    expect(run(code, Cr0.Em).vector).toBe(Vector.Nm);
    expect(run(code, Cr0.Ts).vector).toBe(Vector.Nm);
  });

  it("FNINIT is #NM under EM and under TS", () => {
    expect(run([0xdb, 0xe3], Cr0.Em).vector).toBe(Vector.Nm);
    expect(run([0xdb, 0xe3], Cr0.Ts).vector).toBe(Vector.Nm);
  });
});

describe("MMX, SSE and fences", () => {
  it.each([
    ["LFENCE", [0x0f, 0xae, 0xe8]],
    ["MFENCE", [0x0f, 0xae, 0xf0]],
    ["SFENCE", [0x0f, 0xae, 0xf8]],
    ["LDMXCSR", [0x0f, 0xae, 0x16]],
    ["FXSAVE", [0x0f, 0xae, 0x06]],
    ["EMMS", [0x0f, 0x77]],
    ["MOVD MM0, EAX", [0x0f, 0x6e, 0xc0]],
    ["PADDB MM0, MM1", [0x0f, 0xfc, 0xc1]],
    ["MOVUPS XMM0, [ESI]", [0x0f, 0x10, 0x06]],
    ["CVTPI2PS", [0x0f, 0x2a, 0xc0]],
    ["MOVNTI [ESI], EAX", [0x0f, 0xc3, 0x06]],
    ["PINSRW", [0x0f, 0xc4, 0xc0, 0]],
    ["MOVDQU", [0xf3, 0x0f, 0x6f, 0x06]],
  ])("%s is #UD whatever CR0 says, never #NM", (_, code) => {
    for (const cr0 of [0, Cr0.Em, Cr0.Ts, Cr0.Em | Cr0.Ts | Cr0.Mp]) expect(run(code, cr0).vector).toBe(Vector.Ud);
  });
});
