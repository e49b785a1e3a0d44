import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { Jit } from "../../../../emulator/jit/jit";
import { CODE, CodeBench } from "../cpu/code-bench";

/** A slice makes the place where it ends hot at once. */
const AT_ONCE = { interpreted: 1, misses: 1, turns: 1, notes: 1, trace: 0, unaligned: 1000 };

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

describe("where compiled code comes out", () => {
  const NEVER = 1e9;

  // Two functions in pages that share an entry-table hint, or do not, called after each load of CR3.
  it.each([0xb000, 0x40a000])("the place is heard of though its page is in no exec TLB: 0xa000 and 0x%x", (other) => {
    // prettier-ignore
    const bench = new CodeBench().code(
      0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8, // mov eax, cr3; mov cr3, eax
      0xff, 0xd6, 0xff, 0xd7, // call esi; call edi
      0xeb, 0xf4, // jmp CODE
    );
    bench.page();
    bench.dword(0x10004, 0x12003);
    for (let n = 0; n < 256; n++) bench.dword(0x12000 + n * 4, (n << 12) | 3);
    bench.dword(0x12000 + 0xa * 4, 0xb003);
    for (const at of [0xa000, 0xb000]) bench.bytes(at, 0xb9, 100, 0, 0, 0, 0x43, 0x49, 0x75, 0xfc, 0xc3); // mov ecx, 100; inc ebx; dec ecx; jnz -4; ret
    bench.put({ [Gpr.Esi]: 0xa000, [Gpr.Edi]: other });
    let compile = (): void => undefined;
    bench.cpu.attach((parts) => {
      const jit = new Jit(parts, {
        interpreted: NEVER,
        misses: 50,
        turns: NEVER,
        notes: NEVER,
        trace: 0,
        unaligned: NEVER,
      });
      compile = () => jit["compile"](bench.cpu["modes"].current, [CODE]);
      return jit;
    });
    bench.run(2000);
    compile();
    bench.run(1_000_000);
    const before = bench.cpu.compiled;
    bench.run(1_000_000);
    expect((bench.cpu.compiled - before) / 1_000_000).toBeGreaterThan(0.9);
  });
});

describe("a region that was made anew", () => {
  it("is not compiled once more where an interpreted slice ends at it", () => {
    const bench = new CodeBench().code(0x40, 0xeb, 0xfd); // inc eax; jmp -3
    let remake = (): void => undefined;
    let missed = (): void => undefined;
    bench.cpu.attach((parts) => {
      const jit = new Jit(parts, AT_ONCE);
      remake = () => jit["remake"]([...jit["regions"].values()]);
      missed = () => jit.missed(bench.cpu["modes"].current);
      return jit;
    });
    bench.run(200_000);
    remake();
    const { regions } = bench.state.counters;
    expect(regions).toMatchObject({ compiled: 2, live: 1 });
    bench.state.set(S.Eip, CODE);
    missed();
    expect(regions).toMatchObject({ compiled: 2, live: 1 });
  });
});

describe("pages that take turns at one linear address", () => {
  it("are compiled each", () => {
    const [linear, frames] = [0x50, [0x60, 0x70, 0x80]];
    const bench = new CodeBench();
    bench.page();
    for (const frame of frames) bench.bytes(frame << 12, 0x40, 0xeb, 0xfd); // inc eax; jmp -3
    bench.cpu.attach((parts) => new Jit(parts, AT_ONCE));
    const shares = [...frames, ...frames].map((frame) => {
      bench.map(linear, frame);
      bench.cpu.memory.tlb.flushAll();
      bench.state.set(S.Eip, linear << 12);
      const before = bench.cpu.compiled;
      bench.run(200_000);
      return (bench.cpu.compiled - before) / 200_000;
    });
    for (const share of shares) expect(share).toBeGreaterThan(0.7);
    expect(bench.state.counters.regions).toMatchObject({ compiled: frames.length, live: frames.length });
  });
});

describe("a place where nothing could be compiled", () => {
  const LOOP = [0x40, 0xeb, 0xfd]; // inc eax; jmp -3

  /** The place is heard of as it stands, then LOOP runs there. */
  function regionsAfter(bench: CodeBench): number {
    bench.cpu.attach((parts) => {
      const jit = new Jit(parts, AT_ONCE);
      jit.missed(bench.cpu["modes"].current);
      return jit;
    });
    LOOP.forEach((byte, n) => bench.cpu.memory.physical.write8(CODE + n, byte));
    bench.run(200_000);
    return bench.state.counters.regions.compiled;
  }

  it("because its page was in no exec TLB, is compiled later", () => {
    expect(regionsAfter(new CodeBench())).toBe(1);
  });

  it("because of the instruction there, is compiled when that is another", () => {
    const bench = new CodeBench().code(0x0f, 0x0b, 0x90); // ud2
    bench.bytes(0x6006, 0xcf); // its handler: iret
    bench.run(10);
    bench.state.set(S.Eip, CODE);
    expect(regionsAfter(bench)).toBe(1);
  });
});

describe("code that is written to whenever it has been compiled", () => {
  it("is compiled ever more seldom, wherever it is entered", () => {
    const last = 17;
    // prettier-ignore
    const bench = new CodeBench().code(
      0xb9, 7, 0, 0, 0, // mov ecx, 7
      0x40, 0x49, 0x75, 0xfc, // inc eax; dec ecx; jnz -4
      0xb1, 9, // mov cl, 9
      0x40, 0x43, 0x49, 0x75, 0xfb, // inc eax; inc ebx; dec ecx; jnz -5
      0x90, 0x42, // nop; inc edx
      0xeb, 0xec, // jmp CODE
    );
    bench.cpu.attach((parts) => new Jit(parts, { ...AT_ONCE, interpreted: 10_000, misses: 1000 }));
    const { regions } = bench.state.counters;
    for (let n = 0; n < 2000; n++) {
      bench.run(10_000);
      if (regions.live > 0) bench.cpu.memory.physical.write8(CODE + last, 0x42 + (n & 8));
    }
    expect(regions.compiled).toBeGreaterThan(2);
    expect(regions.compiled).toBeLessThan(60);
  });
});
