import { describe, expect, it } from "vitest";
import { Flag, Gpr, Vector } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { CpuStop } from "../../../../emulator/cpu/cpu";
import { CODE, CodeBench } from "./code-bench";

/** mov ecx, 1000000; loop: add eax, ecx; dec ecx; jnz loop; hlt */
const COUNTING = [0xb9, 0x40, 0x42, 0x0f, 0x00, 0x01, 0xc8, 0x49, 0x75, 0xfb, 0xf4];

describe("Cpu.run", () => {
  it("retires exactly the instructions asked for, at every count", () => {
    const whole = new CodeBench().code(...COUNTING);
    for (let n = 1; n <= 100; n++) {
      const bench = new CodeBench().code(...COUNTING);
      expect(bench.run(n)).toBe(CpuStop.Count);
      expect(bench.cpu.retired).toBe(n);
      whole.run(1);
      expect([bench.eip, bench.gpr(Gpr.Eax), bench.gpr(Gpr.Ecx), bench.state.eflags()]).toEqual([
        whole.eip,
        whole.gpr(Gpr.Eax),
        whole.gpr(Gpr.Ecx),
        whole.state.eflags(),
      ]);
    }
  });

  it("counts across slices", () => {
    const bench = new CodeBench().code(...COUNTING);
    bench.toHalt(10_000_000);
    expect(bench.cpu.retired).toBe(1 + 3_000_000 + 1);
  });

  it("counts one instruction for each iteration of a REP, and one when there is none", () => {
    const bench = new CodeBench().code(0xb9, 5, 0, 0, 0, 0xbf, 0, 0x20, 0, 0, 0xf3, 0xaa, 0xf3, 0xaa, 0xf4); // mov ecx, 5; mov edi, 0x2000; rep stosb twice; hlt
    bench.toHalt();
    expect(bench.cpu.retired).toBe(2 + 5 + 1 + 1);
  });

  it("stops inside a REP and goes on from there", () => {
    const bench = new CodeBench().code(0xb9, 100, 0, 0, 0, 0xbf, 0, 0x20, 0, 0, 0xf3, 0xaa, 0xf4);
    bench.run(2 + 40);
    expect([bench.gpr(Gpr.Ecx), bench.gpr(Gpr.Edi), bench.eip]).toEqual([60, 0x2000 + 40, CODE + 10]);
    bench.toHalt();
    expect(bench.gpr(Gpr.Edi)).toBe(0x2000 + 100);
  });

  it("stops before a breakpoint and passes it when told so", () => {
    const bench = new CodeBench().code(0x40, 0x40, 0x40, 0xf4);
    bench.cpu.breakpoints.add(CODE + 1);
    expect(bench.run(10)).toBe(CpuStop.Breakpoint);
    expect(bench.eip).toBe(CODE + 1);
    expect(bench.cpu.run(10, true)).toBe(CpuStop.Halted);
    expect(bench.gpr(Gpr.Eax)).toBe(3);
  });

  it("stops at a breakpoint inside a loop once a round", () => {
    const bench = new CodeBench().code(0xb9, 3, 0, 0, 0, 0x40, 0x49, 0x75, 0xfc, 0xf4); // mov ecx, 3; inc eax; dec ecx; jnz -4
    bench.cpu.breakpoints.add(CODE + 6);
    const seen: number[] = [];
    while (bench.cpu.run(100, true) === CpuStop.Breakpoint) seen.push(bench.gpr(Gpr.Eax));
    expect(seen).toEqual([1, 2, 3]);
  });

  it("raises #DB after each instruction under TF", () => {
    const bench = new CodeBench().code(0x40, 0x40, 0xf4);
    bench.setFlags(Flag.Tf);
    expect(bench.toHalt()).toBe(Vector.Db);
    expect(bench.gpr(Gpr.Eax)).toBe(1);
    expect(bench.read(bench.gpr(Gpr.Esp))).toBe(CODE + 1);
  });

  it("gives a fault in the middle of a block the state before its instruction", () => {
    // prettier-ignore
    const bench = new CodeBench().code(
      0x40, // inc eax
      0xf9, // stc
      0x8b, 0x1d, 0x00, 0x00, 0x09, 0x00, // mov ebx, [0x90000]: page 0x90 is not present
      0x40,
    );
    bench.page();
    bench.dword(0x11000 + 0x90 * 4, 0);
    expect(bench.toHalt()).toBe(Vector.Pf);
    expect(bench.gpr(Gpr.Eax)).toBe(1);
    expect(bench.read(bench.gpr(Gpr.Esp) + 4)).toBe(CODE + 2);
    expect(bench.read(bench.gpr(Gpr.Esp) + 12) & Flag.Cf).toBe(Flag.Cf);
    expect(bench.cpu.retired).toBe(2 + 1);
  });

  it("restarts a REP MOVS at the element that faulted", () => {
    // prettier-ignore
    const bench = new CodeBench().code(
      0xb9, 0x20, 0, 0, 0, 0xbe, 0, 0x20, 0, 0, 0xbf, 0xf8, 0xff, 0x08, 0x00, // mov ecx, 32; mov esi, 0x2000; mov edi, 0x8fff8
      0xf3, 0xa5, // rep movsd
    );
    bench.page();
    bench.dword(0x11000 + 0x90 * 4, 0);
    expect(bench.toHalt()).toBe(Vector.Pf);
    expect([bench.gpr(Gpr.Ecx), bench.gpr(Gpr.Esi), bench.gpr(Gpr.Edi)]).toEqual([30, 0x2008, 0x90000]);
    expect(bench.state.get(S.Cr2)).toBe(0x90000);
  });

  it("raises #GP(0) at a near jump beyond the CS limit, with the jump's EIP", () => {
    const bench = new CodeBench().code(0xb8, 0x00, 0x00, 0x10, 0x00, 0xff, 0xe0); // mov eax, 0x100000; jmp eax
    bench.state.set(S.Seg + 32 + 8, 0xfffff);
    expect(bench.toHalt()).toBe(Vector.Gp);
    expect([bench.read(bench.gpr(Gpr.Esp)), bench.read(bench.gpr(Gpr.Esp) + 4)]).toEqual([0, CODE + 5]);
  });

  it("comes back when a handler faults at its own first instruction for ever", () => {
    const bench = new CodeBench().code(0x0f, 0x0b); // ud2
    bench.bytes(0x6006, 0x0f, 0x0b); // the handler of #UD is ud2 too
    expect(bench.run(1000)).toBe(CpuStop.Count);
    expect(bench.cpu.retired).toBe(1000);
  });

  it("raises #GP(0) for an instruction of more than 15 bytes", () => {
    const bench = new CodeBench().code(...new Array<number>(15).fill(0x66), 0x90);
    expect(bench.toHalt()).toBe(Vector.Gp);
  });
});
