import type { Clock } from "../base/ports";
import type { Stateful, StateStream } from "../base/state-stream";

/** The machine time of an event that is not armed. */
export const NEVER = Infinity;

/** One event slot of a device. It is made at wiring, and armed and disarmed without allocation. */
export interface Timer {
  /** The tick at which `fire` runs, or NEVER. Only Timers writes it. */
  due: number;
  readonly fire: () => void;
}

/**
 * The machine's timed events. A machine has only a handful of them, so they are searched instead of queued. Events due
 * at the same tick fire in the order of their creation.
 */
export class Timers implements Stateful {
  /** Tick of the next event, or NEVER. */
  deadline = NEVER;
  private readonly all: Timer[] = [];

  /** @param onEarlier called when the deadline moves closer; the slice in progress must end by then */
  constructor(
    readonly clock: Clock,
    private readonly onEarlier: () => void,
  ) {}

  create(fire: () => void): Timer {
    const timer: Timer = { due: NEVER, fire };
    this.all.push(timer);
    return timer;
  }

  /** Arms `timer` for an absolute tick. A tick in the past is due at once, and NEVER disarms it. */
  schedule(timer: Timer, tick: number): void {
    timer.due = tick;
    const before = this.deadline;
    this.refresh();
    if (this.deadline < before) this.onEarlier();
  }

  /** Fires everything that is due, earliest first, until nothing is. Events may arm others. @returns how many fired */
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

  /** Timers pass in the order of their creation, which a machine's wiring fixes. */
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
