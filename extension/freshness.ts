import { realpath, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isWithin, type Guest } from "./guests";

/** The script of a checkout that makes what is stale. */
export const BUILD_SCRIPT = join("scripts", "build-c.mjs");

const SOURCE = /\.(c|h|S|s|inc|lds|ld)$/;

/** Whether the image, or the hypervisor that it runs on, is missing or older than its sources. */
export async function isStale(guest: Guest, checkout: string): Promise<boolean> {
  const images = guest.bare ? [guest.program] : [guest.program, join(checkout, "dist", "vmm.elf")];
  const built = Math.min(...(await Promise.all(images.map(changed))));
  const folders = [
    join(checkout, "sample-guests", "lib"),
    ...(guest.bare ? [] : [join(checkout, "emulator", "vmm")]),
    ...(guest.sources === undefined ? [] : [guest.sources]),
  ];
  const sources = Math.max(...(await Promise.all(folders.map(newest))));
  return sources > built || built === 0;
}

/** The time of the last change in ms; 0 for a file that does not exist. */
async function changed(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

/** The time of the last change of a source below the folder, in ms; 0 if there is none. */
async function newest(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const times = await Promise.all(files.filter((file) => SOURCE.test(file)).map((file) => changed(join(folder, file))));
  return Math.max(0, ...times);
}

/** The facts about the window that decide what the debugger may do. */
export interface Window {
  trusted: boolean;
  /** The folders of the workspace. */
  folders: readonly string[];
  /** The folder of the extension itself. */
  extension: string;
}

/**
 * Whether F5 may run the build script of a checkout. The script is a program of that folder for which the user did not
 * ask. So the window must be trusted, and the folder must be in it, or be the extension's own. A file that was opened
 * by itself gives no right to run anything.
 */
export async function mayBuild(checkout: string, { trusted, folders, extension }: Window): Promise<boolean> {
  if (!trusted) return false;
  const [script, ...homes] = await Promise.all([join(checkout, BUILD_SCRIPT), extension, ...folders].map(real));
  return script !== undefined && homes.some((home) => home !== undefined && isWithin(script, home));
}

/** The path without links, since the target of a link is elsewhere. Undefined if nothing is there. */
function real(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}
