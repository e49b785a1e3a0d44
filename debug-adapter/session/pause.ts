/** The user's wish to stop a machine that runs or sleeps. */
export class Pause {
  private wanted = false;
  private waker: (() => void) | undefined;

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

  /** Waits so long, or for ever, unless woken. */
  sleep(milliseconds?: number): Promise<void> {
    if (this.wanted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(() => this.waker?.(), milliseconds);
      this.waker = () => {
        clearTimeout(timer);
        this.waker = undefined;
        resolve();
      };
    });
  }

  /** Lets the event loop take its turn. */
  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
