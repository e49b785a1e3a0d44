import type { ReadStream } from "node:tty";

/**
 * Signals that end a process which does not handle them. Node itself restores the terminal for two of them, but takes
 * it again for none.
 */
const ENDING: readonly NodeJS.Signals[] = [
  ...(["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGABRT", "SIGALRM", "SIGUSR2"] as const),
  ...(["SIGVTALRM", "SIGXCPU", "SIGXFSZ", "SIGIO", "SIGPWR", "SIGSYS", "SIGSTKFLT"] as const),
];

/**
 * A terminal that passes on each key at once, without an echo; Ctrl-C, too, is a key then. However the process ends or
 * is stopped, the terminal is restored for its previous user.
 */
export class KeyTerminal {
  private readonly listeners = new Map<NodeJS.Signals, () => void>();

  constructor(private readonly stream: ReadStream) {}

  open(): void {
    this.stream.setRawMode(true);
    for (const signal of ENDING) this.listen(signal, () => this.passOn(signal));
    // The process is stopped from outside, since Ctrl-Z is a key. Meanwhile the shell's line editor needs the terminal.
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

  /** Without a listener the signal has its usual effect, and its sender sees that in the exit status. */
  private passOn(signal: NodeJS.Signals): void {
    this.close();
    process.kill(process.pid, signal);
  }
}
