/** The checks that are not vitest suites: types, lint, layout and arrows. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { capture, inCi, root, which } from "./run.mjs";

/** The folders between which the arrows of TypeScript are checked. */
const LAYERS = ["emulator", "debug-adapter", "extension", "test"];

const tool =
  (path, ...args) =>
  () =>
    capture(process.execPath, [join("node_modules", path), ...args]);

/** Checks the layout of every C file under version control against .clang-format. */
function checkLayout() {
  if (!which("clang-format")) {
    if (inCi) return { code: 1, output: "clang-format is not installed\n" };
    return { skipped: "clang-format is not installed" };
  }
  const listed = capture("git", ["ls-files", "*.c", "*.h"]);
  if (listed.code !== 0) return { skipped: "not a git clone" };
  const files = listed.output.split("\n").filter((path) => path && existsSync(join(root, path)));
  if (files.length === 0) return { skipped: "no C files" };
  return capture("clang-format", ["--dry-run", "-Werror", "--style=file", ...files]);
}

/** Each gives { code, output }, or { skipped: reason }. */
export const checks = [
  { name: "types", check: tool("typescript/bin/tsc", "-b") },
  { name: "lint", check: tool("eslint/bin/eslint.js", ".") },
  { name: "layout", check: tool("prettier/bin/prettier.cjs", "--check", "--log-level", "warn", ".") },
  {
    name: "arrows",
    check: tool("dependency-cruiser/bin/dependency-cruise.mjs", "--config", "dependency-cruiser.config.mjs", ...LAYERS),
  },
  { name: "C layout", check: checkLayout },
  { name: "C arrows", check: tool("../scripts/check-c-arrows.mjs") },
];
