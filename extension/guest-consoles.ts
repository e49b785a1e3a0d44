import * as vscode from "vscode";
import type { ConsoleEventBody, ConsoleInputArguments, RingscopeRequests } from "../debug-adapter/protocol";
import { LineEditor } from "./line-editor";
import { messages } from "./messages";

const INPUT: keyof RingscopeRequests & string = "ringscope.consoleInput";

/** The terminals of all sessions: one for each guest's console. */
export class GuestConsoles implements vscode.Disposable {
  readonly #sessions = new Map<string, SessionConsoles>();

  write(session: vscode.DebugSession, body: ConsoleEventBody): void {
    const known = this.#sessions.get(session.id) ?? new SessionConsoles(session, (name) => this.#isTaken(name));
    this.#sessions.set(session.id, known);
    known.write(body);
  }

  /** Closes the terminals of an earlier run of the same guest. Those of other sessions are left alone. */
  started(session: vscode.DebugSession): void {
    for (const [id, old] of this.#sessions) {
      if (!old.hasEnded || old.session.name !== session.name) continue;
      old.dispose();
      this.#sessions.delete(id);
    }
  }

  /** The terminals stay readable until the same guest starts again. */
  ended(session: vscode.DebugSession): void {
    this.#sessions.get(session.id)?.end();
  }

  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
  }

  #isTaken(name: string): boolean {
    return [...this.#sessions.values()].some((session) => session.hasTerminal(name));
  }
}

/** The consoles of one debug session. */
class SessionConsoles {
  hasEnded = false;
  readonly #consoles = new Map<string, GuestConsole>();
  #hasShown = false;

  /** @param isTaken whether a terminal with this name exists */
  constructor(
    readonly session: vscode.DebugSession,
    private readonly isTaken: (name: string) => boolean,
  ) {}

  write(body: ConsoleEventBody): void {
    this.#open(body).write(body.data);
  }

  hasTerminal(name: string): boolean {
    return [...this.#consoles.values()].some((console) => console.name === name && !console.isClosed);
  }

  end(): void {
    this.hasEnded = true;
    for (const guest of this.#consoles.values()) guest.end();
  }

  dispose(): void {
    for (const guest of this.#consoles.values()) guest.dispose();
  }

  #open({ console: name, log = false, listens = !log }: ConsoleEventBody): GuestConsole {
    const known = this.#consoles.get(name);
    if (known) return known;
    const send = (data: string): void => {
      const input: ConsoleInputArguments = { console: name, data };
      // It is not an error if a guest ends while a line is on its way.
      void Promise.resolve(this.session.customRequest(INPUT, input)).catch(() => {});
    };
    const opened = new GuestConsole(this.#title(name), log ? "output" : "vm", listens ? send : undefined);
    // The log is there for users who look for it. A guest's console comes to the front; of several, the one that can be
    // typed at stays there.
    if (!log && (listens || !this.#hasShown)) {
      this.#hasShown = true;
      opened.show();
    }
    this.#consoles.set(name, opened);
    return opened;
  }

  /** A name of its own, since two sessions may run the same guest. */
  #title(name: string): string {
    let title = name;
    for (let count = 2; this.isTaken(title); count++) title = `${name} (${count})`;
    return title;
  }
}

/** One console as a terminal. */
class GuestConsole implements vscode.Pseudoterminal {
  isClosed = false;
  readonly #written = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.#written.event;
  readonly #terminal: vscode.Terminal;
  readonly #editor = new LineEditor();
  /** The output that came before the terminal was opened. */
  #early: string[] | undefined = [];
  #ended = false;
  #afterReturn = false;
  #saidDeaf = false;
  /** The guest's bytes are taken as UTF-8. The end of an event may cut a character. */
  readonly #decoder = new TextDecoder();

  /** @param send takes what was typed, one character for each byte; undefined if nobody listens */
  constructor(
    readonly name: string,
    icon: string,
    private readonly send: ((data: string) => void) | undefined,
  ) {
    this.#terminal = vscode.window.createTerminal({ name, pty: this, iconPath: new vscode.ThemeIcon(icon) });
  }

  /** Brings the terminal to the front without moving the keyboard's focus. */
  show(): void {
    this.#terminal.show(true);
  }

  open(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const data of early) this.#written.fire(data);
  }

  /** @param data bytes, one character for each */
  write(data: string): void {
    this.#show(this.#decoder.decode(Buffer.from(data, "latin1"), { stream: true }));
  }

  #show(text: string): void {
    const shown = this.#withReturns(text);
    if (this.#early) this.#early.push(shown);
    else this.#written.fire(shown);
  }

  /**
   * What is typed goes to the guest line by line and is shown here. If the user prefers, it goes key by key and is not
   * shown.
   */
  handleInput(data: string): void {
    if (this.#ended) return;
    if (this.send === undefined) return this.#sayDeaf();
    const byKey = vscode.workspace.getConfiguration("ringscope").get("console.input") === "keys";
    const { echo, send } = byKey ? { echo: "", send: data } : this.#editor.type(data);
    if (echo !== "") this.#written.fire(echo);
    if (send !== "") this.send(Buffer.from(send).toString("latin1"));
  }

  /** Gives the terminal the focus once, so that a user who types can go on. */
  #sayDeaf(): void {
    if (this.#saidDeaf) return;
    this.#saidDeaf = true;
    this.#show(`\x1b[2m${messages.consoleDeaf()}\x1b[0m\n`);
  }

  close(): void {
    this.isClosed = true;
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

  /** Guests end lines with LF alone or CR LF, and a terminal needs both. */
  #withReturns(data: string): string {
    const shown = data.replace(/\r?\n/g, (end, at) => (at === 0 && this.#afterReturn && end === "\n" ? "\n" : "\r\n"));
    this.#afterReturn = data.endsWith("\r");
    return shown;
  }
}
