import { describe, expect, it } from "vitest";
import type { Transfer } from "../../../../emulator/index";
import type { Instruction } from "../../../../debug-adapter/disassembly/instruction";
import type { MachineFrame } from "../../../../debug-adapter/stack/unwinder";
import type {
  SteppedDebuggee,
  Halt,
  SourcePlace,
  Destination,
} from "../../../../debug-adapter/stepping/stepped-debuggee";
import { Stepper, type Granularity, type StepKind } from "../../../../debug-adapter/stepping/stepper";

/** What one instruction of the fake program does besides going on to the next. */
interface Step {
  line: number;
  /** Not the first instruction of its statement. */
  inside?: true;
  flow?: Instruction["flow"];
  /** Goes there; with `push` it leaves the next address on the stack. */
  to?: number;
  push?: true;
  /** Goes to the address on top of the stack. */
  pops?: true;
  /** Ring after it. */
  ring?: number;
  file?: string;
  breakpoint?: true;
}

const ENTRY = 4;

/** A program of one-byte instructions at their index, with a stack of return addresses (address, ring). */
class FakeDebuggee implements SteppedDebuggee {
  pc = 0;
  ring = 1;
  context = 7;
  hiddenCalls = 0;
  private readonly stack: { pc: number; ring: number }[] = [];
  /** An interrupt comes before the next instruction: it runs `handler` and returns. */
  interruptAt: number | undefined;
  handlerRing = 0;
  /** Of a string instruction that is left to repeat. */
  iterations = Infinity;

  constructor(
    private readonly program: Record<number, Step>,
    private readonly functions: readonly number[],
  ) {}

  get esp(): number {
    return 0x1000 - 4 * this.stack.length;
  }

  frames(limit = 10): MachineFrame[] {
    const frame = (pc: number, ring: number, depth: number, isReturnAddress: boolean) =>
      ({
        pc,
        ring,
        cfa: 0x1004 - 4 * depth,
        isReturnAddress,
        registers: Object.assign([], { [ENTRY]: 0x1000 - 4 * depth }),
      }) as unknown as MachineFrame;
    const callers = this.stack.map(({ pc, ring }, i) => frame(pc, ring, i, true)).reverse();
    return [frame(this.pc, this.ring, this.stack.length, false), ...callers].slice(0, limit);
  }

  sourceAt(linear: number): SourcePlace | undefined {
    const step = this.program[linear];
    if (step === undefined || step.line === 0) return undefined;
    const file = step.file ?? "a.c";
    const entry = [...this.functions].reverse().find((start) => start <= linear) ?? 0;
    return {
      file,
      line: step.line,
      isRow: step.inside !== true,
      isStatement: step.inside !== true,
      function: entry,
      calls: [],
      isAssembly: file.endsWith(".S"),
    };
  }

  afterPrologue(linear: number): number | undefined {
    return this.functions.includes(linear) ? linear + 1 : undefined;
  }

  isSkipped(linear: number): boolean {
    return this.program[linear]?.file === "trace.c";
  }

  instruction(): Instruction | undefined {
    return { length: 1, flow: this.program[this.pc]?.flow ?? "next" };
  }

  exceptionsOf(): Destination[] {
    return [];
  }

  lengthAt(): number {
    return 1;
  }

  faultHandlers(): { linear: number; ring: number }[] {
    return [];
  }

  advance(): { halt: Halt | undefined; entered: Transfer["kind"] | undefined } {
    if (this.interruptAt === this.pc) {
      this.interruptAt = undefined;
      this.stack.push({ pc: this.pc, ring: this.ring });
      [this.pc, this.ring] = [900, this.handlerRing];
      return { halt: undefined, entered: "interrupt" };
    }
    const step = this.program[this.pc];
    if (step === undefined) return { halt: { kind: "ended" }, entered: undefined };
    if (step.push === true) this.stack.push({ pc: this.pc + 1, ring: this.ring });
    const popped = step.pops === true ? this.stack.pop() : undefined;
    const isDone = step.flow === "repeat" && --this.iterations <= 0;
    this.pc = popped?.pc ?? (isDone ? undefined : step.to) ?? this.pc + 1;
    this.ring = popped?.ring ?? step.ring ?? this.ring;
    return { halt: undefined, entered: step.flow === "interrupt" ? "int" : undefined };
  }

  runTo(targets: readonly Destination[]): Promise<Halt | undefined> {
    for (let i = 0; i < 1000; i++) {
      const { halt } = this.advance();
      if (halt !== undefined) return Promise.resolve(halt);
      const at = (t: Destination): boolean =>
        t.linear === this.pc && t.ring === this.ring && this.esp >= t.lowestEsp && this.esp <= t.highestEsp;
      if (targets.some(at)) return Promise.resolve(undefined);
      if (this.isAtBreakpoint()) return Promise.resolve({ kind: "breakpoint" });
    }
    throw new Error("the fake program went astray");
  }

  isAtBreakpoint(): boolean {
    return this.program[this.pc]?.breakpoint === true;
  }

