import type { Mode } from "../cpu/mode";

/** What the interpreter has executed in one mode. */
export interface Traced {
  mode: Mode;
  /** How often each block was executed, by its offset in CS; in the order of their first times. */
  blocks: Map<number, number>;
}

/**
 * Follows the interpreter for a while, block by block, once something has become hot: a region is then made of what is
 * executed together, and leaves out what could only be reached.
 */
export class Trace {
  private left = 0;
  /** By mode slot. */
  private readonly modes = new Map<number, Traced>();

  get isOn(): boolean {
    return this.left > 0;
  }

  /** Follows the next `length` blocks; a stay in compiled code counts as one, and is not followed. */
  begin(length: number): void {
    this.left = length;
    this.modes.clear();
  }

  /** Another piece is about to be run. Whether that ends the trace. */
  isOver(): boolean {
    return this.isOn && --this.left === 0;
  }

  /** The interpreter is about to execute the block at an offset in CS. */
  note(mode: Mode, eip: number): void {
    const traced = this.modes.get(mode.slot) ?? { mode, blocks: new Map<number, number>() };
    this.modes.set(mode.slot, traced);
    traced.blocks.set(eip, (traced.blocks.get(eip) ?? 0) + 1);
  }

  /** Another mode gets the slot. */
  forget(slot: number): void {
    this.modes.delete(slot);
  }

  /** What was executed, mode by mode; the trace is over. */
  take(): Traced[] {
    const traced = [...this.modes.values()];
    this.begin(0);
    return traced;
  }
}
