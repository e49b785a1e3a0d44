import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { NOTES, NOTES_BYTES, RECORDER_COUNT, S } from "../../../../emulator/base/layout";
import { CpuStop } from "../../../../emulator/cpu/cpu";
import { Jit } from "../../../../emulator/jit/jit";
import { Touch } from "../../../../emulator/memory/watches";
import { EAGER } from "../../../harness/eager";
import { CODE, CodeBench } from "./code-bench";

const ENGINES = [
  ["interpreted", false],
  ["compiled", true],
] as const;
const MARKED = CODE + 2;
/** Instructions of a round, and those before the marked one. */
const ROUND = 8;
const BEFORE = 2;
const DATA = 0xa000;
const WORD = 0x89abcdef;
const ROUNDS = 30_000;
/** Notes that fill their memory. */
const FULL = NOTES_BYTES / 16;
/** What PUSH EAX left, and the dword at EBX + 4, with EBX at the top of the stack. */
const SPANS = [
  { path: [4], count: 1 },
  { path: [0, 4], count: 1 },
];

/** EAX counts rounds to ECX. The round reads its stack, and from `read` (an address) with MOV ESI, [EDI]. */
function looping(isCompiled: boolean, read = DATA): CodeBench {
  // prettier-ignore
  const bench = new CodeBench().code(
    0x50, // push eax
    0x53, // push ebx
    0x5a, // MARKED: pop edx
    0x5a, // pop edx
    0x8b, 0x37, // mov esi, [edi]
    0x40, // inc eax
    0x39, 0xc8, // cmp eax, ecx
    0x75, 0xf5, // jnz CODE
    0xf4,
  );
  if (isCompiled) bench.cpu.attach((parts) => new Jit(parts, EAGER));
  bench.put({ [Gpr.Ebx]: DATA, [Gpr.Ecx]: ROUNDS, [Gpr.Edi]: read });
  bench.dword(DATA + 4, WORD);
  bench.cpu.breakpoints.add(MARKED);
  return bench;
}

/** Records at MARKED. Notes where the core was asked are made as a listener makes them. */
function recording(bench: CodeBench): { notes: number[][]; asked: number[]; ask: () => boolean } {
  const notes: number[][] = [];
  const asked: number[] = [];
  const sink = (instructions: number, words: Uint32Array, at: number): void =>
    void notes.push([instructions, ...words.subarray(at, at + 2)]);
  bench.cpu.recorders.put(MARKED, SPANS, sink);
  const ask = (): boolean => {
    asked.push(bench.gpr(Gpr.Eax));
    notes.push([bench.cpu.retired, bench.gpr(Gpr.Eax), WORD]);
    return false;
  };
  bench.cpu.onMark = ask;
  return { notes, asked, ask };
}

const expected = (rounds: number): number[][] =>
  Array.from({ length: rounds }, (_, n) => [n * ROUND + BEFORE, n, WORD]);

