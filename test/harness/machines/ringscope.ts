/** Our own machine, through the command line that users have. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runProcess } from "../process";
import { type Boot, type BootResult, type TestMachine, dist, exitValue, requireImages } from "./machine";

const TIMEOUT_SECONDS = 60;

async function boot(request: Boot): Promise<BootResult> {
  requireImages(request);
  const folder = mkdtempSync(join(tmpdir(), "ringscope-run-"));
  try {
    const log = join(folder, "com2");
    const modules = (request.modules ?? []).flatMap((module) => ["--module", module]);
    const [kernel = "", ...words] = request.kernel.split(" ");
    const command = [join(root, "bin", "ringscope"), "run", "--log", log, "--append", words.join(" ")];
    const args = [...command, ...modules, kernel];
    const result = await runProcess(process.execPath, args, {
      cwd: dist,
      timeoutSeconds: request.timeoutSeconds ?? TIMEOUT_SECONDS,
    });
    return {
      console: result.stdout,
      log: readFileSync(log, "latin1"),
      exitValue: exitValue(result.status),
      timedOut: result.timedOut,
      diagnostics: `status ${String(result.status)}\n${result.stderr}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const ringscope: TestMachine = { name: "Ringscope", tools: [], boot };
