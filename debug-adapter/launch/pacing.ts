/** Shorter idle times are slept together, because waking costs more than a delay of one frame matters. */
const SHORTEST_SLEEP_MS = 16;
/** The longest time that a host which slept too long may make up for. Beyond that the guest does not race. */
const LONGEST_CREDIT_MS = 50;
const TICKS_PER_MS = 1_000_000;

/**
 * Turns the idle time of a machine into sleep of the host, so that an idle guest costs nothing. Idle times that are too
 * short to sleep are saved up, and the next sleeps make up for one that took too long.
 */
export class Pacing {
  private owedMs = 0;

  /**
   * @param sleep waits for the given time, or until there is something else to do
   * @param now the host's clock in milliseconds
   */
  constructor(
    private readonly sleep: (milliseconds: number) => Promise<void>,
    private readonly now: () => number,
  ) {}

  /** Lets the host catch up with `ticks` of idle time. @returns how many of them the machine may skip now */
  async idle(ticks: number): Promise<number> {
    const want = this.owedMs + ticks / TICKS_PER_MS;
    if (want < SHORTEST_SLEEP_MS) {
      this.owedMs = want;
      return ticks;
    }
    const before = this.now();
    await this.sleep(want);
    const slept = this.now() - before;
    this.owedMs = Math.max(want - slept, -LONGEST_CREDIT_MS);
    if (slept >= want) return ticks;
    // Something woke the host early, and the machine has already caught up with the host's clock.
    this.owedMs = 0;
    return Math.min(ticks, Math.floor(slept * TICKS_PER_MS));
  }
}
