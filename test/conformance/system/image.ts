/** Builds the conformance guest from guest/ and the sample guests' library. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../../harness/process";

/** The image, relative to dist/. */
export const IMAGE = "test/system/system.elf";

const GUEST = "test/conformance/system/guest";
const LIBRARY = "sample-guests/lib";
const FLAGS = [
  ..."-std=gnu11 -O1 -m32 -march=i686 -mno-sse -mno-mmx -ffreestanding -fno-pic -fno-pie -fno-common".split(" "),
  ..."-fno-stack-protector -fcf-protection=none -fno-strict-aliasing -fno-asynchronous-unwind-tables".split(" "),
  ..."-Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes".split(" "),
  ..."-nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack".split(" "),
];

/** @throws with the compiler's own words when it refuses a file */
export function buildImage(): void {
  const folders = [GUEST, LIBRARY, `${LIBRARY}/bare`];
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.[cS]$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  const includes = folders.flatMap((folder) => ["-I", folder]);
  const output = join(root, "dist", IMAGE);
  mkdirSync(dirname(output), { recursive: true });
  const args = [...FLAGS, ...includes, "-T", `${LIBRARY}/bare/bare.lds`, "-o", output, ...sources];
  const result = spawnSync("gcc", args, { cwd: root, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`gcc: ${result.stderr}`);
}
