import { describe, expect, it } from "vitest";
import { Flag, Gpr, Seg, Vector } from "../../../../emulator/base/arch";
import { RAM, S, SegField } from "../../../../emulator/base/layout";
import { CpuStop } from "../../../../emulator/cpu/cpu";
import { MAX_BLOCK } from "../../../../emulator/cpu/tier0/record";
import { Jit } from "../../../../emulator/jit/jit";
import { Touch } from "../../../../emulator/memory/watches";
import { Rng } from "../../../differential/rng";
import { EAGER } from "../../../harness/eager";
import { CODE, CodeBench } from "./code-bench";
import { compares, type Form, hasTarget, Model, reads } from "./string-model";

/** Two ranges of two pages each, low enough for 16-bit addresses; the pages before and after them are missing. */
const SOURCE = 0xa000;
const TARGET = 0xd000;
const RANGE = 0x2000;
const HOLES = [0x9, 0xc, 0xf];
/** What is compared of RAM. */
const DATA = [SOURCE, TARGET + RANGE] as const;
const EQUAL = 0x41;
const CASES = 6;
/** Enough for a run to end where something is compiled. */
const WARM_UP = 100;

const isMapped = (linear: number): boolean => !HOLES.includes(linear >>> 12);

const REPEATS = {
  movs: ["rep"],
  stos: ["rep"],
  lods: ["rep"],
  cmps: ["rep", "repne"],
  scas: ["rep", "repne"],
} as const;
const OPCODES = { movs: 0xa4, stos: 0xaa, lods: 0xac, cmps: 0xa6, scas: 0xae };

const FORMS: Form[] = (Object.keys(REPEATS) as (keyof typeof REPEATS)[]).flatMap((name) =>
  REPEATS[name].flatMap((rep) =>
    ([1, 2, 4] as const).flatMap((size) =>
      ([4, 2] as const).flatMap((addrSize) => [false, true].map((down) => ({ name, rep, size, addrSize, down }))),
    ),
  ),
);

const titled = (forms: Form[]): [string, Form][] =>
  forms.map((form) => {
    const { name, rep, size, addrSize, down } = form;
    return [
      `${rep} ${name} of ${(size * 8).toString()} bits ${down ? "downwards" : "upwards"} by ${(addrSize * 8).toString()}-bit addresses`,
      form,
    ];
  });

/** JC to itself: with CF set the place where interpreted time is spent, which is compiled with what follows. */
const JC = [0x72, 0xfe];
const START = CODE + JC.length;

function codeOf({ name, rep, size, addrSize }: Form): number[] {
  const prefixes = [...(size === 2 ? [0x66] : []), ...(addrSize === 2 ? [0x67] : []), rep === "rep" ? 0xf3 : 0xf2];
  return [...JC, ...prefixes, OPCODES[name] + (size === 1 ? 0 : 1), 0xf4];
}

interface Start {
  form: Form;
  gpr: number[];
  data: Uint8Array;
}

type Way = "at once" | "compiled" | "in pieces";
const WAYS: Way[] = ["at once", "compiled", "in pieces"];

/** A processor that is put back to one start after another. */
class Bench extends CodeBench {
  constructor(readonly way: Way) {
    super();
    this.page();
    for (const hole of HOLES) this.dword(0x11000 + hole * 4, 0);
    if (way === "compiled") this.cpu.attach((parts) => new Jit(parts, EAGER));
  }

  /** In place of the code of another start. */
  prepare(start: Start): void {
    this.cpu.forgetCode();
    this.bytes(CODE, ...codeOf(start.form));
    this.reset(start);
    if (this.way !== "compiled") return;
    this.state.setEflags(Flag.Cf);
    for (let n = 0; n < 3; n++) this.cpu.run(WARM_UP);
    this.reset(start);
  }

  private reset({ form, gpr, data }: Start): void {
    const { state, cpu } = this;
    this.state.u8.set(data, RAM + DATA[0]);
    gpr.forEach((value, reg) => {
      state.setGpr(reg, value);
    });
    state.setEflags(form.down ? Flag.Df : 0);
    state.set(S.Eip, CODE);
    state.set(S.Halted, 0);
    state.set(S.Cr2, 0);
    cpu.memory.tlb.flushAll();
  }

