import { access } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { build, buildTask, TASK_TYPE } from "./build-task";
import { complaintsIn, type Complaint } from "./complaints";
import { BUILD_SCRIPT, isStale, mayBuild, type Window } from "./freshness";
import { isBuilt, type Guest } from "./guests";
import { messages } from "./messages";
import { ask, tell, warn } from "./notices";

/** Keeps the sample guests of a checkout up to date with their sources. Other images are taken as they are. */
export class GuestBuilder implements vscode.Disposable {
  readonly #problems = vscode.languages.createDiagnosticCollection("ringscope");
  readonly #tasks: vscode.Disposable;
  /** Images that are to be started next time as they are. */
  readonly #asTheyAre = new Set<string>();

  /** @param extension the folder of the extension */
  constructor(private readonly extension: string) {
    this.#tasks = vscode.tasks.registerTaskProvider(TASK_TYPE, {
      provideTasks: () => this.#buildTasks(),
      resolveTask: () => undefined,
    });
  }

  /**
   * Builds a sample guest that is missing or older than its sources, if that is allowed. Nothing here waits for the
   * user, because VS Code accepts no other F5 before the answer.
   * @param again starts the same guest once more, if the user wants it as it is
   * @returns whether the debugger may start; if not, the user is told why
   */
  async makeFresh(guest: Guest, again: () => void): Promise<boolean> {
    const built = await isBuilt(guest);
    if (built && this.#asTheyAre.delete(guest.program)) return true;
    const { checkout } = guest;
    const script = checkout === undefined ? undefined : join(checkout, BUILD_SCRIPT);
    if (checkout === undefined || !(await isThere(script)) || !(await isStale(guest, checkout))) {
      if (!built) tell(guest.origin === "sample" ? messages.notBuilt(guest.name) : messages.missing(guest.program));
      return built;
    }
    if (!(await mayBuild(checkout, this.#window()))) {
      if (built) warn(messages.isOlder(guest.name, checkout));
      else tell(messages.buildsElsewhere(guest.name, checkout));
      return built;
    }
    if (await this.#build(checkout)) return true;
    const anyway = { title: messages.debugAnyway(), action: () => this.#startAsItIs(guest, again) };
    ask(messages.buildFailedFor(guest.name), built ? [anyway] : []);
    return false;
  }

  dispose(): void {
    this.#tasks.dispose();
    this.#problems.dispose();
  }

  #startAsItIs(guest: Guest, again: () => void): void {
    this.#asTheyAre.add(guest.program);
    again();
  }

  #window(): Window {
    const folders = vscode.workspace.workspaceFolders ?? [];
    return {
      trusted: vscode.workspace.isTrusted,
      folders: folders.map(({ uri }) => uri.fsPath),
      extension: this.extension,
    };
  }

  /** Shows what the compiler says in the task's terminal and in the Problems view. @returns whether all went well */
  async #build(checkout: string): Promise<boolean> {
    const { code, output } = await build(checkout);
    this.#showProblems(complaintsIn(output, checkout));
    return code === 0;
  }

  #showProblems(complaints: readonly Complaint[]): void {
    this.#problems.clear();
    const severities = vscode.DiagnosticSeverity;
    const severity = { error: severities.Error, warning: severities.Warning, note: severities.Information };
    for (const { file, line, column, kind, text } of complaints) {
      const uri = vscode.Uri.file(file);
      const at = new vscode.Position(line, column);
      const problem = new vscode.Diagnostic(new vscode.Range(at, at), text, severity[kind]);
      this.#problems.set(uri, [...(this.#problems.get(uri) ?? []), problem]);
    }
  }

  /** The tasks for "Run Build Task": one for each checkout among the workspace's folders. */
  async #buildTasks(): Promise<vscode.Task[]> {
    const window = this.#window();
    const allowed = await Promise.all(window.folders.map((folder) => mayBuild(folder, window)));
    return window.folders.filter((_, at) => allowed[at]).map((folder) => buildTask(folder));
  }
}

function isThere(path: string | undefined): Promise<boolean> {
  if (path === undefined) return Promise.resolve(false);
  return access(path).then(
    () => true,
    () => false,
  );
}
