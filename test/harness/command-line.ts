/** The command line with its output files in a folder that is gone afterwards. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProcessOptions, type ProcessResult, root, runProcess } from "./process";

const LAUNCHER = join(root, "bin", "ringscope");

export interface LoggedResult extends ProcessResult {
  /** What COM2 sent: the hypervisor's log. */
  log: string;
  /** The figures of the run (JSON). */
  stats: string;
}

/** Runs `ringscope COMMAND --log ... --stats ... ARGS`. */
export async function runLogged(
  command: "run" | "guest",
  args: readonly string[],
  options: ProcessOptions,
): Promise<LoggedResult> {
  const folder = mkdtempSync(join(tmpdir(), "ringscope-run-"));
  try {
    const [log, stats] = [join(folder, "log"), join(folder, "stats")];
    const all = [LAUNCHER, command, "--log", log, "--stats", stats, ...args];
    const result = await runProcess(process.execPath, all, options);
    // A command that was refused or killed has written none.
    const read = (file: string): string => (existsSync(file) ? readFileSync(file, "latin1") : "");
    return { ...result, log: read(log), stats: read(stats) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
