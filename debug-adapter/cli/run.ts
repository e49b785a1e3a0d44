import { runMachine } from "./run-machine";
import type { LaunchOptions } from "./options";
import { runStatus } from "./outcome";
import { planRun } from "./plans";

/** `ringscope run`: a multiboot1 kernel on the bare machine. The exit status. */
export async function run(kernelFile: string, options: LaunchOptions): Promise<number> {
  return runStatus(await runMachine(planRun(kernelFile, options), options));
}
