/** gdb on QEMU's stub: an independent reader of our debug information and call frames. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runProcess } from "../process";
import { dist } from "./machine";

const GDB_SECONDS = 60;

/**
 * Boots `kernel` with `module` (paths relative to dist/) on QEMU, runs gdb with the symbols of both and
 * `commands` from the machine's first instruction on; what gdb printed.
 */
export function debugOnQemu(kernel: string, module: string, commands: readonly string[]): Promise<string> {
  return debug(kernel, ["-initrd", module], [`add-symbol-file ${module}`], commands);
}

/** Where gdb stands, `function line`, at a function's breakpoint and after each of `count` commands. */
export async function gdbSteps(kernel: string, start: string, command: string, count: number): Promise<string[]> {
  const tell = "python f = gdb.selected_frame(); print('@', f.name(), f.find_sal().line)";
  const steps = Array.from({ length: count }, () => [command, tell]).flat();
  const printed = await debug(kernel, [], [], [`break ${start}`, "continue", tell, ...steps]);
  return [...printed.matchAll(/^@ (.*)$/gm)].map(([, place = ""]) => place);
}

/** @param before what gdb is told before it finds the machine */
async function debug(
  kernel: string,
  more: readonly string[],
  before: readonly string[],
  commands: readonly string[],
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ringscope-gdb-"));
  const socket = join(folder, "gdb");
  const machine = spawn(
    "qemu-system-i386",
    [
      ...["-cpu", "pentium3,+pae,+nx", "-m", "128", "-nodefaults", "-no-reboot", "-display", "none", "-S"],
      ...["-chardev", `socket,path=${socket},server=on,wait=off,id=gdb`, "-gdb", "chardev:gdb"],
      ...["-device", "isa-debug-exit,iobase=0xf4", "-kernel", kernel, ...more],
    ],
    { cwd: dist, stdio: "ignore" },
  );
  try {
    for (let tries = 0; !existsSync(socket) && tries < 100; tries++) await sleep(100);
    const all = [...before, `target remote ${socket}`, ...commands, "kill"];
    const args = ["-batch", ...all.flatMap((command) => ["-ex", command]), kernel];
    return (await runProcess("gdb", args, { cwd: dist, timeoutSeconds: GDB_SECONDS })).stdout;
  } finally {
    machine.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}