  breathe(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

/**
 * 0-9 the guest's caller, 100 its callee, 200 a hypercall stub in assembly, 300 the hypervisor's entry in
 * assembly, 310 its C, 900 an interrupt handler.
 */
const PROGRAM: Record<number, Step> = {
  0: { line: 1 },
  1: { line: 1, inside: true },
  2: { line: 2, flow: "call", to: 100, push: true },
  3: { line: 2, inside: true },
  4: { line: 3, flow: "call", to: 200, push: true },
  5: { line: 4 },
  6: { line: 4, inside: true, flow: "jump", to: 5 },
  100: { line: 10 },
  101: { line: 11 },
  102: { line: 12, flow: "return", pops: true },
  200: { line: 50, file: "stub.S", flow: "interrupt", to: 300, push: true, ring: 0 },
  201: { line: 51, file: "stub.S", flow: "return", pops: true },
  300: { line: 60, file: "entry.S", flow: "call", to: 310, push: true },
  301: { line: 61, file: "entry.S", flow: "return", pops: true },
  310: { line: 70 },
  311: { line: 71, flow: "call", to: 400, push: true },
  312: { line: 72, flow: "return", pops: true },
  400: { line: 80, file: "trace.c" },
  401: { line: 81, file: "trace.c", flow: "return", pops: true },
  900: { line: 0 },
  901: { line: 0, flow: "return", pops: true },
};
const FUNCTIONS = [0, 100, 200, 300, 310, 400, 900];

async function step(fake: FakeDebuggee, kind: StepKind, granularity: Granularity = "line"): Promise<string> {
  const end = await new Stepper(fake).step(kind, granularity);
  return `${end.kind} at ${fake.pc} ring ${fake.ring}`;
}

function at(pc: number, program = PROGRAM): FakeDebuggee {
  const fake = new FakeDebuggee(program, FUNCTIONS);
  fake.pc = pc;
  return fake;
}

describe("a step by line", () => {
  it("goes on to the next line's first instruction", async () => {
    expect(await step(at(0), "over")).toBe("done at 2 ring 1");
  });

  it("over a call stops after it, at the next line", async () => {
    expect(await step(at(2), "over")).toBe("done at 4 ring 1");
  });

  it("into a call stops after the callee's prologue", async () => {
    expect(await step(at(2), "in")).toBe("done at 101 ring 1");
  });

  it("into a call whose path is assembly goes through the trap to the hypervisor's C", async () => {
    expect(await step(at(4), "in")).toBe("done at 311 ring 0");
  });

  it("over a call that traps stays in the caller", async () => {
    expect(await step(at(4), "over")).toBe("done at 5 ring 1");
  });

  it("leaves trace points aside", async () => {
    const fake = at(4);
    await step(fake, "in");
    expect(await step(fake, "in")).toBe("done at 312 ring 0");
  });

  it("over the last line of a function ends in the caller's line", async () => {
    const fake = at(2);
    await step(fake, "in");
    expect(await step(fake, "over")).toBe("done at 102 ring 1");
    expect(await step(fake, "over")).toBe("done at 3 ring 1");
  });

  it("over the hypervisor's last line comes back to the guest's", async () => {
    const fake = at(4);
    await step(fake, "in");
    await step(fake, "over");
    expect(await step(fake, "over")).toBe("done at 5 ring 1");
  });

  it.each(["in", "over"] as const)("%s lets an interrupt run and come back", async (kind) => {
    const fake = at(0);
    fake.interruptAt = 1;
    expect(await step(fake, kind)).toBe("done at 2 ring 1");
  });

  it.each(["in", "over"] as const)(
    "%s lets an interrupt in its own ring run and come back, before a jump too",
    async (kind) => {
      for (const pc of [0, 6]) {
        const fake = at(pc);
        fake.handlerRing = 1;
        fake.interruptAt = pc;
        expect(await step(fake, kind, "instruction")).toBe(`done at ${pc === 0 ? 1 : 5} ring 1`);
      }
    },
  );

  it("ends at a breakpoint inside what it steps over", async () => {
    expect(await step(at(2, { ...PROGRAM, 101: { line: 11, breakpoint: true } }), "over")).toBe(
      "breakpoint at 101 ring 1",
    );
  });

  it("ends with the machine", async () => {
    expect(await step(at(0, { 0: { line: 1 } }), "over")).toBe("ended at 1 ring 1");
  });
});

describe("a step by instruction", () => {
  it("executes one, or runs a call to its return", async () => {
    expect(await step(at(0), "over", "instruction")).toBe("done at 1 ring 1");
    expect(await step(at(2), "in", "instruction")).toBe("done at 100 ring 1");
    expect(await step(at(2), "over", "instruction")).toBe("done at 3 ring 1");
  });

  it.each(["in", "over"] as const)("%s runs a repeated string instruction to its end", async (kind) => {
    const repeated = { ...PROGRAM, 0: { line: 1, flow: "repeat", to: 0 } } as typeof PROGRAM;
    const fake = at(0, repeated);
    fake.iterations = 500;
    expect(await step(fake, kind, "instruction")).toBe("done at 1 ring 1");
  });

  it("enters the inner ring, or runs the trap to its return", async () => {
    const into = at(4);
    await step(into, "in", "instruction");
    expect(await step(into, "in", "instruction")).toBe("done at 300 ring 0");
    const over = at(4);
    await step(over, "in", "instruction");
    expect(await step(over, "over", "instruction")).toBe("done at 201 ring 1");
  });

  it("executes its own instruction although an interrupt came first", async () => {
    const fake = at(0);
    fake.interruptAt = 0;
    expect(await step(fake, "in", "instruction")).toBe("done at 1 ring 1");
  });
});

describe("a step out", () => {
  it("ends after the call", async () => {
    const fake = at(2);
    await step(fake, "in");
    expect(await step(fake, "out")).toBe("done at 3 ring 1");
  });

  it("from the hypervisor ends in the guest's C, assembly left aside", async () => {
    const fake = at(4);
    await step(fake, "in");
    expect(await step(fake, "out")).toBe("done at 5 ring 1");
  });

  it("has nowhere to go from the outermost frame", async () => {
    expect(await step(at(0), "out")).toBe("nowhere at 0 ring 1");
  });
});
