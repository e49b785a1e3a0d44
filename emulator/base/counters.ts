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

  readMisses = 0;
  writeMisses = 0;
  /** Pages entered in an exec TLB. */
  fetchMisses = 0;
  walks = 0;
  /** All pages; all but global ones; one page. */
  flushes = { all: 0, local: 0, page: 0 };

  faults = 0;
  interrupts = 0;
}
