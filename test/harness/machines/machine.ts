/** One interface to the machines that can boot our images: ours, QEMU, Bochs. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../process";
import type { Tool } from "../tools";

/** A multiboot kernel with its modules. Paths are relative to dist/, arguments follow after a space. */
export interface Boot {
  kernel: string;
  modules?: readonly string[];
  timeoutSeconds?: number;
}

export interface BootResult {
  /** What left COM1: the guests' consoles. */
  console: string;
  /** What left COM2: the VMM's log. */
  log: string;
  /**
   * What was written to the debug-exit port; undefined when the machine ended in another way (a reset, the
   * deadline), or does not tell.
   */
  exitValue: number | undefined;
  /** Past the deadline it was stopped; then it proves nothing. */
  timedOut: boolean;
  /** What the machine itself said, for a failed test's message. */
  diagnostics: string;
}

export interface TestMachine {
  name: string;
  tools: readonly Tool[];
  boot(boot: Boot): Promise<BootResult>;
}

export const dist = join(root, "dist");

/** @throws when an image has not been built */
export function requireImages(boot: Boot): void {
  const files = [boot.kernel, ...(boot.modules ?? [])].map((line) => line.split(" ")[0] ?? "");
  const missing = files.filter((path) => !existsSync(join(dist, path)));
  if (missing.length > 0) throw new Error(`not built: ${missing.join(", ")} (npm run build)`);
}

/** The debug-exit port turns a byte V into the exit status (V << 1 | 1), on our machine and on QEMU. */
export function exitValue(status: number | undefined): number | undefined {
  return status !== undefined && (status & 1) === 1 ? status >> 1 : undefined;
}
