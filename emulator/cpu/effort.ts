/**
 * How much is done between two questions whether a run is due to come back, in units of 1,024 instructions of
 * generated code, or of one return from it: each takes a few microseconds at most.
 */
const MOST = 64;
const SHIFT = 10;

/** Asks whoever runs the processor now and then whether the run is to come back, by what has been done and not by a clock. */
export class Effort {
  /** The answer was yes. */
  due = false;
  private isDue: (() => boolean) | undefined;
  /** What has been done since that was asked. */
  private spent = 0;

  /** A run begins; without `isDue` it is never due. */
  begin(isDue: (() => boolean) | undefined): void {
    this.due = false;
    this.isDue = isDue;
  }

  /** Generated code is about to be called for up to `budget` instructions, or has called a listener (0). */
  spend(budget: number): void {
    this.spent += 1 + (budget >> SHIFT);
    if (this.spent < MOST) return;
    this.spent = 0;
    this.due = this.isDue?.() ?? false;
  }
}
