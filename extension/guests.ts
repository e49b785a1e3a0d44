import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { elfKind } from "./elf-kind";

/** A guest image that can be debugged. */
export interface Guest {
  /** For people: "pv/hello", or the file's name. */
  name: string;
  /** Absolute path of the image; a sample that is not built yet has no file there. */
  program: string;
  /** A multiboot kernel for the bare machine; else it runs on the hypervisor. */
  bare: boolean;
  origin: "sample" | "workspace";
  /** Folder of its sources, where known. */
  sources?: string;
}

const IMAGE_SUFFIXES = new Set(["", ".elf", ".bin", ".img", ".debug"]);
const SKIPPED_FOLDERS = new Set(["node_modules", ".git", ".cache", ".vscode"]);
const SEARCH_DEPTH = 4;
const SEARCH_FILES = 4000;
const SAMPLES = "sample-guests";

/**
 * The sample guest that a source file or folder belongs to: `ROOT/sample-guests/pv/hello/...` is built to
 * `ROOT/dist/sample-guests/pv/hello.elf`.
 */
export function sampleOf(path: string): Guest | undefined {
  const parts = path.split(sep);
  const at = parts.lastIndexOf(SAMPLES);
  const [kind, name] = parts.slice(at + 1, at + 3);
  if (at < 0 || !kind || !name || extname(name) !== "") return undefined;
  const root = parts.slice(0, at).join(sep);
  return sample(root, kind, name);
}

/** The sample that this image is built from, by its path alone. */
export function sampleBuiltAs(program: string): Guest | undefined {
  const parts = program.split(sep);
  const [dist, samples, kind, file] = parts.slice(-4);
  if (dist !== "dist" || samples !== SAMPLES || !kind || !file?.endsWith(".elf")) return undefined;
  return sample(parts.slice(0, -4).join(sep), kind, basename(file, ".elf"));
}

function sample(root: string, kind: string, name: string): Guest {
  return {
    name: `${kind}/${name}`,
    program: join(root, "dist", SAMPLES, kind, `${name}.elf`),
    bare: kind === "bare",
    origin: "sample",
    sources: join(root, SAMPLES, kind, name),
  };
}

/** The samples that are built under this root (the extension's own folder, or a checkout of it). */
export async function builtSamples(root: string): Promise<Guest[]> {
  const found: Guest[] = [];
  for (const kind of ["pv", "bare"]) {
    for (const file of await namesIn(join(root, "dist", SAMPLES, kind))) {
      if (file.endsWith(".elf")) found.push(sample(root, kind, file.slice(0, -".elf".length)));
    }
  }
  return found;
}

/** Guest images below a folder, the nearest first; the search is bounded in depth and number of files. */
export async function guestsIn(folder: string): Promise<Guest[]> {
  const found: Guest[] = [];
  let budget = SEARCH_FILES;
  let level = [folder];
  for (let depth = 0; depth < SEARCH_DEPTH && level.length > 0; depth++) {
    const next: string[] = [];
    for (const here of level) {
      const entries = await readdir(here, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        const path = join(here, entry.name);
        if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) next.push(path);
        if (!entry.isFile() || !IMAGE_SUFFIXES.has(extname(entry.name)) || budget-- <= 0) continue;
        const kind = await elfKind(path).catch(() => "other" as const);
        if (kind !== "other") found.push(workspaceGuest(folder, path, kind === "multiboot"));
      }
    }
    level = next;
  }
  return found;
}

function workspaceGuest(folder: string, program: string, bare: boolean): Guest {
  return { name: relative(folder, program), program, bare, origin: "workspace" };
}

/**
 * The guest that F5 means: the sample that the open file or folder belongs to, else the image nearest to the open
 * file, else the first image of the workspace.
 */
export async function guestFor(file: string | undefined, folder: string | undefined): Promise<Guest | undefined> {
  const own = (file && sampleOf(file)) ?? (folder && sampleOf(folder));
  if (own) return own;
  for (const start of folder && file ? ancestors(file, folder) : []) {
    const [nearest] = await guestsIn(start);
    if (nearest) return nearest;
  }
  if (!folder) return undefined;
  return (await builtSamples(folder))[0] ?? (await guestsIn(folder))[0];
}

/** The folders from the file's own up to the workspace's. */
function ancestors(file: string, folder: string): string[] {
  const found: string[] = [];
  for (let here = dirname(file); here.startsWith(folder) && here !== folder; here = dirname(here)) found.push(here);
  return found;
}

export function isBuilt(guest: Guest): boolean {
  return existsSync(guest.program);
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
