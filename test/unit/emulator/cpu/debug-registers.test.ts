import { describe, expect, it } from "vitest";
import { Flag, Gpr, Vector } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { CpuStop } from "../../../../emulator/cpu/cpu";
import { Jit } from "../../../../emulator/jit/jit";
import { EAGER } from "../../../harness/eager";
import { CODE, CodeBench } from "./code-bench";

/** Vol. 3B, 17.2 and 17.3.1: the guest's own breakpoints, single steps and INT1. */

const ENGINES = [
  ["interpreted", false],
  ["compiled", true],
] as const;
const STACK_TOP = 0x9000;
const CELL = 0x20000;
const DR6 = S.Dr + 24;
const DR6_ONES = 0xffff0ff0;
const BS = 1 << 14;
/** MOV DR0, EAX; MOV DR7, EBX. */
const ARM = [0x0f, 0x23, 0xc0, 0x0f, 0x23, 0xfb];
/** DR7 with breakpoint 0 enabled: instruction; write and access of 1 and 4 bytes. */
const EXECUTE = 0x2;
const WRITE_4 = 0xd0002;
const ACCESS_1 = 0x30001;

function benchOf(isCompiled: boolean, dr0: number, dr7: number, ...code: number[]): CodeBench {
  const bench = new CodeBench().code(...ARM, ...code);
  if (isCompiled) bench.cpu.attach((parts) => new Jit(parts, EAGER));
  bench.put({ [Gpr.Eax]: dr0, [Gpr.Ebx]: dr7, [Gpr.Esi]: CELL });
  return bench;
}

const causes = (bench: CodeBench): number => (bench.state.get(DR6) & ~DR6_ONES) >>> 0;
/** EIP in the frame of the last exception without an error code. */
const returnAddress = (bench: CodeBench): number => bench.read(STACK_TOP - 12);
const AFTER_ARM = CODE + ARM.length;

describe.each(ENGINES)("an instruction breakpoint in DR0, %s", (_, isCompiled) => {
  it("is a fault before the instruction, with DR6.B0", () => {
    // inc ecx; inc edx; hlt
    const bench = benchOf(isCompiled, AFTER_ARM + 1, EXECUTE, 0x41, 0x42, 0xf4);
    expect(bench.toHalt()).toBe(Vector.Db);
    expect([causes(bench), returnAddress(bench)]).toEqual([1, AFTER_ARM + 1]);
    expect([bench.gpr(Gpr.Ecx), bench.gpr(Gpr.Edx)]).toEqual([1, 0]);
  });

  it.each([1, 2, 7, 100_000])("is passed over with RF in the frame, each time anew, in runs of %i", (most) => {
    // mov ecx, 3; again: inc edx; loop again; hlt
    const bench = benchOf(isCompiled, AFTER_ARM + 5, EXECUTE, 0xb9, 3, 0, 0, 0, 0x42, 0xe2, 0xfd, 0xf4);
    // The handler counts in EDI, sets RF and returns: inc edi; or dword [esp + 8], 0x10000; iret
    bench.bytes(0x7000, 0x47, 0x81, 0x4c, 0x24, 8, 0, 0, 1, 0, 0xcf);
    bench.dword(0x4000 + 8, (8 << 16) | 0x7000);
    while (bench.cpu.run(most) !== CpuStop.Halted);
    expect([bench.gpr(Gpr.Edi), bench.gpr(Gpr.Edx), bench.state.eflags() & Flag.Rf]).toEqual([3, 3, 0]);
  });

  it("comes before the debugger's, which stops when the instruction is really to be executed", () => {
    const bench = benchOf(isCompiled, AFTER_ARM + 1, EXECUTE, 0x41, 0x42, 0xf4);
    bench.bytes(0x7000, 0x47, 0x81, 0x4c, 0x24, 8, 0, 0, 1, 0, 0xcf);
    bench.dword(0x4000 + 8, (8 << 16) | 0x7000);
    bench.cpu.breakpoints.add(AFTER_ARM + 1);
    expect(bench.cpu.run(1000)).toBe(CpuStop.Breakpoint);
    expect([bench.gpr(Gpr.Edi), bench.eip]).toEqual([1, AFTER_ARM + 1]);
    expect(bench.cpu.run(1000, true)).toBe(CpuStop.Halted);
    expect([bench.gpr(Gpr.Edi), bench.gpr(Gpr.Edx)]).toEqual([1, 1]);
  });

  it("is none once DR7 is cleared", () => {
    // xor ebx, ebx; mov dr7, ebx; inc edx; hlt
    const bench = benchOf(isCompiled, AFTER_ARM + 5, EXECUTE, 0x31, 0xdb, 0x0f, 0x23, 0xfb, 0x42, 0xf4);
    expect(bench.toHalt()).toBeUndefined();
    expect(bench.gpr(Gpr.Edx)).toBe(1);
  });
});

