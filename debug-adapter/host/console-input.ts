import { fstatSync, readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Waiting } from "../launch/driver";
import { KeyTerminal } from "./key-terminal";

const STDIN = 0;
/** Ctrl-C ends the command, as in any terminal. All other input goes to the guest. */
const CTRL_C = 3;
/**
 * What a terminal sends for the Enter key when nothing edits its input; and what ends a line for a program that reads
 * lines.
 */
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/**
 * Standard input as what is typed at COM1. A plain file enters whole at the start, so that the run can be repeated
 * exactly. A terminal is read key by key, with a line feed for Enter, as its driver would pass it to any program.
 */
export class ConsoleInput implements Waiting {
  /** Whether no more input will come. */
  ended = false;
  private wake: (() => void) | undefined;
  private terminal: KeyTerminal | undefined;

  /** @param deliver takes the bytes; it is called between slices only */
  constructor(private readonly deliver: (bytes: Uint8Array) => void) {}

  /** Whether a person is typing. */
  get interactive(): boolean {
    return process.stdin.isTTY === true;
  }

  get canWake(): boolean {
    return !this.ended;
  }

  /** If no input can come any more, there is nothing to wait for. */
  async turn(): Promise<void> {
    if (!this.ended) await nextTurn();
  }

  open(): void {
    if (isPlainFile()) {
      const bytes = readFileSync(STDIN);
      if (bytes.length > 0) this.deliver(bytes);
      this.ended = true;
      return;
    }
    const { stdin } = process;
    if (this.interactive) {
      this.terminal = new KeyTerminal(stdin);
      this.terminal.open();
    }
    stdin.on("data", (data: Buffer) => this.typed(data));
    stdin.on("end", () => this.end());
    // A standard input that is closed or cannot be read counts as empty.
    stdin.on("error", () => this.end());
  }

  /** Gives the terminal back. Afterwards nothing keeps the process alive. */
  close(): void {
    this.terminal?.close();
    if (!isPlainFile()) process.stdin.destroy();
  }

  /** Waits for input or its end, for `milliseconds` at most. */
  async sleep(milliseconds?: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }

  private typed(data: Buffer): void {
    if (this.interactive && data.includes(CTRL_C)) {
      this.close();
      process.kill(process.pid, "SIGINT");
      return;
    }
    this.deliver(this.interactive ? data.map((byte) => (byte === CARRIAGE_RETURN ? LINE_FEED : byte)) : data);
    this.wake?.();
  }

  private end(): void {
    this.ended = true;
    this.wake?.();
  }
}

function isPlainFile(): boolean {
  try {
    return fstatSync(STDIN).isFile();
  } catch {
    return false;
  }
}
