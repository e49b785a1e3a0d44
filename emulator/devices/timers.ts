import type { Clock } from "../base/ports";
import type { Stateful, StateStream } from "../base/state-stream";

/** Machine time of an event that is not armed. */
export const NEVER = Infinity;

/** One event slot of a device: made at wiring, armed and disarmed without allocation. */
export interface Timer {
  /** Tick at which `fire` runs, or NEVER. Written by Timers only. */
  due: number;
  readonly fire: () => void;
}

/**
 * The machine's timed events. A machine has a handful of them, so a scan is
 * the queue; events due at the same tick fire in the order of their creation.
 */
export class Timers implements Stateful {
  /** Tick of the next event, or NEVER. */
  deadline = NEVER;
  private readonly all: Timer[] = [];

  /** @param onEarlier called when the deadline moves closer: the slice in progress must end by then */
  constructor(
    readonly clock: Clock,
    private readonly onEarlier: () => void,
  ) {}

  create(fire: () => void): Timer {
    const timer: Timer = { due: NEVER, fire };
    this.all.push(timer);
    return timer;
  }

  /** Arms `timer` for an absolute tick (a past one is due at once); NEVER disarms it. */
  schedule(timer: Timer, tick: number): void {
    timer.due = tick;
    const before = this.deadline;
    this.refresh();
    if (this.deadline < before) this.onEarlier();
  }

  /** Fires everything that is due, earliest first, until nothing is; events may arm others. How many fired. */
  runDue(): number {
    let fired = 0;
    while (this.deadline <= this.clock.now()) {
      const timer = this.next();
      if (timer === undefined) break;
      timer.due = NEVER;
      timer.fire();
      this.refresh();
      fired++;
    }
    return fired;
  }

  /** By the order of their creation, which a machine's wiring fixes. */
  passState(stream: StateStream): void {
    for (const timer of this.all) timer.due = stream.number(timer.due);
    this.refresh();
  }

  private next(): Timer | undefined {
    return this.all.find((timer) => timer.due === this.deadline);
  }

  private refresh(): void {
    let earliest = NEVER;
    for (const timer of this.all) if (timer.due < earliest) earliest = timer.due;
    this.deadline = earliest;
  }
}
