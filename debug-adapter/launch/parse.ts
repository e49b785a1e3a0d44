import type { Engine } from "../../emulator/index";

/** How the command line and launch configurations write the same things. */

export const DEFAULT_MEMORY = "128M";
export const ENGINES = ["auto", "interpreter", "compiled"] as const satisfies readonly Engine[];

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** "128M" in bytes; undefined for a text that is not a size. The machine decides whether it can have that size. */
export function bytesIn(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+)([KMG]?)$/i.exec(text.trim()) ?? [];
  const scale = UNITS[unit.toUpperCase()];
  return digits === undefined || scale === undefined ? undefined : Number(digits) * scale;
}

/** A file, and the arguments that it is booted with. */
export interface ImageFile {
  file: string;
  args: string;
}

/** Splits "FILE ARGS". The file's name ends at the first space. Undefined when there is none. */
export function splitModule(text: string): ImageFile | undefined {
  const [, file = "", args = ""] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(text) ?? [];
  return file === "" ? undefined : { file, args };
}
