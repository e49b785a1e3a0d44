import { bootLine, readImage, readModule } from "../launch/images";
import type { LaunchOptions } from "./options";
import { runStatus } from "./outcome";
import { runMachine } from "./boot";

/** `ringscope run`: a multiboot1 kernel on the bare machine. The exit status. */
export async function run(kernelFile: string, options: LaunchOptions): Promise<number> {
  const plan = {
    kernelFile,
    kernel: readImage(kernelFile),
    commandLine: bootLine(kernelFile, options.append),
    modules: options.module.map(readModule),
  };
  return runStatus(await runMachine(plan, options));
}
