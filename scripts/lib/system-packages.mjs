/** The programs and files from outside npm that the project uses, and the Debian packages that contain them. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SetupError, capture, inCi, run, which } from "./run.mjs";

const UPDATE_SECONDS = 180;
const INSTALL_SECONDS = 900;

/** Whether `compiler` makes a 32-bit program from `source`. Freestanding programs need no 32-bit C library. */
function compiles(compiler, source, flags) {
  const folder = mkdtempSync(join(tmpdir(), "ringscope-"));
  try {
    const args = ["-m32", ...flags, "-x", "c", "-", "-o", join(folder, "probe")];
    return capture(compiler, args, { input: source, seconds: 60 }).code === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const program = (name) => () => which(name) !== undefined;
const file = (path) => () => existsSync(path);

/** The compiler for the sample guests and the hypervisor. */
const COMPILER = {
  what: "a C compiler for 32-bit x86 (gcc -m32 or clang -m32)",
  packages: ["gcc", "gcc-multilib"],
  present: () =>
    ["gcc", "clang"].some(
      (name) => which(name) && compiles(name, "void _start(void) {}", ["-ffreestanding", "-nostdlib", "-static"]),
    ),
};

/** The other tools of the test suites: other machines, references, the layout check, the browser. */
const TEST_TOOLS = [
  {
    what: "gcc with the 32-bit C library",
    packages: ["gcc", "gcc-multilib", "libc6-dev-i386"],
    present: () =>
      which("gcc") !== undefined && compiles("gcc", "#include <stdio.h>\nint main(void) { return 0; }", []),
  },
  { what: "git", packages: ["git"], present: program("git") },
  { what: "objdump", packages: ["binutils"], present: program("objdump") },
  { what: "clang", packages: ["clang"], present: program("clang") },
  { what: "clang-format", packages: ["clang-format"], present: program("clang-format") },
  { what: "gdb", packages: ["gdb"], present: program("gdb") },
  { what: "QEMU (qemu-system-i386)", packages: ["qemu-system-x86"], present: program("qemu-system-i386") },
  { what: "NASM", packages: ["nasm"], present: program("nasm") },
  { what: "Bochs", packages: ["bochs"], present: program("bochs") },
  { what: "the Bochs terminal display", packages: ["bochs-term"], present: bochsTerminal },
  { what: "the Bochs BIOS", packages: ["bochsbios"], present: file("/usr/share/bochs/BIOS-bochs-latest") },
  { what: "a VGA BIOS", packages: ["vgabios"], present: file("/usr/share/vgabios/vgabios.bin") },
  { what: "GRUB for PC", packages: ["grub-pc-bin"], present: file("/usr/lib/grub/i386-pc/normal.mod") },
  { what: "grub-mkrescue", packages: ["grub-common"], present: program("grub-mkrescue") },
  { what: "xorriso", packages: ["xorriso"], present: program("xorriso") },
  { what: "mtools", packages: ["mtools"], present: program("mformat") },
  { what: "the Xen headers", packages: ["libxen-dev"], present: file("/usr/include/xen/xen.h") },
  { what: "Chromium", packages: ["chromium"], present: program("chromium") },
];

function bochsTerminal() {
  const folders = ["x86_64-linux-gnu", "i386-linux-gnu", ""];
  return folders.some((folder) => existsSync(join("/usr/lib", folder, "bochs/plugins/libbx_term_gui.so")));
}

/** Installs Debian packages. False if this is not Debian, if the user is not root, or if apt-get fails. */
async function aptInstall(packages) {
  if (!which("apt-get") || process.getuid?.() !== 0) return false;
  console.log(`Installing system packages: ${packages.join(" ")}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const patience = ["-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3"];
  await run("apt-get", [...patience, "update"], { env, seconds: UPDATE_SECONDS });
  const install = [...patience, "install", "-y", "--no-install-recommends", ...packages];
  return (await run("apt-get", install, { env, seconds: INSTALL_SECONDS })) === 0;
}

/** Installs the tools that are missing. @returns those that are still missing */
async function provide(tools) {
  const missing = tools.filter((tool) => !tool.present());
  if (missing.length === 0) return [];
  await aptInstall([...new Set(missing.flatMap((tool) => tool.packages))]);
  return missing.filter((tool) => !tool.present());
}

function advice(missing) {
  const packages = [...new Set(missing.flatMap((tool) => tool.packages))].join(" ");
  return `missing: ${missing.map((tool) => tool.what).join(", ")} (on Debian as root: apt-get install ${packages})`;
}

/** Provides the C compiler, without which nothing can be built. */
export async function ensureCompiler() {
  const missing = await provide([COMPILER]);
  if (missing.length > 0) throw new SetupError(advice(missing));
}

/**
 * Provides everything that the tests use. In CI each tool is required. Elsewhere suites whose tools are missing say so
 * and are skipped.
 */
export async function ensureTestTools() {
  const missing = await provide([COMPILER, ...TEST_TOOLS]);
  if (missing.length === 0) return;
  if (inCi || missing.includes(COMPILER)) throw new SetupError(advice(missing));
  console.log(`Some suites will be skipped; ${advice(missing)}`);
}
