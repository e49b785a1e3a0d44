import { Count, COUNTS } from "./layout";

/** Exits of compiled code: why a run of it ended. */
export interface CompiledExits {
  /** The slice held no more whole block. */
  budget: number;
  /** It led to code that is not compiled. */
  uncompiled: number;
  /** An exception was raised in it. */
  fault: number;
  /** An instruction that only the interpreter does: a store to code that it was made from. */
  replay: number;
  /** A breakpoint or trace point. */
  mark: number;
}

/**
 * What the machine counts about itself for who wants to know where the time
 * goes (docs/statistics.md). The machine never reads it, and counts on slow
 * paths only.
 */
export class Counters {
  readonly regions = { compiled: 0, live: 0, instructions: 0, bytes: 0, liveBytes: 0, compileMilliseconds: 0 };
  /** Regions lost: a store hit their code; breakpoint or mode slot changed, or merged; all decoded code went. */
  readonly dropped = { written: 0, remade: 0, reset: 0 };
  readonly compiledExits: CompiledExits = { budget: 0, uncompiled: 0, fault: 0, replay: 0, mark: 0 };
  /** By enum Exit (cpu/exit.ts). */
  readonly interpreterExits = new Float64Array(16);
  /** Blocks decoded for the interpreter; blocks decoded to be run once. */
  blocks = 0;
  scratchBlocks = 0;
  /** Times that all decoded code went because there was no more room, or because somebody asked. */
  resets = 0;
  /** Blocks and regions that went because of a store to their code. */
  invalidations = 0;

  /** Flushes of all pages. */
  allFlushes = 0;
  interrupts = 0;

  /** @param words the machine's memory, where what generated code counts is kept */
  constructor(private readonly words: Uint32Array) {}

  /** One more of what generated code counts too. */
  count(what: Count): void {
    const { words } = this;
    const at = (COUNTS + what) >> 2;
    if (++words[at] === 0x1_0000_0000) words[at + 1]++;
  }

  private counted(what: Count): number {
    const at = (COUNTS + what) >> 2;
    return this.words[at] + this.words[at + 1] * 0x1_0000_0000;
  }

  get readMisses(): number {
    return this.counted(Count.ReadMisses);
  }

  get writeMisses(): number {
    return this.counted(Count.WriteMisses);
  }

  /** Pages entered in an exec TLB. */
  get fetchMisses(): number {
    return this.counted(Count.FetchMisses);
  }

  get walks(): number {
    return this.counted(Count.Walks);
  }

  /** All pages; all but global ones; one page. */
  get flushes(): { all: number; local: number; page: number } {
    return { all: this.allFlushes, local: this.counted(Count.LocalFlushes), page: this.counted(Count.PageFlushes) };
  }

  get faults(): number {
    return this.counted(Count.Faults);
  }
}
