import * as vscode from "vscode";
import type { HypercallRow, HypercallsEventBody } from "../debug-adapter/protocol";
import { messages } from "./messages";
import { SessionTrace } from "./session-trace";
import { descriptionOf, isInside, labelOf } from "./trace-row";

const VIEW = "ringscope.hypercalls";
/** The view's `when`. The view exists from the window's first hypercall on, also after the guest's end. */
const CONTEXT = "ringscope.hasHypercalls";
/** The key under which the workspace remembers that the view was opened for the user. */
const OPENED = "hypercallTraceOpened";
/** The most rows. The tree is sent whole at each refresh. */
const REFRESH_MS = 200;
/** Without new calls for so long, all rows are read. */
const SETTLED_MS = 500;

/**
 * The view in the debug container that lists the newest hypercalls of the active session, the newest on top. The
 * adapter tells how many there are. The view reads the rows that it shows, and none while it is hidden.
 */
export class HypercallTrace implements vscode.TreeDataProvider<HypercallRow>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<HypercallRow>;
  readonly #subscriptions: vscode.Disposable[];
  /** The traces of the sessions that run, and the one that is shown. */
  readonly #traces = new Map<string, SessionTrace>();
  #shown: SessionTrace | undefined;
  #refresh: NodeJS.Timeout | undefined;
  #isThere = false;

  /** @param memory the workspace's */
  constructor(private readonly memory: vscode.Memento) {
    this.#view = vscode.window.createTreeView(VIEW, { treeDataProvider: this });
    this.#subscriptions = [
      this.#view.onDidChangeVisibility(() => this.#schedule()),
      vscode.debug.onDidChangeActiveDebugSession((session) => this.#showSession(session)),
    ];
  }

  /** Whether the user sees the view, and so also the container that holds it. */
  get isVisible(): boolean {
    return this.#view.visible;
  }

  /**
   * A session begins, and the traces of those that have ended are dropped. VS Code may report it after the session's
   * first event.
   */
  started(session: vscode.DebugSession): void {
    if (this.#traces.has(session.id)) return;
    for (const [id, { hasEnded }] of this.#traces) if (hasEnded) this.#traces.delete(id);
    const trace = new SessionTrace(session);
    this.#traces.set(session.id, trace);
    if (this.#shown && !this.#shown.hasEnded && vscode.debug.activeDebugSession?.id !== session.id) return;
    this.#shown = trace;
    this.#show();
  }

  /** The trace of a session has grown, or calls have returned. */
  changed(session: vscode.DebugSession, body: HypercallsEventBody): void {
    this.started(session);
    const trace = this.#traces.get(session.id);
    trace?.changed(body);
    this.#appear(session);
    if (trace !== this.#shown) return;
    if (trace?.isStale) this.#schedule();
    else this.#show();
  }

  /** A session is over. Its trace stays until another session begins. */
  ended(session: vscode.DebugSession): void {
    this.#traces.get(session.id)?.end();
  }

  clear(): void {
    this.#shown?.clear();
    this.#show();
  }

  getChildren(parent?: HypercallRow): HypercallRow[] {
    return parent ? [] : [...(this.#shown?.rows ?? [])].reverse();
  }

  /** The rows are a list and have no parent. The method must exist, or the view could not be revealed. */
  getParent(): undefined {
    return undefined;
  }

  getTreeItem(row: HypercallRow): vscode.TreeItem {
    const item = new vscode.TreeItem(row.name);
    item.id = `${this.#shown?.session.id}/${row.index}`;
    item.description = descriptionOf(row);
    item.iconPath = icon(row);
    item.tooltip = tooltip(row);
    item.accessibilityInformation = { label: labelOf(row) };
    return item;
  }

  dispose(): void {
    clearTimeout(this.#refresh);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }

  /**
   * VS Code shows every view of the debug container collapsed at first. This one is opened once in a workspace, with
   * the first hypercall, when VS Code has opened the container for the session. From then on it is as the user leaves
   * it.
   */
  #appear({ configuration }: vscode.DebugSession): void {
    if (this.#isThere) return;
    this.#isThere = true;
    void vscode.commands.executeCommand("setContext", CONTEXT, true);
    const neverOpens = vscode.workspace.getConfiguration("debug").get("openDebug") === "neverOpen";
    if (neverOpens || configuration["noDebug"] === true || this.memory.get(OPENED) === true) return;
    void this.memory.update(OPENED, true);
    // Without a row the view itself is revealed; the type declarations do not mention that.
    const view: { reveal(row: undefined, options: object): Thenable<void> } = this.#view as never;
    void view.reveal(undefined, { focus: false, select: false }).then(undefined, () => undefined);
  }

  /** The active session. When the last session has ended, its trace stays. */
  #showSession(session: vscode.DebugSession | undefined): void {
    const trace = session && this.#traces.get(session.id);
    if (trace === undefined || trace === this.#shown) return;
    this.#shown = trace;
    this.#show();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#shown === undefined || !this.#view.visible) return;
    const { isStale, isShort } = this.#shown;
    if (isStale || isShort) this.#refresh ??= setTimeout(() => void this.#read(), isStale ? REFRESH_MS : SETTLED_MS);
  }

  async #read(): Promise<void> {
    await this.#shown?.read();
    this.#refresh = undefined;
    this.#show();
    this.#schedule();
  }

  #show(): void {
    const dropped = this.#shown?.dropped ?? 0;
    this.#view.message = dropped > 0 ? messages.rowsDropped(dropped) : "";
    this.#view.description = this.#traces.size > 1 ? (this.#shown?.session.name ?? "") : "";
    this.#changed.fire();
  }
}

function icon(row: HypercallRow): vscode.ThemeIcon {
  if (isInside(row)) return new vscode.ThemeIcon("debug-stackframe", new vscode.ThemeColor("charts.yellow"));
  if (row.failed) return new vscode.ThemeIcon("error", new vscode.ThemeColor("charts.red"));
  return new vscode.ThemeIcon("symbol-event", new vscode.ThemeColor("charts.blue"));
}

function tooltip(row: HypercallRow): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendCodeblock(`${row.name}(${row.arguments.join(", ")})`, "c");
  const result = row.result === undefined ? [] : [messages.resultOf(row.result)];
  const lines = [
    messages.caller(row.domain, row.vcpu, row.ring, row.eip),
    ...(isInside(row) ? [messages.inside()] : result),
    messages.entered(row.index, row.instructions),
  ];
  for (const line of lines) text.appendText(line).appendMarkdown("\n\n");
  return text;
}
