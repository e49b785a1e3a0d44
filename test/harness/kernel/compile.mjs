/** Compiles a small multiboot kernel of C files with start.S: no guest library, no debug information, -O2. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { SetupError, which } from "../../../scripts/lib/run.mjs";

const HERE = import.meta.dirname;
const FLAGS = [
  ..."-std=gnu11 -O2 -m32 -march=i686 -mno-sse -mno-mmx -ffreestanding -nostdlib -static -fno-pic -no-pie".split(" "),
  ..."-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables".split(" "),
  ..."-fno-tree-loop-distribute-patterns -Wall -Wextra -Werror -Wl,--build-id=none -Wl,-z,noexecstack".split(" "),
];

/**
 * @param {readonly string[]} sources C and assembly files; one of them defines `void kernel_main(void)`
 * @param {string} image the ELF file to make
 * @param {readonly string[]} flags for the compiler, besides its own
 * @throws SetupError with the compiler's words
 */
export function compileKernel(sources, image, flags = []) {
  const [compiler, ...own] = process.env.CC?.split(" ") ?? [["gcc", "clang"].find((name) => which(name) !== undefined)];
  if (compiler === undefined) throw new SetupError("a C compiler is needed for the test kernels: apt-get install gcc");
  mkdirSync(dirname(image), { recursive: true });
  const layout = `-Wl,-T,${join(HERE, "kernel.lds")}`;
  const args = [...own, ...FLAGS, ...flags, layout, join(HERE, "start.S"), ...sources, "-o", image];
  const { status, stderr } = spawnSync(compiler, args, { encoding: "utf8" });
  if (status !== 0) throw new SetupError(`${sources.join(" ")}: ${stderr}`);
}