describe.each(ENGINES)("a data breakpoint in DR0, %s", (_, isCompiled) => {
  it("is a trap after the instruction that wrote, with DR6.B0", () => {
    // inc dword [esi + 2]; hlt
    const bench = benchOf(isCompiled, CELL, WRITE_4, 0xff, 0x46, 2, 0xf4);
    expect(bench.toHalt()).toBe(Vector.Db);
    expect([causes(bench), returnAddress(bench), bench.read(CELL + 2)]).toEqual([1, AFTER_ARM + 3, 1]);
  });

  it("is not met by a read, nor by a write beside it", () => {
    // mov ecx, [esi]; mov [esi + 4], ecx; hlt
    const bench = benchOf(isCompiled, CELL, WRITE_4, 0x8b, 0x0e, 0x89, 0x4e, 4, 0xf4);
    expect(bench.toHalt()).toBeUndefined();
    expect(causes(bench)).toBe(0);
  });

  it("is met by a read where DR7 says access", () => {
    // mov ecx, [esi - 3]; hlt
    const bench = benchOf(isCompiled, CELL, ACCESS_1, 0x8b, 0x4e, 0xfd, 0xf4);
    expect(bench.toHalt()).toBe(Vector.Db);
    expect(returnAddress(bench)).toBe(AFTER_ARM + 3);
  });

  it("waits for the end of the instruction after a load of SS", () => {
    for (const most of [1, 1000]) {
      // mov ss, [esi]; inc ecx; inc ecx; hlt
      const bench = benchOf(isCompiled, CELL, ACCESS_1, 0x8e, 0x16, 0x41, 0x41, 0xf4);
      bench.dword(CELL, 0x10);
      bench.dword(0x5010, 0x0000ffff);
      bench.dword(0x5014, 0x00cf9300);
      while (bench.cpu.run(most) !== CpuStop.Halted);
      expect([bench.gpr(Gpr.Ecx), returnAddress(bench)]).toEqual([1, AFTER_ARM + 3]);
    }
  });

  it("does not end the debugger's run, whose own watches do", () => {
    const bench = benchOf(isCompiled, CELL, WRITE_4, 0xff, 0x06, 0xf4);
    expect(bench.cpu.run(1000)).toBe(CpuStop.Halted);
    const other = benchOf(isCompiled, CELL, WRITE_4, 0xff, 0x06, 0xf4);
    other.cpu.watches.add({ linear: CELL, length: 4, touches: 2 });
    expect(other.cpu.run(1000)).toBe(CpuStop.Watchpoint);
    expect(other.cpu.takeTouched().touched.length).toBe(1);
  });
});

describe("the trap flag", () => {
  it("ends HLT with #DB (vol. 2, HLT)", () => {
    // pushf; or dword [esp], 0x100; popf; hlt
    const bench = new CodeBench().code(0x9c, 0x81, 0x0c, 0x24, 0, 1, 0, 0, 0x9d, 0xf4);
    expect(bench.toHalt()).toBe(Vector.Db);
    expect([causes(bench), returnAddress(bench)]).toEqual([BS, CODE + 10]);
  });

  it("makes one #DB of a single step and a data breakpoint", () => {
    // pushf; or dword [esp], 0x100; popf; inc dword [esi]
    const bench = benchOf(false, CELL, WRITE_4, 0x9c, 0x81, 0x0c, 0x24, 0, 1, 0, 0, 0x9d, 0xff, 0x06);
    expect(bench.toHalt()).toBe(Vector.Db);
    expect([causes(bench), returnAddress(bench)]).toEqual([BS | 1, AFTER_ARM + 11]);
  });
});

describe("INT1", () => {
  it("is #DB after itself, with no cause in DR6", () => {
    const bench = new CodeBench().code(0xf1, 0xf4);
    expect(bench.toHalt()).toBe(Vector.Db);
    expect([causes(bench), returnAddress(bench)]).toEqual([0, CODE + 1]);
  });
});
