import * as vscode from "vscode";
import type { ConsoleEventBody, ConsoleInputArguments, RingscopeRequests } from "../debug-adapter/protocol";
import { messages } from "./messages";

const INPUT: keyof RingscopeRequests & string = "ringscope.consoleInput";

/** The guests' consoles of one debug session, each a terminal. */
export class GuestConsoles implements vscode.Disposable {
  readonly #consoles = new Map<string, GuestConsole>();

  constructor(private readonly session: vscode.DebugSession) {}

  write({ console: name, data, log = false }: ConsoleEventBody): void {
    this.#open(name, log).write(data);
  }

  #open(name: string, log: boolean): GuestConsole {
    const known = this.#consoles.get(name);
    if (known) return known;
    const send = (data: string) => {
      const input: ConsoleInputArguments = { console: name, data };
      // A guest that ends while a key is on its way is no error to tell.
      void Promise.resolve(this.session.customRequest(INPUT, input)).catch(() => {});
    };
    const opened = log ? new GuestConsole(name, "output", () => {}) : new GuestConsole(name, "vm", send);
    // The log is there for those who look for it; a guest's console comes to the front.
    if (!log) opened.show();
    this.#consoles.set(name, opened);
    return opened;
  }

  /** The session has ended: the terminals stay readable until the next start. */
  end(): void {
    for (const guest of this.#consoles.values()) guest.end();
  }

  dispose(): void {
    for (const guest of this.#consoles.values()) guest.dispose();
  }
}

/** One console as a terminal. What is typed goes to the guest, which echoes it or does not. */
class GuestConsole implements vscode.Pseudoterminal {
  readonly #written = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.#written.event;
  readonly #terminal: vscode.Terminal;
  /** Output that came before the terminal was opened. */
  #early: string[] | undefined = [];
  #ended = false;
  #afterReturn = false;
  /** The guest's bytes are taken as UTF-8; a character may be cut by the end of an event. */
  readonly #decoder = new TextDecoder();

  constructor(
    name: string,
    icon: string,
    private readonly send: (data: string) => void,
  ) {
    this.#terminal = vscode.window.createTerminal({ name, pty: this, iconPath: new vscode.ThemeIcon(icon) });
  }

  /** In front, but the keyboard stays where it is. */
  show(): void {
    this.#terminal.show(true);
  }

  open(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const data of early) this.#written.fire(data);
  }

  /** @param data bytes, one character each */
  write(data: string): void {
    this.#show(this.#decoder.decode(Buffer.from(data, "latin1"), { stream: true }));
  }

  #show(text: string): void {
    const shown = this.#withReturns(text);
    if (this.#early) this.#early.push(shown);
    else this.#written.fire(shown);
  }

  handleInput(data: string): void {
    if (!this.#ended) this.send(Buffer.from(data).toString("latin1"));
  }

  close(): void {
    this.#ended = true;
  }

  end(): void {
    if (this.#ended) return;
    this.#show(`\n\x1b[2m${messages.consoleEnded()}\x1b[0m\n`);
    this.#ended = true;
  }

  dispose(): void {
    this.#terminal.dispose();
    this.#written.dispose();
  }

  /** Guests end lines with LF alone or CR LF; a terminal wants both. */
  #withReturns(data: string): string {
    const shown = data.replace(/\r?\n/g, (end, at) => (at === 0 && this.#afterReturn && end === "\n" ? "\n" : "\r\n"));
    this.#afterReturn = data.endsWith("\r");
    return shown;
  }
}
