/** Compiles a paravirtual test guest: its C and assembly files with the sample guests' library (console, hypercalls). */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { SetupError, root, which } from "../../../scripts/lib/run.mjs";

const LIBRARY = ["sample-guests/lib", "sample-guests/lib/pv"];
const FLAGS = [
  ..."-std=gnu11 -O1 -m32 -march=i686 -mno-sse -mno-mmx -ffreestanding -nostdlib -static -fno-pic -no-pie".split(" "),
  ..."-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing".split(" "),
  ..."-fno-tree-loop-distribute-patterns -Wall -Wextra -Werror -Wl,--build-id=none -Wl,-z,noexecstack".split(" "),
];

const sourcesIn = (folder) => readdirSync(join(root, folder)).filter((name) => /\.[cS]$/.test(name));

/**
 * @param {readonly string[]} sources C and assembly files; one of them defines `void kernel_main(void)`
 * @param {string} image the ELF file to make
 * @throws SetupError with the compiler's words
 */
export function compileGuest(sources, image) {
  const [compiler, ...own] = process.env.CC?.split(" ") ?? [["gcc", "clang"].find((name) => which(name) !== undefined)];
  if (compiler === undefined) throw new SetupError("a C compiler is needed for the test guests: apt-get install gcc");
  mkdirSync(dirname(image), { recursive: true });
  const library = LIBRARY.flatMap((folder) => sourcesIn(folder).map((name) => `${folder}/${name}`));
  const includes = [...LIBRARY, "emulator/vmm/include/public"].flatMap((folder) => ["-I", folder]);
  const layout = "-Wl,-T,sample-guests/lib/pv/pv.lds";
  const args = [...own, ...FLAGS, ...includes, layout, ...library, ...sources, "-o", image];
  const { status, stderr } = spawnSync(compiler, args, { encoding: "utf8", cwd: root });
  if (status !== 0) throw new SetupError(`${sources.join(" ")}: ${stderr}`);
}
