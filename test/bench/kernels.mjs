/**
 * The benchmark's kernels: one C file each. Those of kernels/ run on the bare machine, on the platform (paging, rings,
 * output) of platform/; those of guests/ are paravirtual guests of our hypervisor, with what pv/ and the sample
 * guests' library have for them.
 */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { compileGuest, compileKernel } from "../harness/kernel/compile.mjs";
import { root } from "../../scripts/lib/run.mjs";

const HERE = import.meta.dirname;
const PLATFORM = join(HERE, "platform");
const PLATFORM_SOURCES = ["main.c", "paging.c", "rings.c", "gates.S"].map((file) => join(PLATFORM, file));
const PV = join(HERE, "pv");
const PV_SOURCES = ["main.c", "entry.S"].map((file) => join(PV, file));
const VMM = join(root, "dist", "vmm.elf");

/** Does nothing: what remains is the start. The same as a guest of the hypervisor. */
export const EMPTY = "empty";
export const EMPTY_GUEST = "pv-empty";

/** Guests of which there are two domains. */
const PAIRS = new Set(["pv-switch"]);

const namesIn = (folder) => readdirSync(join(HERE, folder)).map((file) => basename(file, ".c"));

const guests = new Set(namesIn("guests"));

/** All kernels but the empty ones, by name: those of the bare machine, then the guests. */
export const kernelNames = namesIn("kernels").filter((name) => name !== EMPTY);
export const guestNames = [...guests].filter((name) => name !== EMPTY_GUEST);

/** What a kernel's own time begins with. */
export const emptyOf = (name) => (guests.has(name) ? EMPTY_GUEST : EMPTY);

/**
 * Compiles one kernel.
 * @param {string} name of kernelNames or guestNames, or an empty one
 * @param {string} folder where the image goes
 * @param {{ short?: boolean }} [options] short: little work, to check the checksum only
 * @returns {{ kernel: string, modules: string[] }} paths: the image to boot, and the modules that it is given
 * @throws SetupError with the compiler's words
 */
export function buildBoot(name, folder, { short = false } = {}) {
  const image = join(folder, `${name}.elf`);
  const flags = [`-I${PLATFORM}`, ...(short ? ["-DBENCH_SHORT"] : [])];
  if (!guests.has(name)) {
    compileKernel([join(HERE, "kernels", `${name}.c`), ...PLATFORM_SOURCES], image, flags);
    return { kernel: image, modules: [] };
  }
  compileGuest([join(HERE, "guests", `${name}.c`), ...PV_SOURCES], image, [`-I${PV}`, ...flags]);
  return { kernel: VMM, modules: PAIRS.has(name) ? [image, image] : [image] };
}
