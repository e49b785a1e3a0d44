/** The benchmark kernels: one C file each in kernels/, on the platform (paging, rings, output) of platform/. */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { compileKernel } from "../harness/kernel/compile.mjs";

const SOURCES = join(import.meta.dirname, "kernels");
const PLATFORM = join(import.meta.dirname, "platform");
const PLATFORM_SOURCES = ["main.c", "paging.c", "rings.c", "gates.S"];

/** Does nothing: what remains is the start. */
export const EMPTY = "empty";

/** All kernels but the empty one, by name. */
export const kernelNames = readdirSync(SOURCES)
  .map((file) => basename(file, ".c"))
  .filter((name) => name !== EMPTY);

/**
 * Compiles one kernel.
 * @param {string} name of kernelNames, or EMPTY
 * @param {string} folder where the image goes
 * @param {{ short?: boolean }} [options] short: little work, to check the checksum only
 * @returns {string} the image's path
 * @throws SetupError with the compiler's words
 */
export function buildKernel(name, folder, { short = false } = {}) {
  const image = join(folder, `${name}.elf`);
  const sources = [join(SOURCES, `${name}.c`), ...PLATFORM_SOURCES.map((file) => join(PLATFORM, file))];
  compileKernel(sources, image, [`-I${PLATFORM}`, ...(short ? ["-DBENCH_SHORT"] : [])]);
  return image;
}
