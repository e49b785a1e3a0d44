import { Count, COUNTS } from "./layout";

/** The exits of compiled code: why a run of it ended. */
export interface CompiledExits {
  /** The slice did not hold another whole block. */
  budget: number;
  /** Control went to code that is not compiled. */
  uncompiled: number;
  /** An exception was raised in it. */
  fault: number;
  /** An instruction that only the interpreter executes: a store to code that the region was made from. */
  replay: number;
  /** A breakpoint or trace point was reached. */
  mark: number;
}

/**
 * What the machine counts about itself, for users who want to know where the time goes (docs/statistics.md). The
 * machine never reads it, and counts on slow paths only.
 */
export class Counters {
  readonly regions = { compiled: 0, live: 0, instructions: 0, bytes: 0, liveBytes: 0, compileMilliseconds: 0 };
  /**
   * Regions dropped because a store hit their code (`written`), because a breakpoint or mode slot changed or they were
   * merged (`remade`), or because all decoded code was dropped (`reset`).
   */
  readonly dropped = { written: 0, remade: 0, reset: 0 };
  readonly compiledExits: CompiledExits = { budget: 0, uncompiled: 0, fault: 0, replay: 0, mark: 0 };
  /** By enum Exit (cpu/exit.ts). */
  readonly interpreterExits = new Float64Array(16);
  /** Blocks decoded for the interpreter; blocks decoded to be run once. */
  blocks = 0;
  scratchBlocks = 0;
  /** How often all decoded code was dropped, because there was no more room or because somebody asked for it. */
  resets = 0;
  /** Blocks and regions that were dropped because of a store to their code. */
  invalidations = 0;

  /** Flushes of all pages. */
  allFlushes = 0;
  interrupts = 0;

  /** @param words the machine's memory, where generated code keeps its counts */
  constructor(private readonly words: Uint32Array) {}

  /** Counts one more of something that generated code counts too. */
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

  /** Flushes of all pages, of all but global ones, and of one page. */
  get flushes(): { all: number; local: number; page: number } {
    return { all: this.allFlushes, local: this.counted(Count.LocalFlushes), page: this.counted(Count.PageFlushes) };
  }

  get faults(): number {
    return this.counted(Count.Faults);
  }
}
