/**
 * Who runs the kernels: this machine, QEMU's TCG, v86. A contender knows the command that boots a multiboot image with its
 * COM1 on standard output, and how it says that the image ended well.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, which } from "../../scripts/lib/run.mjs";

export const MEMORY_MIB = 64;

/** What the debug-exit port makes of the 0 that a kernel writes when it is done. */
const DONE = 1;

/**
 * @typedef {object} Contender
 * @property {string} key in the results file
 * @property {string} title in the table
 * @property {string | undefined} version undefined when it is not there
 * @property {string} hint how to install it
 * @property {(image: string, modules?: readonly string[]) => string[] | undefined} command undefined: it cannot boot that
 * @property {number} done the exit status of a good run
 */

/**
 * Ours. Its exact count of instructions goes to the file `stats`.
 * @param {string} engine for --engine
 * @param {string} stats
 * @returns {Contender}
 */
export function ringscope(engine, stats) {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const options = ["--engine", engine, "--memory", `${MEMORY_MIB}M`, "--stats", stats];
  return {
    key: "ringscope",
    title: "ours",
    version: existsSync(join(root, "dist", "ringscope.cjs")) ? version : undefined,
    hint: "npm run build",
    command: (image, modules = []) => [
      ...[process.execPath, join(root, "bin", "ringscope"), "run", ...options],
      ...modules.flatMap((module) => ["--module", module]),
      image,
    ],
    done: DONE,
  };
}

/** @returns {Contender} */
export function qemu() {
  const program = which("qemu-system-i386");
  const version = program && spawnSync(program, ["--version"], { encoding: "utf8" }).stdout.match(/version (\S+)/)?.[1];
  return {
    key: "qemu",
    title: "QEMU",
    version,
    hint: "apt-get install qemu-system-x86",
    command: (image, modules = []) => [
      ...[
        program,
        ..."-accel tcg -cpu pentium3,+pae,+nx -nodefaults -no-reboot -display none -serial stdio".split(" "),
      ],
      ...["-m", `${MEMORY_MIB}`, "-device", "isa-debug-exit,iobase=0xf4,iosize=1", "-kernel", image],
      ...(modules.length > 0 ? ["-initrd", modules.join(",")] : []),
    ],
    done: DONE,
  };
}

/** @returns {Contender} */
export function v86() {
  const manifest = join(root, "node_modules", "v86", "package.json");
  return {
    key: "v86",
    title: "v86",
    version: existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : undefined,
    hint: "npm ci",
    command: (image, modules = []) =>
      modules.length > 0
        ? undefined
        : [process.execPath, join(import.meta.dirname, "v86-runner.mjs"), image, `${MEMORY_MIB}`],
    done: 0,
  };
}
