/** The built command line, called as a user calls it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type ProcessResult, root, runProcess } from "../../harness/process";
import { flatImage } from "../../unit/emulator/boot/image";
import { type Code, START } from "../../unit/emulator/machine/guest-code";

const TIMEOUT_SECONDS = 60;
const LOAD = START - 32;

export const guestImage = (name: string): string => join(root, "dist", "sample-guests", `${name}.elf`);

export function ringscope(args: readonly string[], input = ""): Promise<ProcessResult> {
  const launcher = join(root, "bin", "ringscope");
  return runProcess(process.execPath, [launcher, ...args], { input, timeoutSeconds: TIMEOUT_SECONDS });
}

/** A folder of its own for the files of one test file. */
export function scratch(): { path(name: string): string; file(name: string, bytes: Uint8Array | string): string } {
  const folder = mkdtempSync(join(tmpdir(), "ringscope-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  const file = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(path(name), bytes);
    return path(name);
  };
  return { path, file };
}

/** A multiboot kernel of hand-made code. */
export function kernelOf(code: Code): Uint8Array {
  return flatImage(code.bytes, [LOAD, LOAD, 0, 0, START]);
}
