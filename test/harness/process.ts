/** Running a program of the host for a test, with a deadline. */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface ProcessOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** What the program reads; its standard input is at its end after that. */
  input?: string;
  timeoutSeconds: number;
}

export interface ProcessResult {
  stdout: string;
  stderr: string;
  /** Exit status; undefined when a signal ended it. */
  status: number | undefined;
  timedOut: boolean;
}

/** Runs `command` to its end; past the deadline it is killed. @throws when it cannot be started */
export function runProcess(command: string, args: readonly string[], options: ProcessOptions): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd ?? root, env: { ...process.env, ...options.env } });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, options.timeoutSeconds * 1000);
    child.stdout.on("data", (bytes: Buffer) => stdout.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => stderr.push(bytes));
    child.on("error", reject);
    child.on("close", (status) => {
      clearTimeout(timer);
      const text = (bytes: Buffer[]): string => Buffer.concat(bytes).toString("latin1");
      resolve({ stdout: text(stdout), stderr: text(stderr), status: status ?? undefined, timedOut });
    });
    child.stdin.on("error", () => undefined); // it ended without reading
    child.stdin.end(options.input ?? "");
  });
}

/** Whether `command` is a program on the PATH. */
export function onPath(command: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
