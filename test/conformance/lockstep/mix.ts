import { REPLAY, S } from "../../../emulator/base/layout";
import type { Compiler } from "../../../emulator/cpu/compiler";
import type { CompilerParts } from "../../../emulator/cpu/cpu";
import { MAX_BLOCK } from "../../../emulator/cpu/tier0/record";

/** What happened to the compiled code of one board: a lockstep run shows nothing about code that never ran. */
export class Mix {
  /** All instructions, and those that compiled code retired. */
  instructions = 0;
  compiled = 0;
  /** Times that compiled code was entered from the core. */
  entries = 0;
  /** Entries that ended in a fault of an instruction under way. */
  faults = 0;
  /** ... in a budget that might not hold the next block. */
  budgets = 0;
  /** ... before a store that would have changed code. */
  changes = 0;
  /** ... at code that is not compiled. */
  misses = 0;
  /** Times that a state was saved, run on from, and loaded. */
  detours = 0;
  /** Touched watches and traced changes of ring. */
  told = 0;

  /** `compiler`, with what it does counted. */
  watch(compiler: Compiler, { state }: CompilerParts): Compiler {
    const run = (record: number): void => {
      const before = state.get(S.Budget);
      compiler.run(record);
      const left = state.get(S.Budget);
      this.entries++;
      this.compiled += before - left;
      const fault = state.get(S.Fault);
      if (fault === REPLAY) this.changes++;
      else if (fault !== 0) this.faults++;
      else if (left < MAX_BLOCK) this.budgets++;
      else this.misses++;
    };
    return {
      isTracing: () => compiler.isTracing(),
      trace: (mode) => compiler.trace(mode),
      evicted: (slot) => compiler.evicted(slot),
      run,
      sample: (mode, instructions) => compiler.sample(mode, instructions),
      missed: (mode) => compiler.missed(mode),
      watchesChanged: () => compiler.watchesChanged(),
      reset: () => compiler.reset(),
    };
  }

  add(other: Mix): void {
    this.instructions += other.instructions;
    this.compiled += other.compiled;
    this.entries += other.entries;
    this.faults += other.faults;
    this.budgets += other.budgets;
    this.changes += other.changes;
    this.misses += other.misses;
    this.told += other.told;
  }

  toString(): string {
    const share = ((100 * this.compiled) / Math.max(this.instructions, 1)).toFixed(1);
    return (
      `${this.instructions.toString()} instructions, ${share} % compiled; compiled code left ${this.entries.toString()} times: ` +
      `${this.faults.toString()} faults, ${this.budgets.toString()} budgets, ${this.changes.toString()} changes of code, ${this.misses.toString()} not compiled; ${this.told.toString()} events told`
    );
  }
}
