import * as vscode from "vscode";
import type {
  HypercallRow,
  HypercallsArguments,
  HypercallsEventBody,
  HypercallsResponseBody,
} from "../debug-adapter/protocol";
import { messages } from "./messages";

/** Rows shown; the adapter's own trace is longer. */
const ROWS = 1000;
/** The tree is sent whole at each refresh. */
const REFRESH_MS = 200;

/**
 * The view of the debug container that lists the newest hypercalls, the newest on top. The adapter says how many there
 * are; the view reads the rows that it shows, and none while nobody sees it.
 */
export class HypercallTrace implements vscode.TreeDataProvider<HypercallRow>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<HypercallRow>;
  readonly #visibility: vscode.Disposable;
  /** In the order of entry. */
  #rows: readonly HypercallRow[] = [];
  #total = 0;
  /** Rows before this index were cleared away. */
  #cleared = 0;
  /** The session that has rows which the view does not show yet. */
  #stale: vscode.DebugSession | undefined;
  #refresh: NodeJS.Timeout | undefined;

  constructor() {
    this.#view = vscode.window.createTreeView("ringscope.hypercalls", { treeDataProvider: this });
    this.#visibility = this.#view.onDidChangeVisibility(() => this.#schedule());
  }

  /** Whether the person sees it, and so the container that it is in. */
  get isVisible(): boolean {
    return this.#view.visible;
  }

  /** A session's trace has changed. */
  changed(session: vscode.DebugSession, { total, rows }: HypercallsEventBody): void {
    this.#total = total;
    // The session's last word: nobody can be asked afterwards.
    if (rows) return this.#settle(rows);
    this.#stale = session;
    this.#schedule();
  }

  /** A new session begins. */
  reset(): void {
    this.#total = 0;
    this.#cleared = 0;
    this.#settle([]);
  }

  clear(): void {
    this.#cleared = this.#total;
    this.#show([]);
  }

  getChildren(parent?: HypercallRow): HypercallRow[] {
    return parent ? [] : [...this.#rows].reverse();
  }

  getTreeItem(row: HypercallRow): vscode.TreeItem {
    const item = new vscode.TreeItem(row.name);
    item.id = String(row.index);
    // The domain first: a narrow side bar cuts what stands last.
    item.description = `d${row.domain} (${row.arguments.join(", ")})${isInside(row) ? " …" : outcome(row)}`;
    item.iconPath = icon(row);
    item.tooltip = tooltip(row);
    item.accessibilityInformation = { label: `${row.name} ${item.description}` };
    return item;
  }

  dispose(): void {
    clearTimeout(this.#refresh);
    this.#visibility.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }

  #schedule(): void {
    if (this.#stale && this.#view.visible) this.#refresh ??= setTimeout(() => void this.#read(), REFRESH_MS);
  }

  async #read(): Promise<void> {
    const session = this.#stale;
    const refresh = this.#refresh;
    this.#stale = undefined;
    const answer = session && (await newestRows(session));
    // The session has said its last word meanwhile, or another has begun.
    if (this.#refresh !== refresh) return;
    this.#refresh = undefined;
    if (answer) {
      this.#total = answer.total;
      this.#show(answer.rows);
    }
    this.#schedule();
  }

  /** Shows rows after which no others are expected. */
  #settle(rows: readonly HypercallRow[]): void {
    clearTimeout(this.#refresh);
    this.#refresh = undefined;
    this.#stale = undefined;
    this.#show(rows);
  }

  #show(rows: readonly HypercallRow[]): void {
    this.#rows = rows.filter(({ index }) => index >= this.#cleared);
    const dropped = this.#total - this.#cleared - this.#rows.length;
    this.#view.message = dropped > 0 ? messages.rowsDropped(dropped) : "";
    this.#changed.fire();
  }
}

/** Undefined for a session that has ended. */
async function newestRows(session: vscode.DebugSession): Promise<HypercallsResponseBody | undefined> {
  const wanted: HypercallsArguments = { count: ROWS };
  try {
    return (await session.customRequest("ringscope.hypercalls", wanted)) as HypercallsResponseBody;
  } catch {
    return undefined;
  }
}

/** iret never comes back to its caller: without a result it is complete all the same. */
function isInside(row: HypercallRow): boolean {
  return row.result === undefined && row.name !== "iret";
}

function outcome(row: HypercallRow): string {
  return row.result === undefined ? "" : ` → ${row.result}`;
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
