/**
 * QEMU's i386 machine, without acceleration. It does not enforce segment limits. Its time is the count of
 * its instructions, 8 ns each, so that a busy host cannot let a timer come late or a delay be long.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "../process";
import { program } from "../tools";
import { type Boot, type BootResult, type TestMachine, dist, exitValue, requireImages } from "./machine";

const TIMEOUT_SECONDS = 30;

/** Serial ports go to files: QEMU drops characters when a pipe is slow to take them. */
function commandLine(boot: Boot, console: string, log: string): string[] {
  const modules = boot.modules ?? [];
  const [kernel = "", ...words] = boot.kernel.split(" ");
  return [
    ...["-cpu", "pentium3,+pae,+nx", "-m", "128", "-nodefaults", "-no-reboot", "-display", "none"],
    ...["-serial", `file:${console}`, "-serial", `file:${log}`],
    ...["-icount", "shift=3,sleep=off"],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=1"],
    ...["-kernel", kernel, "-append", words.join(" ")],
    ...(modules.length > 0 ? ["-initrd", modules.join(",")] : []),
  ];
}

async function boot(request: Boot): Promise<BootResult> {
  requireImages(request);
  const folder = mkdtempSync(join(tmpdir(), "ringscope-qemu-"));
  try {
    const [console, log] = [join(folder, "com1"), join(folder, "com2")];
    const result = await runProcess("qemu-system-i386", commandLine(request, console, log), {
      cwd: dist,
      timeoutSeconds: request.timeoutSeconds ?? TIMEOUT_SECONDS,
    });
    return {
      console: readFileSync(console, "latin1"),
      log: readFileSync(log, "latin1"),
      exitValue: exitValue(result.status),
      timedOut: result.timedOut,
      diagnostics: result.stdout + result.stderr,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const qemu: TestMachine = {
  name: "QEMU",
  tools: [program("qemu-system-i386", "qemu-system-x86")],
  boot,
};
