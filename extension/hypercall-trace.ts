import * as vscode from "vscode";
import type { HypercallRow } from "../debug-adapter/protocol";
import { messages } from "./messages";

/** Rows kept; the adapter's own trace is longer. */
const ROWS = 1000;
/** The tree is sent whole at each refresh. */
const REFRESH_MS = 200;

/** The view of the debug container that lists each hypercall, the newest on top. */
export class HypercallTrace implements vscode.TreeDataProvider<HypercallRow>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<HypercallRow>;
  /** By index, oldest first; a call that returns replaces its own row. */
  readonly #rows = new Map<number, HypercallRow>();
  #total = 0;
  #refresh: NodeJS.Timeout | undefined;

  constructor() {
    this.#view = vscode.window.createTreeView("ringscope.hypercalls", { treeDataProvider: this });
  }

  add(rows: readonly HypercallRow[]): void {
    for (const row of rows) {
      this.#rows.set(row.index, row);
      this.#total = Math.max(this.#total, row.index + 1);
    }
    for (const index of this.#rows.keys()) {
      if (this.#rows.size <= ROWS) break;
      this.#rows.delete(index);
    }
    this.#refresh ??= setTimeout(() => this.#show(), REFRESH_MS);
  }

  clear(): void {
    this.#rows.clear();
    this.#total = 0;
    this.#show();
  }

  getChildren(parent?: HypercallRow): HypercallRow[] {
    return parent ? [] : [...this.#rows.values()].reverse();
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
    this.#view.dispose();
    this.#changed.dispose();
  }

  #show(): void {
    clearTimeout(this.#refresh);
    this.#refresh = undefined;
    const dropped = this.#total - this.#rows.size;
    this.#view.message = dropped > 0 ? messages.rowsDropped(dropped) : "";
    this.#changed.fire();
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
