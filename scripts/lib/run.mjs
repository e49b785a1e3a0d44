/**
 * Child processes and the search path, with Node built-ins only, because they are needed before any package is
 * installed.
 */
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** The repository's top folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** True in continuous integration, where a missing tool is a failure. */
export const inCi = ["true", "1"].includes(process.env.CI ?? "");

/** A failure that is told in one line: what is wrong and what to do. */
export class SetupError extends Error {}

/** This program's options and positional arguments, as parseArgs gives them. @throws SetupError for unknown ones */
export function parseOptions(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    // The first sentence says what is wrong. The second is about file names that begin with a dash.
    throw new SetupError(error.message.split(". ", 1)[0]);
  }
}

/** Full path of a program on the search path, or undefined. */
export function which(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/**
 * Runs a program in the repository's top folder, its output shown.
 * @param {{ seconds?: number, env?: Record<string, string>, stdin?: "inherit" | "ignore" }} [options]
 * @returns {Promise<number>} its exit status; 127 when it cannot start, 124 when its time is over
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: [options.stdin ?? "ignore", "inherit", "inherit"],
      env: { ...process.env, ...options.env },
    });
    let late = false;
    const timer =
      options.seconds &&
      setTimeout(() => {
        late = true;
        child.kill("SIGTERM");
      }, options.seconds * 1000);
    child.on("error", () => resolve(127));
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(late ? 124 : (code ?? 1));
    });
  });
}

/**
 * Runs a program without showing its output. @returns its exit status and all that it printed, standard output first
 */
export function capture(command, args, options = {}) {
  const { input, seconds = 600 } = options;
  const result = spawnSync(command, args, {
    cwd: root,
    input,
    encoding: "utf8",
    timeout: seconds * 1000,
    maxBuffer: 64 << 20,
  });
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}`;
  return { code: result.error ? 127 : (result.status ?? 1), output };
}

/** Runs one of the project's Node programs: `node SCRIPT ARGS`. */
export function runNode(script, args = [], options = {}) {
  return run(process.execPath, [script, ...args], options);
}

/** Calls `main`, shows a SetupError as one line, and ends with the status that `main` returns. */
export async function entry(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`ringscope: ${error.message}`);
    process.exitCode = 1;
  }
}
