import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { CpuStop } from "../../../../emulator/cpu/cpu";
import { Jit } from "../../../../emulator/jit/jit";
import { Touch } from "../../../../emulator/memory/watches";
import { EAGER } from "../../../harness/eager";
import { CODE, CodeBench } from "./code-bench";

/** Where a run is cut, marked or watched changes nothing of what it computes. */

const ENGINES = [
  ["interpreted", false],
  ["compiled", true],
] as const;
const EVERY = 100_000;

const benchOf = (isCompiled: boolean, ...code: number[]): CodeBench => {
  const bench = new CodeBench().code(...code);
  if (isCompiled) bench.cpu.attach((parts) => new Jit(parts, EAGER));
  return bench;
};

/** Runs to HLT in pieces, over marks and watches. */
function toHalt(bench: CodeBench, most: number): void {
  for (let stop = CpuStop.Count; stop !== CpuStop.Halted;) {
    stop = bench.cpu.run(most, stop === CpuStop.Breakpoint);
    bench.cpu.takeTouched();
  }
}

describe.each(ENGINES)("a repeated string instruction that overwrites itself, %s", (_, isCompiled) => {
  const SELF = CODE + 12;
  /** STOSB from 5 bytes before itself on: the sixth store makes an INC EAX of its prefix. */
  const self = (): CodeBench =>
    // prettier-ignore
    benchOf(isCompiled,
      0xb0, 0x40, // mov al, 0x40
      0xbf, SELF - 5 & 0xff, SELF - 5 >> 8, 0, 0, // mov edi, SELF - 5
      0xb9, 40, 0, 0, 0, // mov ecx, 40
      0xf3, 0xaa, // rep stosb
      ...new Array<number>(60).fill(0x90), 0xf4,
    );

  it.each([1, 2, 3, 4, 5, 9, 31, 33, EVERY])("ends with the store that did it, in runs of %i instructions", (most) => {
    const bench = self();
    toHalt(bench, most);
    expect([bench.gpr(Gpr.Ecx), bench.gpr(Gpr.Eax)]).toEqual([34, 0x41]);
  });

  it("does so after a mark, and with its target watched", () => {
    const bench = self();
    bench.cpu.breakpoints.add(SELF);
    bench.cpu.watches.add({ linear: SELF, length: 1, touches: Touch.Write });
    toHalt(bench, EVERY);
    expect([bench.gpr(Gpr.Ecx), bench.gpr(Gpr.Eax)]).toEqual([34, 0x41]);
  });
});

describe.each(ENGINES)("a marked REP INSB, %s", (_, isCompiled) => {
  it("stops a run once", () => {
    // mov ecx, 9; mov edi, 0x20000; rep insb; hlt
    const bench = benchOf(isCompiled, 0xb9, 9, 0, 0, 0, 0xbf, 0, 0, 2, 0, 0xf3, 0x6c, 0xf4);
    bench.cpu.breakpoints.add(CODE + 10);
    expect(bench.cpu.run(EVERY)).toBe(CpuStop.Breakpoint);
    expect(bench.cpu.run(EVERY, true)).toBe(CpuStop.Halted);
    expect(bench.gpr(Gpr.Ecx)).toBe(0);
  });
});

describe.each(ENGINES)("REP INSB and REP OUTSB, %s", (_, isCompiled) => {
  it.each([
    ["INSB", 0x6c, Gpr.Edi],
    ["OUTSB", 0x6e, Gpr.Esi],
  ])("touch a watch at their element and go on: %s", (_name, opcode, pointer) => {
    // mov ecx, 9; mov edi, 0x20000; mov esi, edi; rep; hlt
    const bench = benchOf(isCompiled, 0xb9, 9, 0, 0, 0, 0xbf, 0, 0, 2, 0, 0x89, 0xfe, 0xf3, opcode, 0xf4);
    bench.cpu.watches.add({ linear: 0x20004, length: 1, touches: Touch.Read | Touch.Write });
    expect(bench.cpu.run(EVERY)).toBe(CpuStop.Watchpoint);
    expect(bench.gpr(pointer)).toBe(0x20005);
    bench.cpu.takeTouched();
    toHalt(bench, EVERY);
    expect([bench.gpr(Gpr.Ecx), bench.gpr(pointer)]).toEqual([0, 0x20009]);
  });
});

describe.each(ENGINES)("a stale TLB entry, %s", (_, isCompiled) => {
  const PAGE = 0x30;
  const OTHER = 0x31;
  /** Reads and writes a page, which is then mapped elsewhere without a flush; reads and writes it again. */
  function stale(look: (bench: CodeBench) => void): number[] {
    // prettier-ignore
    const bench = benchOf(isCompiled,
      0xff, 0x06, // inc dword [esi]
      0xf4, // hlt
      0xff, 0x06, // inc dword [esi]
      0x8b, 0x06, // mov eax, [esi]
      0xf4, // hlt
    );
    bench.page();
    bench.dword(PAGE << 12, 100);
    bench.dword(OTHER << 12, 200);
    bench.put({ [Gpr.Esi]: PAGE << 12 });
    bench.run(EVERY);
    bench.state.set(S.Halted, 0);
    bench.map(PAGE, OTHER);
    look(bench);
    toHalt(bench, EVERY);
    return [bench.gpr(Gpr.Eax), bench.read(OTHER << 12)];
  }

  const watch = (linear: number, touches: number) => ({ linear, length: 4, touches });

  it("stays when nobody looks", () => {
    expect(stale(() => undefined)).toEqual([102, 200]);
  });

  it.each([Touch.Read, Touch.Write, Touch.Read | Touch.Write])(
    "stays when a watch of kind %i is set on it",
    (touches) => {
      expect(stale(({ cpu }) => cpu.watches.add(watch(PAGE << 12, touches)))).toEqual([102, 200]);
    },
  );

  it("stays when a watch beside it comes and goes", () => {
    const look = ({ cpu }: CodeBench): void => {
      const beside = watch((PAGE << 12) + 0x80, Touch.Read | Touch.Write);
      cpu.watches.add(beside);
      cpu.watches.remove(beside);
    };
    expect(stale(look)).toEqual([102, 200]);
  });

  it("stays when all decoded code is forgotten, for data and for code", () => {
    expect(stale(({ cpu }) => cpu.forgetCode())).toEqual([102, 200]);
    // jmp to the page's start, where hlt is, twice; in between the page is mapped elsewhere
    const bench = benchOf(isCompiled, 0xff, 0xe6);
    bench.page();
    bench.bytes(PAGE << 12, 0xf4, 0xf4);
    bench.bytes(OTHER << 12, 0x90, 0x90, 0x90, 0xf4);
    bench.put({ [Gpr.Esi]: PAGE << 12 });
    bench.run(EVERY);
    bench.map(PAGE, OTHER);
    bench.cpu.forgetCode();
    bench.state.set(S.Halted, 0);
    bench.run(EVERY);
    expect(bench.eip).toBe((PAGE << 12) + 2);
  });
});
