/**
 * Runs a program and measures it: user time of the whole process with all its threads, which other programs on the
 * machine disturb least. Node tells of its own process only, so processor-time.c asks the kernel (wait4).
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { SetupError, root } from "../../scripts/lib/run.mjs";

const SOURCE = join(import.meta.dirname, "processor-time.c");
const WRAPPER = join(root, "dist", "bench", "processor-time");
const TIMEOUT_SECONDS = 300;
const TIMED_OUT = 124;
/** Node reads the certificates that the variable names at each start: no contender is to be charged for that. */
const ENV = { ...process.env, NODE_EXTRA_CA_CERTS: "" };

/** Compiles the wrapper; called once before timedRun. @throws SetupError with the compiler's words */
export function buildWrapper() {
  mkdirSync(dirname(WRAPPER), { recursive: true });
  const { status, stderr } = spawnSync("cc", ["-O2", "-Wall", "-Wextra", "-Werror", SOURCE, "-o", WRAPPER], {
    encoding: "utf8",
  });
  if (status !== 0)
    throw new SetupError(`processor-time.c: ${stderr ?? "a C compiler is needed: apt-get install gcc"}`);
}

/**
 * @param {readonly string[]} command program and arguments
 * @returns {{ status: number, stdout: string, stderr: string, userSeconds: number, systemSeconds: number, wallSeconds: number,
 *   residentKib: number }} status 124 when it took too long
 */
export function timedRun(command) {
  const before = performance.now();
  const { status, output, error } = spawnSync("timeout", [`${TIMEOUT_SECONDS}`, WRAPPER, ...command], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    encoding: "utf8",
    env: ENV,
  });
  if (error) throw error;
  const wallSeconds = (performance.now() - before) / 1000;
  const [userSeconds = NaN, systemSeconds = NaN, residentKib = NaN] = output[3].trim().split(" ").map(Number);
  return {
    status: status ?? TIMED_OUT,
    stdout: output[1],
    stderr: output[2],
    userSeconds,
    systemSeconds,
    wallSeconds,
    residentKib,
  };
}

/** Milliseconds from the start of a program to the first byte that it prints; undefined when it prints none. */
export function firstByteMs([program, ...args]) {
  return new Promise((resolve, reject) => {
    const before = performance.now();
    let first;
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "ignore"],
      timeout: TIMEOUT_SECONDS * 1000,
      env: ENV,
    });
    child.stdout.on("data", () => (first ??= performance.now() - before));
    child.on("error", reject);
    child.on("close", () => resolve(first));
  });
}
