import type { DebugHost } from "../launch/host";
import type { Waiting } from "../launch/driver";

/** The user's wish to stop a machine that runs or sleeps. */
export class Pause implements Waiting {
  /** The user may always pause, or type. */
  readonly canWake = true;
  private wanted = false;
  private waker: (() => void) | undefined;

  constructor(private readonly host: Pick<DebugHost, "after" | "turn" | "outlet">) {
    host.outlet?.onDrained(() => this.wake());
  }

  get asked(): boolean {
    return this.wanted;
  }

  ask(): void {
    this.wanted = true;
    this.wake();
  }

  clear(): void {
    this.wanted = false;
  }

  /** Ends a sleep early. */
  wake(): void {
    this.waker?.();
  }

  /** Waits for the given time, or for ever, unless woken. */
  sleep(milliseconds?: number): Promise<void> {
    if (this.wanted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = milliseconds === undefined ? undefined : this.host.after(milliseconds, () => this.wake());
      this.waker = () => {
        cancel?.();
        this.waker = undefined;
        resolve();
      };
    });
  }

  /**
   * Lets the event loop take its turn, and lets the client take what was sent to it, since a guest may write faster
   * than the client reads.
   */
  async turn(): Promise<void> {
    await this.host.turn();
    while (this.host.outlet?.isFull === true && !this.wanted) await this.sleep();
  }
}
