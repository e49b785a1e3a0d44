import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { CpuStop } from "../../../../emulator/cpu/cpu";
import { Jit } from "../../../../emulator/jit/jit";
import { EAGER } from "../../../harness/eager";
import { CODE, CodeBench } from "../cpu/code-bench";

const PAGE = 0x40;
const HIGH = 0xfec00;

interface Bench extends CodeBench {
  seen: string[];
}

/** A device in the page at 0x40000, in place of RAM, and in one far above RAM; it answers with the count of instructions. */
function benchOf(isCompiled: boolean, ...code: number[]): Bench {
  const bench = Object.assign(new CodeBench().code(...code), { seen: [] as string[] });
  const note = (text: string): void => void bench.seen.push(`${bench.cpu.retired.toString()}: ${text}`);
  const device = {
    readMemory: (at: number, size: number) => {
      note(`read ${at.toString(16)}/${size.toString()}`);
      return bench.cpu.retired;
    },
    writeMemory: (at: number, value: number, size: number) =>
      note(`write ${at.toString(16)}/${size.toString()} = ${value.toString(16)}`),
  };
  bench.cpu.memory.physical.kinds.mapDevice(PAGE, 1, device);
  bench.cpu.memory.physical.kinds.mapDevice(HIGH, 1, device);
  bench.page({ 0x50: HIGH });
  if (isCompiled) bench.cpu.attach((parts) => new Jit(parts, EAGER));
  return bench;
}

function toHalt(bench: Bench, most = 100_000): Bench {
  while (bench.cpu.run(most) !== CpuStop.Halted);
  return bench;
}

describe("a device in memory", () => {
  /** mov [esi], ecx; mov eax, [esi + 4]; add [esi + 8], edx; mov bl, [esi + 13]; loop; hlt. */
  const loop = [0x89, 0x0e, 0x8b, 0x46, 4, 0x01, 0x56, 8, 0x8a, 0x5e, 13, 0xe2, 0xf3, 0xf4];
  const run = (isCompiled: boolean, target: number, most?: number): string[] => {
    const bench = benchOf(isCompiled, ...loop);
    bench.put({ [Gpr.Esi]: target, [Gpr.Ecx]: 50, [Gpr.Edx]: 1 });
    return toHalt(bench, most).seen;
  };

  it.each([
    ["in place of RAM", PAGE << 12, 0x40000],
    ["above RAM", 0x50000, 0xfec00000],
  ])("%s sees each access once, with its size and the exact count", (_, linear, physical) => {
    const whole = run(false, linear);
    expect(whole.length).toBe(50 * 5);
    expect(whole.slice(0, 5)).toEqual([
      `0: write ${physical.toString(16)}/4 = 32`,
      `1: read ${(physical + 4).toString(16)}/4`,
      `2: read ${(physical + 8).toString(16)}/4`,
      `2: write ${(physical + 8).toString(16)}/4 = 3`,
      `3: read ${(physical + 13).toString(16)}/1`,
    ]);
    expect(run(false, linear, 1)).toEqual(whole);
    expect(run(true, linear)).toEqual(whole);
    expect(run(true, linear, 7)).toEqual(whole);
  });

  it.each([false, true])("gets the elements of a string instruction one by one, compiled: %s", (isCompiled) => {
    // mov ecx, 3; rep movsb; hlt
    const bench = benchOf(isCompiled, 0xb9, 3, 0, 0, 0, 0xf3, 0xa4, 0xf4);
    bench.put({ [Gpr.Esi]: 0x40010, [Gpr.Edi]: 0x30000 });
    expect(toHalt(bench).seen).toEqual(["1: read 40010/1", "2: read 40011/1", "3: read 40012/1"]);
    expect(bench.read(0x30000)).toBe(0x030201);
  });

  it("is not touched by a debugger that reads memory", () => {
    const bench = benchOf(false, 0xf4);
    expect(bench.cpu.memory.physical.holds(0x40000)).toBe(false);
    expect(bench.seen).toEqual([]);
  });
});

describe.each([false, true])("ROM, compiled: %s", (isCompiled) => {
  it("is read and executed, and stores to it are lost", () => {
    // mov [esi], eax; inc dword [esi]; mov ebx, [esi]; call esi + 16; rep stosb; hlt
    const bench = benchOf(isCompiled, 0x89, 0x06, 0xff, 0x06, 0x8b, 0x1e, 0xff, 0xd2, 0xf3, 0xaa, 0xf4);
    bench.dword(0x60000, 0x12345678);
    bench.bytes(0x60010, 0x42, 0xc3);
    bench.cpu.memory.physical.kinds.mapRom(0x60, 1);
    bench.put({ [Gpr.Esi]: 0x60000, [Gpr.Edi]: 0x60010, [Gpr.Edx]: 0x60010, [Gpr.Eax]: 0xff, [Gpr.Ecx]: 16 });
    for (let n = 0; n < 20; n++) {
      toHalt(bench);
      bench.put({ [Gpr.Edx]: 0x60010, [Gpr.Edi]: 0x60010, [Gpr.Ecx]: 16 });
      bench.state.set(S.Halted, 0);
      bench.state.set(S.Eip, CODE);
    }
    expect([bench.gpr(Gpr.Ebx), bench.read(0x60000), bench.read(0x60010) & 0xffff]).toEqual([
      0x12345678, 0x12345678, 0xc342,
    ]);
  });
});
