import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import * as vscode from "vscode";
import { isBuilt, type Guest } from "./guests";
import { messages } from "./messages";

const BUILD_SCRIPT = ["scripts", "build-c.mjs"];
const SOURCE = /\.(c|h|S|s|inc|lds|ld)$/;
/** `FILE:LINE:COLUMN: error: TEXT`, as gcc and clang write it. */
const COMPLAINT = /^(.+?):(\d+):(\d+): (?:fatal )?(error|warning|note): (.*)$/gm;

/** Keeps the sample guests of a checkout in step with their sources; other images are taken as they are. */
export class GuestBuilder implements vscode.Disposable {
  readonly #log = vscode.window.createOutputChannel(messages.buildLog());
  readonly #problems = vscode.languages.createDiagnosticCollection("ringscope");

  /**
   * Builds a sample guest that is missing or older than its sources, where its checkout has the build script.
   * @returns whether the debugger may start; if not, the person has been told why
   */
  async makeFresh(guest: Guest): Promise<boolean> {
    const root = checkoutOf(guest);
    if (root === undefined || !existsSync(join(root, ...BUILD_SCRIPT))) return isBuilt(guest) || tellMissing(guest);
    if (isBuilt(guest) && !(await isStale(guest, root))) return true;
    if (await this.#build(guest, root)) return isBuilt(guest) || tellMissing(guest);
    const choices = isBuilt(guest) ? [messages.debugAnyway()] : [];
    return (await vscode.window.showErrorMessage(messages.buildFailed(guest.name), ...choices)) !== undefined;
  }

  dispose(): void {
    this.#log.dispose();
    this.#problems.dispose();
  }

  /** What the compiler says goes to the Problems view and to an output channel. */
  async #build(guest: Guest, root: string): Promise<boolean> {
    const progress = { location: vscode.ProgressLocation.Window, title: messages.building(guest.name) };
    const { code, output } = await vscode.window.withProgress(progress, () => runBuild(root));
    this.#showProblems(root, output);
    if (code === 0) return true;
    this.#log.clear();
    this.#log.append(output);
    this.#log.show(true);
    return false;
  }

  #showProblems(root: string, output: string): void {
    this.#problems.clear();
    const severities = vscode.DiagnosticSeverity;
    for (const [, file, line, column, kind, text] of output.matchAll(COMPLAINT)) {
      const uri = vscode.Uri.file(resolve(root, file ?? ""));
      const at = new vscode.Position(Number(line) - 1, Number(column) - 1);
      const severity = { error: severities.Error, warning: severities.Warning }[kind ?? ""] ?? severities.Information;
      const problem = new vscode.Diagnostic(new vscode.Range(at, at), text ?? "", severity);
      this.#problems.set(uri, [...(this.#problems.get(uri) ?? []), problem]);
    }
  }
}

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

/** VS Code's own Node runs the script: users of the debugger need none. */
function runBuild(root: string): Promise<{ code: number; output: string }> {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
  const child = spawn(process.execPath, [join(root, ...BUILD_SCRIPT)], { cwd: root, env });
  let output = "";
  const note = (chunk: Buffer): string => (output += chunk.toString());
  child.stdout.on("data", note);
  child.stderr.on("data", note);
  return new Promise((done) => {
    child.once("error", (error) => done({ code: 1, output: `${error.message}\n` }));
    child.once("close", (code) => done({ code: code ?? 1, output }));
  });
}
