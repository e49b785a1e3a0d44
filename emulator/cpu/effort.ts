/**
 * How much is done between two questions whether a run is due to come back. The unit is 1,024 instructions of generated
 * code or one return from it; each takes a few microseconds at most.
 */
const MOST = 64;
const SHIFT = 10;

/**
 * Asks the user of the processor now and then whether the run is to come back. When it asks depends on how much has
 * been done, and not on a clock.
 */
export class Effort {
  /** Whether the answer was yes. */
  due = false;
  private isDue: (() => boolean) | undefined;
  /** How much has been done since the last question. */
  private spent = 0;

  /** Begins a run. Without `isDue` it is never due. */
  begin(isDue: (() => boolean) | undefined): void {
    this.due = false;
    this.isDue = isDue;
  }

  /** Counts a call of generated code for up to `budget` instructions, or of a listener (0). */
  spend(budget: number): void {
    this.spent += 1 + (budget >> SHIFT);
    if (this.spent < MOST) return;
    this.spent = 0;
    this.due = this.isDue?.() ?? false;
  }
}