  /** Up to `count` instructions in this bench's way. */
  go(count: number, rng: Rng): CpuStop {
    const end = this.cpu.retired + count;
    let stop = CpuStop.Count;
    while (stop === CpuStop.Count && this.cpu.retired < end) {
      const stride = this.way === "in pieces" ? 1 + rng.below(rng.pick([2, 100])) : count;
      stop = this.cpu.run(Math.min(stride, end - this.cpu.retired));
    }
    return stop;
  }

  get data(): Uint8Array {
    return this.state.u8.slice(RAM + DATA[0], RAM + DATA[1]);
  }

  get registers(): number[] {
    return [Gpr.Eax, Gpr.Ecx, Gpr.Esi, Gpr.Edi].map((reg) => this.gpr(reg));
  }
}

const benches = WAYS.map((way) => new Bench(way));

/** Mostly equal bytes, so that comparisons last, with a few others; sometimes anything. */
function dataOf(rng: Rng): Uint8Array {
  const data = new Uint8Array(DATA[1] - DATA[0]).fill(EQUAL);
  if (rng.oneIn(4)) return data.map(() => rng.u32());
  for (let n = rng.below(12); n > 0; n--) data[rng.below(data.length)] = rng.u32();
  return data;
}

function startOf(form: Form, rng: Rng, source: number, target: number, count: number): Start {
  const gpr = Array.from({ length: 8 }, () => rng.u32());
  const put = (reg: Gpr, value: number): void => {
    gpr[reg] = form.addrSize === 2 ? (((gpr[reg] ?? 0) & 0xffff0000) | value) >>> 0 : value;
  };
  put(Gpr.Esi, source);
  put(Gpr.Edi, target);
  put(Gpr.Ecx, count);
  gpr[Gpr.Esp] = 0x8800;
  if (rng.oneIn(2)) gpr[Gpr.Eax] = Math.imul(EQUAL, 0x01010101);
  return { form, gpr, data: dataOf(rng) };
}

/** A first element from which `count` fit into the range. */
function inside({ down, size }: Form, rng: Rng, base: number, count: number): number {
  const low = base + rng.below(RANGE - count * size);
  return down ? low + (count - 1) * size : low;
}

/** A first element from which a few go well before the range's end. */
function beforeEnd({ down, size }: Form, rng: Rng, base: number): number {
  const bytes = rng.below(150 * size);
  return down ? base + bytes : base + RANGE - size - bytes;
}

const countOf = (rng: Rng): number => rng.pick([rng.below(3), rng.below(40), 100 + rng.below(1500)]);

function modelOf({ form, gpr, data }: Start): Model {
  const ram = new Uint8Array(0x20000);
  ram.set(data, DATA[0]);
  return new Model(form, [...gpr], Flag.Fixed1 | (form.down ? Flag.Df : 0), ram, isMapped);
}

/** Every way from `start` comes out as the model does, which stops after `most` iterations. */
function agree(start: Start, rng: Rng, most = Infinity): Model {
  const model = modelOf(start);
  const ended = model.run(most);
  const end = codeOf(start.form).length;
  for (const bench of benches) {
    bench.prepare(start);
    const compiled = bench.cpu.compiled;
    const stop = bench.go(1 + Math.min(most, 100_000), rng);
    const eip = model.fault !== undefined ? 0x6000 + Vector.Pf + 1 : ended && most === Infinity ? CODE + end : START;
    if (bench.way === "compiled" && most >= MAX_BLOCK)
      expect(bench.cpu.compiled - compiled).toBeGreaterThan(model.count);
    const { gpr } = model;
    expect([bench.way, stop, bench.eip]).toEqual([bench.way, most === Infinity ? CpuStop.Halted : CpuStop.Count, eip]);
    expect(bench.registers).toEqual([gpr[Gpr.Eax], gpr[Gpr.Ecx], gpr[Gpr.Esi], gpr[Gpr.Edi]]);
    expect(bench.state.get(S.Cr2)).toBe(model.fault ?? 0);
    // A fault's handler runs without DF changed, and its frame has the flags.
    expect(bench.state.eflags()).toBe(model.flags);
    expect(Buffer.compare(bench.data, model.ram.subarray(...DATA))).toBe(0);
  }
  return model;
}

