import { S } from "../base/layout";
import type { State } from "../base/state";
import type { StateStream } from "../base/state-stream";

/** S.RepeatAt when no string instruction is unfinished. No string instruction begins at the last byte of 4 GiB. */
export const NOWHERE = -1;

/**
 * The count of instructions. Generated code charges S.Budget; a slice is one stretch of it and has a budget. Counts are
 * exact at any time, also inside a helper.
 */
export class Slice {
  /** The budget that the slice began with. */
  granted = 0;
  private readonly words: Int32Array;
  /** Instructions retired before the slice. */
  private before = 0;

  /** @param now machine time */
  constructor(
    state: State,
    private readonly now: () => number,
  ) {
    this.words = state.i32;
    this.words[S.RepeatAt >> 2] = NOWHERE;
  }

  /** Instructions retired so far. */
  get retired(): number {
    return this.before + this.spent;
  }

  /** Instructions retired in this slice. */
  get spent(): number {
    return this.granted - this.words[S.Budget >> 2];
  }

  get left(): number {
    return this.words[S.Budget >> 2];
  }

  begin(budget: number): void {
    const { words } = this;
    this.before = this.retired;
    this.granted = budget;
    words[S.FaultBudget >> 2] = this.followsFault ? budget : -1;
    words[S.Budget >> 2] = budget;
    words[S.Stop >> 2] = 0;
    words[S.RepeatAt >> 2] = NOWHERE;
    const end = this.now() + budget;
    words[S.TimeAtEnd >> 2] = end;
    words[(S.TimeAtEnd >> 2) + 1] = end / 2 ** 32;
  }

  /** Whether a fault was delivered and no instruction has been retired since. */
  get followsFault(): boolean {
    return this.words[S.FaultBudget >> 2] === this.words[S.Budget >> 2];
  }

  /** The count, and what decides from the last slice how the next one goes on. */
  passState(stream: StateStream): void {
    const { words } = this;
    const retired = stream.number(this.retired);
    const followsFault = stream.flag(this.followsFault);
    if (!stream.isLoading) return;
    this.before = retired;
    this.granted = words[S.Budget >> 2] = 0;
    words[S.FaultBudget >> 2] = followsFault ? 0 : -1;
    // Whether a mark has been asked about concerns the debugger alone.
    words[S.RepeatAt >> 2] = NOWHERE;
  }

  /**
   * Notes that a fault is being delivered. A fault that follows another with no instruction between them counts as an
   * instruction. So a handler that faults at its first instruction uses up its slice, as any endless loop does.
   */
  noteFault(): void {
    if (this.followsFault) this.words[S.Budget >> 2]--;
    this.words[S.FaultBudget >> 2] = this.words[S.Budget >> 2];
  }
}
