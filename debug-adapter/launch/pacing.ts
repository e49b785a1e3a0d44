/** Shorter idle spells are slept together: waking costs more than a frame's delay of a timer matters. */
const SHORTEST_SLEEP_MS = 16;
/** A host that slept far too long does not make the guest race afterwards. */
const LONGEST_CREDIT_MS = 50;
const TICKS_PER_MS = 1_000_000;

/**
 * Turns the idle time of a machine into sleep of the host, so that an idle
 * guest costs nothing. Idle spells too short to sleep are saved up; a sleep
 * that took too long is made good by the next ones.
 */
export class Pacing {
  private owedMs = 0;

  /**
   * @param sleep waits so long, or until there is something else to do
   * @param now the host's clock in milliseconds
   */
  constructor(
    private readonly sleep: (milliseconds: number) => Promise<void>,
    private readonly now: () => number,
  ) {}

  /** Lets the host catch up with `ticks` of idle time; how many of them the machine may skip now. */
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
    // Something woke the host early: the machine is as far as the clock on the wall.
    this.owedMs = 0;
    return Math.min(ticks, Math.floor(slept * TICKS_PER_MS));
  }
}
