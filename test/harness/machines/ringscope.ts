/** Our own machine, through the command line that users have. */
import { runLogged } from "../command-line";
import { type Boot, type BootResult, type TestMachine, dist, exitValue, requireImages } from "./machine";

const TIMEOUT_SECONDS = 60;

async function boot(request: Boot): Promise<BootResult> {
  requireImages(request);
  const modules = (request.modules ?? []).flatMap((module) => ["--module", module]);
  const [kernel = "", ...words] = request.kernel.split(" ");
  const { stdout, stderr, status, log, timedOut } = await runLogged(
    "run",
    ["--append", words.join(" "), ...modules, kernel],
    { cwd: dist, timeoutSeconds: request.timeoutSeconds ?? TIMEOUT_SECONDS },
  );
  return {
    console: stdout,
    log,
    exitValue: exitValue(status),
    timedOut,
    diagnostics: `status ${String(status)}\n${stderr}`,
  };
}

export const ringscope: TestMachine = { name: "Ringscope", tools: [], boot };
