import type { Clock } from "../../../../emulator/base/ports";
import { Timers } from "../../../../emulator/devices/timers";

/** A clock that a test turns, with the timers on it. */
export class TestClock implements Clock {
  ticks = 0;
  readonly timers = new Timers(this, () => undefined);

  now(): number {
    return this.ticks;
  }

  /** Goes to `tick`, firing each timer at its own instant. */
  runTo(tick: number): void {
    while (this.timers.deadline <= tick) {
      this.ticks = Math.max(this.ticks, this.timers.deadline);
      this.timers.runDue();
    }
    this.ticks = tick;
  }
}