function cases(form: Form, make: (rng: Rng) => { start: Start; most?: number }, check: (model: Model) => void): void {
  for (let n = 1; n <= CASES; n++) {
    const rng = new Rng(n * 1000 + FORMS.indexOf(form));
    const { start, most } = make(rng);
    check(agree(start, rng, most));
  }
}

/** One that only its count of 400 or a fault ends. */
function equalStart(form: Form, rng: Rng, source: number, target: number): Start {
  const start = startOf(form, rng, source, target, 400);
  if (!compares(form)) return start;
  start.data.fill(EQUAL);
  start.gpr[Gpr.Eax] = Math.imul(form.rep === "rep" ? EQUAL : EQUAL + 1, 0x01010101);
  if (form.name === "cmps" && form.rep === "repne") start.data.fill(EQUAL + 1, TARGET - SOURCE);
  return start;
}

describe("A repeated string instruction, at once, in pieces and compiled", () => {
  it.each(titled(FORMS))("does what one element after the other would: %s", (_, form) => {
    cases(
      form,
      (rng) => {
        const count = countOf(rng);
        return { start: startOf(form, rng, inside(form, rng, SOURCE, count), inside(form, rng, TARGET, count), count) };
      },
      (model) => expect(model.fault).toBeUndefined(),
    );
  });

  it.each(titled(FORMS.filter((form) => reads(form) && hasTarget(form))))(
    "repeats what it wrote where its ranges overlap: %s",
    (_, form) => {
      cases(
        form,
        (rng) => {
          const count = 30 + rng.below(500);
          const source = inside(form, rng, SOURCE, count + 40) + (form.down ? -20 : 20) * form.size;
          return { start: startOf(form, rng, source, source + rng.below(41) - 20, count) };
        },
        (model) => expect(model.fault).toBeUndefined(),
      );
    },
  );

  it.each(titled(FORMS.filter(reads)))("faults at an element of its source: %s", (_, form) => {
    cases(
      form,
      (rng) => ({ start: equalStart(form, rng, beforeEnd(form, rng, SOURCE), inside(form, rng, TARGET, 400)) }),
      (model) => expect((model.fault ?? 0) >>> 12).toBe(form.down ? 0x9 : 0xc),
    );
  });

  it.each(titled(FORMS.filter(hasTarget)))("faults at an element of its target: %s", (_, form) => {
    cases(
      form,
      (rng) => ({ start: equalStart(form, rng, inside(form, rng, SOURCE, 400), beforeEnd(form, rng, TARGET)) }),
      (model) => expect((model.fault ?? 0) >>> 12).toBe(form.down ? 0xc : 0xf),
    );
  });

  it.each(titled(FORMS))("stops in its midst at any count: %s", (_, form) => {
    cases(
      form,
      (rng) => {
        const start = equalStart(form, rng, inside(form, rng, SOURCE, 400), inside(form, rng, TARGET, 400));
        return { start, most: 1 + rng.below(350) };
      },
      (model) => expect(model.gpr[Gpr.Ecx]).not.toBe(0),
    );
  });
});

/** In the middle of a page. */
const BASE = 0x20800;

/** A processor with such DS and ES. */
function segmented(limit: number): CodeBench {
  const bench = new CodeBench();
  for (const seg of [Seg.Ds, Seg.Es]) {
    bench.state.setSeg(seg, SegField.Base, BASE);
    bench.state.setSeg(seg, SegField.Limit, limit);
  }
  // The page is at hand before.
  bench.code(0xaa, 0xac, 0xf4).put({ [Gpr.Esi]: 0, [Gpr.Edi]: 0 }); // stosb; lodsb
  bench.toHalt();
  bench.cpu.forgetCode();
  bench.state.set(S.Halted, 0);
  bench.state.set(S.Eip, CODE);
  return bench;
}

