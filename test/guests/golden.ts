/** What each guest has to say, line by line, on every machine and from every compiler. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { BootResult } from "../harness/machines";

const EVIDENCE_LINES = 40;

/** The lines that `guest` prints, from golden/<guest>.txt. */
export function goldenLines(guest: string): string[] {
  return readFileSync(join(import.meta.dirname, "golden", `${guest}.txt`), "latin1").split("\n");
}

/** Serial lines may end in CR LF; nothing else is forgiven. */
const linesOf = (text: string): string[] => text.split("\n").map((line) => line.replace(/\r$/, ""));

/** What a failed test shows besides: the end of the VMM's log, and what the machine said. */
export function evidenceOf(result: BootResult): string {
  const log = linesOf(result.log).slice(-EVIDENCE_LINES).join("\n");
  return `\nlog:\n${log}\nmachine:\n${result.diagnostics}`;
}

/** Asserts that the console shows these lines, and nothing else. */
export function expectLines(result: BootResult, lines: readonly string[]): void {
  const evidence = evidenceOf(result);
  expect(result.timedOut, `the machine did not end${evidence}`).toBe(false);
  expect(linesOf(result.console), evidence).toEqual(lines);
}

/** Asserts that the console shows what `guest` has to say, and nothing else. */
export function expectGolden(result: BootResult, guest: string): void {
  expectLines(result, goldenLines(guest));
}
