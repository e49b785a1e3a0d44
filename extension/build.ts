import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import * as vscode from "vscode";
import { isBuilt, type Guest } from "./guests";
import { messages } from "./messages";

const SOURCE = /\.(c|h|S|s|lds)$/;

/**
 * Builds a sample guest that is missing or older than its sources, where its checkout has the build script; other
 * images are taken as they are.
 * @returns whether the debugger may start; if not, the person has been told why
 */
export async function makeFresh(guest: Guest): Promise<boolean> {
  const root = checkoutOf(guest);
  if (root === undefined || !existsSync(join(root, ...BUILD_SCRIPT))) return isBuilt(guest) || tellMissing(guest);
  if (isBuilt(guest) && !(await isStale(guest, root))) return true;
  if (await build(guest, root)) return true;
  const choices = isBuilt(guest) ? [messages.debugAnyway()] : [];
  return (await vscode.window.showErrorMessage(messages.buildFailed(guest.name), ...choices)) !== undefined;
}

const BUILD_SCRIPT = ["scripts", "build-c.mjs"];

function tellMissing(guest: Guest): false {
  const message = guest.origin === "sample" ? messages.notBuilt(guest.name) : messages.missingProgram(guest.program);
  void vscode.window.showErrorMessage(message);
  return false;
}

/** The root above `dist/sample-guests/KIND/NAME.elf`, for samples. */
function checkoutOf(guest: Guest): string | undefined {
  return guest.origin === "sample" ? guest.program.split(sep).slice(0, -4).join(sep) : undefined;
}

async function isStale(guest: Guest, root: string): Promise<boolean> {
  const vmm = join(root, "dist", "vmm.elf");
  if (!guest.bare && !existsSync(vmm)) return true;
  const images = guest.bare ? [guest.program] : [guest.program, vmm];
  const built = Math.min(...(await Promise.all(images.map(async (image) => (await stat(image)).mtimeMs))));
  const folders = [join(root, "emulator", "vmm"), join(root, "sample-guests", "lib"), guest.sources];
  for (const folder of folders) if (folder && (await newest(folder)) > built) return true;
  return false;
}

/** Time of the last change of a source below the folder, in ms; 0 without any. */
async function newest(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const times = files
    .filter((file) => SOURCE.test(file))
    .map(async (file) => (await stat(join(folder, file)).catch(() => ({ mtimeMs: 0 }))).mtimeMs);
  return Math.max(0, ...(await Promise.all(times)));
}

/** Runs the build as a task, so that the compiler's complaints reach the Problems view. */
async function build(guest: Guest, root: string): Promise<boolean> {
  let done: (built: boolean) => void = () => {};
  const built = new Promise<boolean>((resolve) => (done = resolve));
  const execution = new vscode.CustomExecution(async () => new BuildTerminal(root, done));
  const definition = { type: "ringscope", guest: guest.name };
  const scope = vscode.TaskScope.Workspace;
  const task = new vscode.Task(definition, scope, messages.buildTask(), "ringscope", execution, "$ringscope-c");
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent, clear: true };
  const progress = { location: vscode.ProgressLocation.Window, title: messages.building(guest.name) };
  return vscode.window.withProgress(progress, async () => {
    await vscode.tasks.executeTask(task);
    return built;
  });
}

/** The build's output in a task terminal. VS Code's own Node runs the script: users of the debugger need none. */
class BuildTerminal implements vscode.Pseudoterminal {
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<number>();
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;
  #stop = () => {};

  constructor(
    private readonly root: string,
    private readonly done: (built: boolean) => void,
  ) {}

  open(): void {
    const script = join(this.root, ...BUILD_SCRIPT);
    const child = spawn(process.execPath, [script], {
      cwd: this.root,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    });
    const show = (chunk: Buffer) => this.#written.fire(chunk.toString().replaceAll("\n", "\r\n"));
    child.stdout.on("data", show);
    child.stderr.on("data", show);
    child.once("error", (error) => show(Buffer.from(`${relative(this.root, script)}: ${error.message}\n`)));
    child.once("close", (code) => {
      this.#closed.fire(code ?? 1);
      this.done(code === 0);
    });
    this.#stop = () => void child.kill();
  }

  close(): void {
    this.#stop();
    this.done(false);
  }
}
