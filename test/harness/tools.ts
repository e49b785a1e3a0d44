/**
 * Suites that need a program of the host. Where it is missing they are skipped, with the
 * reason in the suite's name and once on the console; where CI is set they fail instead.
 */
import { existsSync } from "node:fs";
import { describe, it } from "vitest";
import { onPath } from "./process";

/** A program or a file that a suite needs, and the Debian package that brings it. */
export interface Tool {
  name: string;
  aptPackage: string;
  present: boolean;
}

export const program = (name: string, aptPackage: string): Tool => ({ name, aptPackage, present: onPath(name) });
export const file = (name: string, aptPackage: string): Tool => ({ name, aptPackage, present: existsSync(name) });

/** In continuous integration a missing tool is a failure. */
const inCi = ["true", "1"].includes(process.env["CI"] ?? "");

/** `describe`, for a suite that cannot run for this reason, where there is one: a failure in CI, elsewhere a skip that says why. */
export function describeUnless(reason: string | undefined, name: string, suite: () => void): void {
  if (reason === undefined) {
    describe(name, suite);
  } else if (inCi) {
    it(name, () => {
      throw new Error(reason);
    });
  } else {
    console.warn(`skipped: ${name}: ${reason}`);
    describe.skip(`${name} (${reason})`, suite);
  }
}

/** `describe`, for a suite that needs `tools`. */
export function describeWith(tools: readonly Tool[], name: string, suite: () => void): void {
  const missing = tools.filter((tool) => !tool.present);
  const names = missing.map((tool) => tool.name).join(", ");
  const packages = [...new Set(missing.map((tool) => tool.aptPackage))].join(" ");
  describeUnless(missing.length === 0 ? undefined : `${names} missing: apt-get install ${packages}`, name, suite);
}
