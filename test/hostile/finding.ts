/** What a campaign may not find, and the bounds that it holds the adapter to. */
import type { Answer } from "./adapter";

/** Processor time in which each request is to be answered; in the suite, on a host that others use, only hanging counts. */
export const MOST_CPU_MS = process.env["HOSTILE_FILES"] === undefined ? Infinity : 1000;
/** Memory in bytes that a session takes at most. */
export const MOST_MEMORY = 512 << 20;

/** What was sent, and what is wrong with what came. */
export interface Finding {
  readonly input: string;
  readonly problem: string;
}

/** What is wrong with an answer; undefined when nothing is. */
export function problemOf(command: string, { response, cpuMs }: Answer): string | undefined {
  const said = JSON.stringify(response);
  if (said.includes("an error of the debugger itself")) return `${command}: ${response.message ?? said}`;
  if (!response.success && !/\w/.test(response.message ?? "")) return `${command}: refused without a word`;
  if (cpuMs > MOST_CPU_MS) return `${command}: ${cpuMs} ms of processor time`;
  return undefined;
}
