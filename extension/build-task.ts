import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import * as vscode from "vscode";
import { BUILD_SCRIPT } from "./freshness";
import { messages } from "./messages";

export const TASK_TYPE = "ringscope";

/** How a build ended, and everything that it wrote. */
export interface BuildResult {
  code: number;
  output: string;
}

/**
 * The task that builds the guests and the hypervisor of a checkout, in a separate terminal. @param ended called when it
 * has run
 */
export function buildTask(checkout: string, ended: (result: BuildResult) => void = () => {}): vscode.Task {
  const scope = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(checkout)) ?? vscode.TaskScope.Workspace;
  const execution = new vscode.CustomExecution(() => Promise.resolve(new BuildTerminal(checkout, ended)));
  const task = new vscode.Task({ type: TASK_TYPE, checkout }, scope, messages.buildTask(), "Ringscope", execution);
  task.group = vscode.TaskGroup.Build;
  task.detail = join(checkout, BUILD_SCRIPT);
  const { Always } = vscode.TaskRevealKind;
  const { Dedicated } = vscode.TaskPanelKind;
  task.presentationOptions = { reveal: Always, panel: Dedicated, clear: true, showReuseMessage: false };
  return task;
}

/** Runs the build where the user sees it. */
export function build(checkout: string): Promise<BuildResult> {
  return new Promise((resolve, reject) => {
    vscode.tasks.executeTask(buildTask(checkout, resolve)).then(undefined, reject);
  });
}

/** The build script's process, and what it writes. */
class BuildTerminal implements vscode.Pseudoterminal {
  readonly #written = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.#written.event;
  readonly #closed = new vscode.EventEmitter<number>();
  readonly onDidClose = this.#closed.event;
  #child: ChildProcess | undefined;
  #output = "";

  constructor(
    private readonly checkout: string,
    private readonly ended: (result: BuildResult) => void,
  ) {}

  open(): void {
    this.#write(`\x1b[1m> node ${BUILD_SCRIPT}\x1b[0m (${this.checkout})\n`);
    // VS Code's own Node runs the script, because users of the debugger need not have another.
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
    this.#child = spawn(process.execPath, [join(this.checkout, BUILD_SCRIPT)], { cwd: this.checkout, env });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#note(text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#note(text));
    this.#child.once("error", (error) => this.#end(1, `${error.message}\n`));
    this.#child.once("close", (code) => this.#end(code ?? 1, ""));
  }

  /** The user has closed the terminal, or ended the task. */
  close(): void {
    this.#child?.kill();
  }

  #note(text: string): void {
    this.#output += text;
    this.#write(text);
  }

  #end(code: number, last: string): void {
    this.#note(last);
    this.#write(code === 0 ? messages.buildDone() : messages.buildFailed());
    this.#closed.fire(code);
    this.ended({ code, output: this.#output });
  }

  #write(text: string): void {
    this.#written.fire(text.replace(/\r?\n/g, "\r\n"));
  }
}
