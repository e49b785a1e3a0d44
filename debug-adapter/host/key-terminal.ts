import type { ReadStream } from "node:tty";

/** What ends a process that does not take it. Node itself gives the terminal back for two of them, but takes it anew for none. */
const ENDING: readonly NodeJS.Signals[] = [
  ...(["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGABRT", "SIGALRM", "SIGUSR2"] as const),
  ...(["SIGVTALRM", "SIGXCPU", "SIGXFSZ", "SIGIO", "SIGPWR", "SIGSYS", "SIGSTKFLT"] as const),
];

/**
 * A terminal that hands over each key at once, unechoed: Ctrl-C too is a key then. Whoever used the terminal before gets
 * it back as it was, whichever way the process ends or is stopped.
 */
export class KeyTerminal {
  private readonly listeners = new Map<NodeJS.Signals, () => void>();

  constructor(private readonly stream: ReadStream) {}

  open(): void {
    this.stream.setRawMode(true);
    for (const signal of ENDING) this.listen(signal, () => this.passOn(signal));
    // Stopped from outside, since Ctrl-Z is a key: meanwhile the shell's line editor needs its own terminal.
    this.listen("SIGTSTP", () => {
      this.stream.setRawMode(false);
      process.kill(process.pid, "SIGSTOP");
    });
    this.listen("SIGCONT", () => void this.stream.setRawMode(true));
  }

  close(): void {
    for (const [signal, listener] of this.listeners) process.off(signal, listener);
    this.listeners.clear();
    this.stream.setRawMode(false);
  }

  private listen(signal: NodeJS.Signals, listener: () => void): void {
    try {
      process.on(signal, listener);
    } catch {
      // This system has no such signal.
      return;
    }
    this.listeners.set(signal, listener);
  }

  /** Without a listener the signal does what it does to any process: its sender sees that in the exit status. */
  private passOn(signal: NodeJS.Signals): void {
    this.close();
    process.kill(process.pid, signal);
  }
}
