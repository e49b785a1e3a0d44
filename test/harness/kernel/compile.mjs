/** Compiles small kernels of C files: no debug information, -O2. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { SetupError, root, which } from "../../../scripts/lib/run.mjs";

const HERE = import.meta.dirname;
const FLAGS = [
  ..."-std=gnu11 -O2 -m32 -march=i686 -mno-sse -mno-mmx -ffreestanding -nostdlib -static -fno-pic -no-pie".split(" "),
  ..."-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables".split(" "),
  ..."-Wall -Wextra -Werror -Wl,--build-id=none -Wl,-z,noexecstack".split(" "),
];

/** Loops stay loops: there is no memset to call. */
const loopFlag = (compiler) => (compiler.includes("clang") ? "-fno-builtin" : "-fno-tree-loop-distribute-patterns");

/** gcc, else clang; the environment's CC overrides. */
const ownCompiler = () => process.env.CC ?? ["gcc", "clang"].find((name) => which(name) !== undefined);

function compile(sources, image, flags, wanted = ownCompiler()) {
  const [compiler, ...own] = wanted?.split(" ") ?? [];
  if (compiler === undefined) throw new SetupError("a C compiler is needed for the test kernels: apt-get install gcc");
  mkdirSync(dirname(image), { recursive: true });
  const args = [...own, ...FLAGS, loopFlag(compiler), ...flags, ...sources, "-o", image];
  const { status, stderr } = spawnSync(compiler, args, { encoding: "utf8", cwd: root });
  if (status !== 0) throw new SetupError(`${sources.join(" ")}: ${stderr}`);
}

/**
 * A multiboot kernel, with start.S and without any library.
 * @param {readonly string[]} sources absolute paths of C and assembly files; one of them defines `void kernel_main(void)`
 * @param {string} image the absolute path of the ELF file to make
 * @param {readonly string[]} flags for the compiler, besides its own
 * @param {string | undefined} compiler in place of gcc, clang or the environment's CC
 * @throws SetupError with the compiler's words
 */
export function compileKernel(sources, image, flags = [], compiler = undefined) {
  compile([join(HERE, "start.S"), ...sources], image, [...flags, `-Wl,-T,${join(HERE, "kernel.lds")}`], compiler);
}

/** A kernel of one file that has its multiboot header and its start in itself, at 1 MiB. */
export function compileAlone(source, image, flags = []) {
  compile([source], image, [...flags, "-Wl,-Ttext=0x100000"]);
}

const LIBRARY = ["sample-guests/lib", "sample-guests/lib/pv"].map((folder) => join(root, folder));

/** The same for a paravirtual guest, with the sample guests' library. */
export function compileGuest(sources, image, flags = []) {
  const library = LIBRARY.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => /\.[cS]$/.test(file))
      .map((file) => join(folder, file)),
  );
  const includes = [...LIBRARY, join(root, "emulator/vmm/include/public")].map((folder) => `-I${folder}`);
  const layout = "-Wl,-T,sample-guests/lib/pv/pv.lds";
  compile([...sources, ...library], image, [...flags, ...includes, layout, "-Wl,-z,max-page-size=0x1000"]);
}
