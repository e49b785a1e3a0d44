/**
 * The hostile files and requests of test/hostile, as many as asked for: `npm run test:hostile:long -- --count 10000 --seed 3`.
 * Files with a finding are kept in dist/test/hostile/found; `--first N --count 1` tries the Nth alone again.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { root } from "./lib/run.mjs";

const REQUESTS_OF_FILE = 0.5;
const MODULES_OF_FILE = 0.1;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "10000" },
    requests: { type: "string" },
    modules: { type: "string" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
  },
});
const env = {
  ...process.env,
  HOSTILE_FILES: values.count,
  HOSTILE_REQUESTS: values.requests ?? String(Math.ceil(Number(values.count) * REQUESTS_OF_FILE)),
  HOSTILE_MODULES: values.modules ?? String(Math.ceil(Number(values.count) * MODULES_OF_FILE)),
  HOSTILE_SEED: values.seed,
  HOSTILE_FIRST: values.first,
};
const { status } = spawnSync("npx", ["vitest", "run", "--project", "hostile", "--testTimeout", "86400000"], {
  cwd: root,
  env,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
