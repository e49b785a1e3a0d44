/** Bochs, started by GRUB from a CD-ROM image. It has no debug-exit port: it ends on a word at port 0x8900. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { runProcess } from "../process";
import { file, program } from "../tools";
import { type Boot, type BootResult, type TestMachine, dist, requireImages } from "./machine";

const BIOS = "/usr/share/bochs/BIOS-bochs-latest";
const VGA_BIOS = "/usr/share/vgabios/vgabios.bin";
const TIMEOUT_SECONDS = 60;

/** A CD-ROM image in `folder` with GRUB, the kernel and its modules. */
async function makeImage(boot: Boot, folder: string): Promise<string> {
  const bootFolder = join(folder, "cd", "boot");
  mkdirSync(join(bootFolder, "grub"), { recursive: true });
  const add = (verb: string, line: string): string => {
    const [path = "", ...args] = line.split(" ");
    copyFileSync(join(dist, path), join(bootFolder, basename(path)));
    return [verb, `/boot/${basename(path)}`, ...args].join(" ");
  };
  const modules = (boot.modules ?? []).map((module) => add("module", module));
  const menu = ["set timeout=0", add("multiboot", boot.kernel), ...modules, "boot", ""];
  writeFileSync(join(bootFolder, "grub", "grub.cfg"), menu.join("\n"));

  const image = join(folder, "boot.iso");
  const made = await runProcess("grub-mkrescue", ["-o", image, join(folder, "cd")], {
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  if (made.status !== 0) throw new Error(`grub-mkrescue: ${made.stderr}`);
  return image;
}

/** Time follows the instruction count, not the host's clock. */
function configuration(folder: string, image: string): string {
  return [
    "megs: 128",
    `romimage: file=${BIOS}`,
    `vgaromimage: file=${VGA_BIOS}`,
    "cpu: count=1, ips=50000000, reset_on_triple_fault=0",
    "clock: sync=none, time0=utc",
    "display_library: term",
    `ata0-master: type=cdrom, path="${image}", status=inserted`,
    "boot: cdrom",
    `com1: enabled=1, mode=file, dev="${join(folder, "com1")}"`,
    `com2: enabled=1, mode=file, dev="${join(folder, "com2")}"`,
    "panic: action=fatal",
    "error: action=ignore",
    `log: "${join(folder, "bochs.log")}"`,
    "",
  ].join("\n");
}

async function boot(request: Boot): Promise<BootResult> {
  requireImages(request);
  const folder = mkdtempSync(join(tmpdir(), "ringscope-bochs-"));
  const textOf = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), "latin1") : "";
  try {
    writeFileSync(join(folder, "bochsrc"), configuration(folder, await makeImage(request, folder)));
    // Debian's Bochs has the debugger built in and waits at its prompt: "c" goes on.
    writeFileSync(join(folder, "commands"), "c\n");
    const result = await runProcess("bochs", ["-q", "-f", join(folder, "bochsrc"), "-rc", join(folder, "commands")], {
      env: { TERM: "dumb" },
      timeoutSeconds: request.timeoutSeconds ?? TIMEOUT_SECONDS,
    });
    return {
      console: textOf("com1"),
      log: textOf("com2"),
      exitValue: undefined,
      timedOut: result.timedOut,
      diagnostics: textOf("bochs.log").split("\n").slice(-20).join("\n"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const bochs: TestMachine = {
  name: "Bochs",
  tools: [
    program("bochs", "bochs"),
    file("/usr/lib/x86_64-linux-gnu/bochs/plugins/libbx_term_gui.so", "bochs-term"),
    file(BIOS, "bochsbios"),
    file(VGA_BIOS, "vgabios"),
    program("grub-mkrescue", "grub-common"),
    file("/usr/lib/grub/i386-pc/normal.mod", "grub-pc-bin"),
    program("xorriso", "xorriso"),
    program("mformat", "mtools"),
  ],
  boot,
};
