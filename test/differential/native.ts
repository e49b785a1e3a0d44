import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Batch, decodeResults, encodeBatch, type Outcome, resultsSize } from "./batch";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = ["runner.c", "batch.h", "linux.h"].map((name) => join(HERE, "native", name));
const RUNNER = join(HERE, "..", "..", "dist", "test", "native-runner");
/** Far from where cases read and write, and from where Linux puts stacks and its own pages. */
const LINK_ADDRESS = "0x60000000";
/** A batch's time: some cases run in less than a tenth of a second, but the machine may be busy. */
const milliseconds = (cases: number): number => 3000 + Math.ceil(cases / 5);

const FLAGS = [
  ..."-m32 -O2 -std=gnu11 -ffreestanding -nostdlib -static -no-pie -fno-pic -fno-stack-protector".split(" "),
  ..."-msse2 -mstackrealign -fcf-protection=none -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes".split(" "),
  `-Wl,-Ttext-segment=${LINK_ADDRESS}`,
  "-Wl,--build-id=none",
];

function isStale(): boolean {
  try {
    const built = statSync(RUNNER).mtimeMs;
    return SOURCES.some((source) => statSync(source).mtimeMs > built);
  } catch {
    return true;
  }
}

/** Builds the runner when its sources are newer. */
function buildRunner(): void {
  if (!isStale()) return;
  mkdirSync(dirname(RUNNER), { recursive: true });
  // Test files run side by side: each builds its own and puts it in place whole.
  const fresh = `${RUNNER}.${process.pid}`;
  execFileSync("gcc", [...FLAGS, "-o", fresh, join(HERE, "native", "runner.c")], { stdio: "pipe" });
  renameSync(fresh, RUNNER);
}

/** Why cases cannot run natively here, or undefined. */
export function whyNotNative(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "the host is no x86-64 Linux";
  try {
    buildRunner();
    return undefined;
  } catch (error) {
    return `gcc -m32 does not work: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`;
  }
}

/** Runs a batch on the host's processor. Throws when the runner dies. */
export function runNative(batch: Batch): { outcomes: Outcome[]; window: Uint8Array } {
  buildRunner();
  const folder = mkdtempSync(join(tmpdir(), "ringscope-batch-"));
  try {
    const [input, output] = [join(folder, "batch"), join(folder, "results")];
    writeFileSync(input, encodeBatch(batch));
    writeFileSync(output, "");
    truncateSync(output, resultsSize(batch.cases.length));
    const timeout = milliseconds(batch.cases.length);
    const { status, signal, stderr } = spawnSync(RUNNER, [input, output], { timeout, encoding: "utf8" });
    if (status !== 0) throw new Error(`native runner: status ${status}, signal ${signal}: ${stderr}`);
    return decodeResults(new Uint8Array(readFileSync(output)), batch.cases.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
