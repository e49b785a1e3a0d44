import { access, opendir } from "node:fs/promises";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { elfKind } from "./elf-kind";

/** A guest image that can be debugged. */
export interface Guest {
  /** The name for users: "pv/hello", or the file's path in the workspace. */
  name: string;
  /** The absolute path of the image. A sample that is not built yet has no file there. */
  program: string;
  /** Whether it is a multiboot kernel for the bare machine; otherwise it runs on the hypervisor. */
  bare: boolean;
  origin: "sample" | "workspace";
  /** For a sample: the folder of its sources, and the checkout to which it belongs. */
  sources?: string;
  checkout?: string;
}

const IMAGE_SUFFIXES = new Set(["", ".elf", ".bin", ".img", ".debug"]);
const SKIPPED_FOLDERS = new Set(["node_modules", ".git", ".cache", ".vscode"]);
const SEARCH_DEPTH = 4;
const SEARCH_ENTRIES = 10_000;
const SEARCH_FILES = 2000;
const SAMPLES = "sample-guests";
const FIRST_SAMPLE = ["pv", "hello"] as const;

/**
 * The samples that are made to be looked at, in the order in which a newcomer should meet them. The others are for the
 * tests.
 */
export const SHOWN_SAMPLES: readonly string[] = [
  ...["pv/hello", "bare/hello", "pv/echo", "pv/processor", "pv/refusals", "pv/failsafe"],
  ...["pv/crash", "pv/loop", "bare/triple-fault"],
];

/**
 * The sample guest to which a source file or folder belongs: `ROOT/sample-guests/pv/hello/...` is built to
 * `ROOT/dist/sample-guests/pv/hello.elf`.
 */
export function sampleOf(path: string): Guest | undefined {
  const parts = path.split(sep);
  const at = parts.lastIndexOf(SAMPLES);
  const [kind, name] = parts.slice(at + 1, at + 3);
  if (at < 0 || !kind || kind === "lib" || !name || extname(name) !== "") return undefined;
  return sample(parts.slice(0, at).join(sep), kind, name);
}

/** The sample from which this image is built, found by its path alone. */
export function sampleBuiltAs(program: string): Guest | undefined {
  const parts = program.split(sep);
  const [dist, samples, kind, file] = parts.slice(-4);
  if (dist !== "dist" || samples !== SAMPLES || !kind || !file?.endsWith(".elf")) return undefined;
  return sample(parts.slice(0, -4).join(sep), kind, basename(file, ".elf"));
}

/** The sample that shows the most. It is debugged if nothing else is meant. */
export function firstSample(root: string): Guest {
  return sample(root, ...FIRST_SAMPLE);
}

function sample(root: string, kind: string, name: string): Guest {
  return {
    name: `${kind}/${name}`,
    program: join(root, "dist", SAMPLES, kind, `${name}.elf`),
    bare: kind === "bare",
    origin: "sample",
    sources: join(root, SAMPLES, kind, name),
    checkout: root,
  };
}

/** Those of SHOWN_SAMPLES that are built below this root (the extension's own folder, or a checkout of it). */
export async function builtSamples(root: string): Promise<Guest[]> {
  const shown = SHOWN_SAMPLES.map((name) => sample(root, dirname(name), basename(name)));
  const built = await Promise.all(shown.map(isBuilt));
  return shown.filter((_, at) => built[at]);
}

/**
 * Guest images below a folder, the nearest first. The search is bounded in depth and in the number of files. In a
 * checkout of this project the build output is left out, because it holds the tests' kernels.
 */
export async function guestsIn(folder: string): Promise<Guest[]> {
  const found: Guest[] = [];
  const budget = { entries: SEARCH_ENTRIES, files: SEARCH_FILES };
  let level = [folder];
  for (let depth = 0; depth < SEARCH_DEPTH && level.length > 0; depth++) {
    const next: string[] = [];
    for (const here of level) {
      const { folders, files } = await listed(here, budget);
      next.push(...((await isCheckout(here)) ? folders.filter((name) => name !== "dist") : folders).map(at(here)));
      for (const path of files.map(at(here))) {
        if (budget.files-- <= 0) return found;
        const kind = await elfKind(path).catch(() => "other" as const);
        if (kind !== "other") found.push(workspaceGuest(folder, path, kind === "multiboot"));
      }
    }
    level = next;
  }
  return found;
}

const at =
  (folder: string) =>
  (name: string): string =>
    join(folder, name);

/**
 * Files that may be images and folders that may contain some, in the order of their names. Links, pipes and devices are
 * left out.
 */
async function listed(folder: string, budget: { entries: number }): Promise<{ folders: string[]; files: string[] }> {
  const [folders, files]: [string[], string[]] = [[], []];
  const entries = await opendir(folder).catch(() => []);
  try {
    for await (const entry of entries) {
      if (budget.entries-- <= 0) break;
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) folders.push(entry.name);
      if (entry.isFile() && IMAGE_SUFFIXES.has(extname(entry.name))) files.push(entry.name);
    }
  } catch {
    // The folder has been removed meanwhile. What was seen of it counts.
  }
  return { folders: folders.sort(), files: files.sort() };
}

function workspaceGuest(folder: string, program: string, bare: boolean): Guest {
  return { name: relative(folder, program), program, bare, origin: "workspace" };
}

/**
 * The guest that F5 means: the sample to which the open file or folder belongs; else the image nearest to the open
 * file; else the first sample of a checkout, or the first image of the workspace. A file of the hypervisor means the
 * first sample that runs on it, unless the workspace has a guest of its own.
 */
export async function guestFor(file: string | undefined, folder: string | undefined): Promise<Guest | undefined> {
  const own = (file && sampleOf(file)) ?? (folder && sampleOf(folder));
  if (own) return own;
  const checkout = file === undefined ? undefined : checkoutOfVmm(file);
  if (checkout !== undefined && folder !== undefined && isWithin(folder, checkout)) return firstSample(checkout);
  for (const start of folder && file ? ancestors(file, folder) : []) {
    const [nearest] = await guestsIn(start);
    if (nearest) return nearest;
  }
  if (folder && (await isCheckout(folder))) return firstSample(folder);
  const [nearest] = folder ? await guestsIn(folder) : [];
  return nearest ?? (checkout === undefined ? undefined : firstSample(checkout));
}

const VMM = `${sep}${join("emulator", "vmm")}`;

/** The folder above a hypervisor's source file, or above the hypervisor's folder. */
function checkoutOfVmm(path: string): string | undefined {
  const end = `${path}${sep}`.lastIndexOf(`${VMM}${sep}`);
  return end < 0 ? undefined : path.slice(0, end);
}

async function isCheckout(folder: string): Promise<boolean> {
  return (await exists(join(folder, SAMPLES))) && exists(join(folder, "emulator", "vmm"));
}

/** The folders from the file's own up to the workspace's, which is left out. */
function ancestors(file: string, folder: string): string[] {
  const found: string[] = [];
  for (let here = dirname(file); isWithin(here, folder) && here !== folder; here = dirname(here)) found.push(here);
  return found;
}

/** Whether a path is the folder or below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** The hypervisor that a sample's checkout builds beside it: who changes that one wants to see it run. */
export async function vmmOf({ bare, checkout }: Guest): Promise<{ checkout: string; vmm: string } | undefined> {
  if (bare || checkout === undefined) return undefined;
  const vmm = join(checkout, "dist", "vmm.elf");
  return (await exists(vmm)) ? { checkout, vmm } : undefined;
}

export function isBuilt(guest: Guest): Promise<boolean> {
  return exists(guest.program);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
