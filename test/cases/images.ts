/** Builds the inputs of this folder into dist/cases, once for all test files. */
import { cpSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { compileAlone } from "../harness/kernel/compile.mjs";
import { root, runProcess } from "../harness/process";

const SOURCES = join(root, "test", "cases");
const OUT = join(root, "dist", "cases");
const BUILD_SECONDS = 300;

/** A paravirtual guest of `guests/pv`, built. */
export const pvImage = (name: string): string => join(OUT, "test", "cases", "guests", "pv", `${name}.elf`);

/** A kernel of `kernels`, built or as it lies there. */
export const kernelImage = (name: string): string => join(OUT, "kernels", `${name}.elf`);

/** The folder in which the debugger's sources and their images (`out/`) lie. */
export const debuggerFolder = join(OUT, "debugger");

/** The `CASE`s of hlt-tf.S; its head says what each does. */
export const DEBUG_EXCEPTION_CASES = [1, 2, 3, 5] as const;

async function run(command: string, args: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await runProcess(command, args, { timeoutSeconds: BUILD_SECONDS });
  if (status !== 0) throw new Error(`${basename(command)} ${args.join(" ")}: ${stderr}${stdout}`);
}

/** A kernel that brings its own multiboot header and start. */
const bareKernel = (source: string, output: string, ...more: string[]): void =>
  compileAlone(join(SOURCES, "kernels", source), kernelImage(output), ["-O0", "-g", "-w", ...more]);

/** vitest's global set-up for the project `cases`. */
export default async function build(): Promise<void> {
  const guests = ["--guests", "test/cases/guests", "--out", "dist/cases"];
  await run(process.execPath, [join(root, "scripts", "build-c.mjs"), ...guests]);
  for (const folder of ["kernels", "debugger"]) {
    mkdirSync(join(OUT, folder), { recursive: true });
    cpSync(join(SOURCES, folder), join(OUT, folder), { recursive: true });
  }
  for (const n of DEBUG_EXCEPTION_CASES) bareKernel("hlt-tf.S", `hlt-tf-${n}`, `-DCASE=${n}`);
  bareKernel("big-arrays.c", "big-arrays");
  await run("bash", [join(debuggerFolder, "build.sh")]);
}