describe.each(ENGINES)("a recorder, %s", (_, isCompiled) => {
  it("notes its words and the count of instructions without the core", () => {
    const bench = looping(isCompiled);
    const { notes, asked } = recording(bench);
    expect(bench.run(ROUND * ROUNDS * 2)).toBe(CpuStop.Halted);
    expect(notes).toEqual(expected(ROUNDS));
    // The first round has not read its data yet, and each slice has a few more notes than there is room for.
    expect(asked[0]).toBe(0);
    expect(asked.length).toBeLessThan(2 + ROUNDS / (FULL / 2));
    expect(bench.cpu.compiled > 0).toBe(isCompiled);
  });

  it.each([1, 7, 100, 1001])("notes the same in runs of %i instructions", (most) => {
    const bench = looping(isCompiled);
    bench.put({ [Gpr.Ecx]: 500 });
    const { notes } = recording(bench);
    while (bench.run(most) === CpuStop.Count);
    expect(notes).toEqual(expected(500));
  });

  it("asks where a page is not in the TLB, and leaves it as it is", () => {
    const bench = looping(isCompiled, DATA + 0x1000);
    const misses = bench.state.counters.readMisses;
    const { notes, asked } = recording(bench);
    expect(bench.run(ROUND * ROUNDS * 2)).toBe(CpuStop.Halted);
    expect(notes).toEqual(expected(ROUNDS));
    expect(asked).toHaveLength(ROUNDS);
    // That of EDI's page.
    expect(bench.state.counters.readMisses - misses).toBe(1);
  });

  it("asks where a page is watched", () => {
    const bench = looping(isCompiled);
    bench.cpu.watches.add({ linear: DATA + 0x800, length: 4, touches: Touch.Read });
    const { notes, asked } = recording(bench);
    bench.run(ROUND * 1000);
    expect(notes).toEqual(expected(1000));
    expect(asked).toHaveLength(1000);
  });

  it("asks where a word crosses the end of its page", () => {
    const bench = looping(isCompiled, DATA + 0xffd);
    bench.put({ [Gpr.Ebx]: DATA + 0xff9 });
    const { notes, asked } = recording(bench);
    bench.run(ROUND * 1000);
    expect(notes).toHaveLength(1000);
    expect(asked).toHaveLength(1000);
  });

  it("hands on what is noted before another mark is asked about, before a stop and before its removal", () => {
    const bench = looping(isCompiled);
    const { notes, ask } = recording(bench);
    const counts: number[] = [];
    const inc = CODE + 6;
    bench.cpu.breakpoints.add(inc);
    bench.cpu.onMark = (linear) => {
      if (linear === MARKED) return ask();
      counts.push(notes.length);
      return counts.length === 300;
    };
    expect(bench.run(ROUND * ROUNDS)).toBe(CpuStop.Breakpoint);
    expect(counts).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
    bench.cpu.recorders.remove(MARKED);
    bench.cpu.breakpoints.remove(MARKED);
    bench.cpu.breakpoints.remove(inc);
    expect(bench.run(ROUND * 1000)).toBe(CpuStop.Count);
    expect(notes).toEqual(expected(300));
  });

  it("is asked about in its place where the guest has armed a breakpoint, and comes back afterwards", () => {
    const bench = looping(isCompiled);
    const { notes, asked } = recording(bench);
    bench.run(ROUND * 100);
    bench.cpu.recorders.yieldTo(new Set([MARKED]));
    bench.run(ROUND * 100);
    expect(asked).toHaveLength(101);
    bench.cpu.recorders.yieldTo(new Set());
    bench.run(ROUND * 100);
    expect(asked).toHaveLength(101);
    expect(notes).toEqual(expected(300));
  });
});

describe("notes", () => {
  it("that fill their memory within one slice are handed on by the next visit", () => {
    const bench = new CodeBench().code(0x5a, 0x54, 0xeb, 0xfc); // pop edx; push esp; jmp CODE
    bench.cpu.breakpoints.add(CODE);
    let [notes, asked] = [0, 0];
    bench.cpu.recorders.put(
      CODE,
      [
        { path: [0], count: 8 },
        { path: [0], count: 24 },
      ],
      () => notes++,
    );
    bench.cpu.onMark = () => {
      asked++;
      expect(bench.state.get(S.NotesEnd)).toBe(NOTES);
      return false;
    };
    bench.run(3 * 30_000);
    const room = Math.floor(NOTES_BYTES / (4 * 34));
    expect(notes + asked).toBe(30_000);
    expect(asked).toBeGreaterThan(30_000 / (room + 1) / 2);
    expect(asked).toBeLessThan(30_000 / room + 2);
  });

  it("have a bound on their length, their steps and their recorders", () => {
    const { recorders } = new CodeBench().cpu;
    const sink = (): void => undefined;
    expect(recorders.put(CODE, [{ path: [0], count: 33 }], sink)).toBe(false);
    expect(recorders.put(CODE, [{ path: new Array<number>(31).fill(0), count: 1 }], sink)).toBe(false);
    for (let n = 0; n < RECORDER_COUNT; n++) expect(recorders.put(CODE + n, SPANS, sink)).toBe(true);
    expect(recorders.put(CODE, SPANS, sink)).toBe(true);
    expect(recorders.put(CODE + RECORDER_COUNT, SPANS, sink)).toBe(false);
    recorders.remove(CODE + 3);
    expect(recorders.put(CODE + RECORDER_COUNT, SPANS, sink)).toBe(true);
  });
});