describe("A repeated string instruction", () => {
  it("wraps 16-bit pointers at 64 KiB and keeps the upper halves", () => {
    const bench = segmented(0xffffffff).code(0x67, 0xf3, 0xa4, 0xf4); // addr16 rep movsb
    bench.bytes(BASE + 0xfff0, ...Array.from({ length: 16 }, (_, n) => 0x80 + n));
    bench.bytes(BASE, 0x90, 0x91, 0x92, 0x93);
    bench.put({ [Gpr.Esi]: 0xabcdfff0, [Gpr.Edi]: 0x1234fff8, [Gpr.Ecx]: 0x55550014 });
    bench.toHalt();
    expect([bench.gpr(Gpr.Esi), bench.gpr(Gpr.Edi), bench.gpr(Gpr.Ecx)]).toEqual([0xabcd0004, 0x1234000c, 0x55550000]);
    expect([0xfff8, 0xfffc, 0, 8, 0x10000].map((at) => bench.read(BASE + at))).toEqual([
      0x83828180, 0x87868584, 0x83828180, 0x83828180, 0,
    ]);
  });

  it("wraps 16-bit pointers downwards at 0", () => {
    const bench = segmented(0xffffffff).code(0x67, 0xf3, 0xaa, 0xf4); // addr16 rep stosb
    bench.setFlags(Flag.Df);
    bench.put({ [Gpr.Eax]: 0x5a, [Gpr.Edi]: 0x12340002, [Gpr.Ecx]: 5 });
    bench.toHalt();
    expect(bench.gpr(Gpr.Edi)).toBe(0x1234fffd);
    expect([0, 0xfffc, -4].map((at) => bench.read(BASE + at))).toEqual([0x5a5a5a, 0x5a5a0000, 0]);
  });

  it.each([
    ["beyond the limit of", 0, 0x20, 0x100, 36],
    ["from the start beyond the limit of", 0, 0x104, 0x104, 100],
    ["downwards before the start of", Flag.Df, 0x40, -4, 83],
  ])("raises #GP(0) at the element %s a segment", (_, flags, from, to, left) => {
    const bench = segmented(0x102).code(0xf3, 0xab, 0xf4); // rep stosd
    bench.setFlags(flags);
    bench.put({ [Gpr.Eax]: 0x12345678, [Gpr.Edi]: from, [Gpr.Ecx]: left + Math.abs(to - from) / 4 });
    expect(bench.toHalt()).toBe(Vector.Gp);
    expect([bench.gpr(Gpr.Edi), bench.gpr(Gpr.Ecx)]).toEqual([to >>> 0, left]);
    expect(bench.read(BASE + to)).toBe(0);
  });

  it("makes the code anew that it overwrites", () => {
    const bench = new CodeBench().code(0xf3, 0xaa, 0x40, 0x40, 0x40, 0x40, 0xf4); // rep stosb; inc eax, four times
    bench.put({ [Gpr.Eax]: 0x43, [Gpr.Edi]: CODE + 2, [Gpr.Ecx]: 0 });
    bench.toHalt();
    bench.state.set(S.Halted, 0);
    bench.state.set(S.Eip, CODE);
    bench.put({ [Gpr.Eax]: 0x43, [Gpr.Ecx]: 3 }); // inc ebx
    bench.toHalt();
    expect([bench.gpr(Gpr.Eax), bench.gpr(Gpr.Ebx)]).toEqual([0x44, 3]);
  });

  it("stops after the iteration that touches a watch", () => {
    const bench = new CodeBench().code(0xf3, 0xa5, 0xf4); // rep movsd
    bench.cpu.watches.add({ linear: 0x30082, length: 1, touches: Touch.Write });
    bench.put({ [Gpr.Esi]: 0x20000, [Gpr.Edi]: 0x30000, [Gpr.Ecx]: 100 });
    expect(bench.run(1000)).toBe(CpuStop.Watchpoint);
    expect([bench.gpr(Gpr.Edi), bench.gpr(Gpr.Ecx), bench.eip]).toEqual([0x30084, 67, CODE]);
  });
});
