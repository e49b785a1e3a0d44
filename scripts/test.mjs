/**
 * `npm test` installs what is missing, builds what is stale, runs the checks and every suite, and closes with one line
 * that counts them all. Arguments go to vitest and narrow the run: `npm test -- --project unit`. Only `--verbose` goes
 * to the build, which then names each file that it makes.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { entry, root, runNode } from "./lib/run.mjs";
import { build, divideArguments, install } from "./lib/setup.mjs";
import { ensureTestTools } from "./lib/system-packages.mjs";

const RESULTS = "dist/test-results/vitest.json";

const tally = { passed: 0, failed: 0, skipped: 0 };

/** Runs the checks one by one. If one fails, the output of its tool is shown. */
async function runChecks() {
  // The import is here because the checks' tools have only just been installed.
  const { checks } = await import("./lib/checks.mjs");
  for (const { name, check } of checks) {
    const started = performance.now();
    const { code, output, skipped } = check();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (skipped) {
      tally.skipped++;
      console.log(`- ${name} skipped: ${skipped}`);
    } else if (code === 0) {
      tally.passed++;
      console.log(`✓ ${name} (${seconds} s)`);
    } else {
      tally.failed++;
      console.log(`✗ ${name} (${seconds} s)\n${output}`);
    }
  }
}

/** Adds vitest's figures. A file that cannot be loaded counts as one failure. */
function addSuites(status) {
  let report;
  try {
    report = JSON.parse(readFileSync(join(root, RESULTS), "utf8"));
  } catch {
    tally.failed++;
    console.log(`✗ vitest ended with status ${status} and no report`);
    return;
  }
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const ran = report.numPassedTests + report.numFailedTests;
  tally.passed += report.numPassedTests;
  tally.failed += report.numFailedTests + broken;
  tally.skipped += report.numPendingTests + report.numTodoTests;
  if (ran === 0) console.log("✗ no test ran");
  if (ran === 0 || (status !== 0 && report.numFailedTests + broken === 0)) tally.failed++;
}

async function runSuites(args) {
  rmSync(join(root, RESULTS), { force: true });
  mkdirSync(dirname(join(root, RESULTS)), { recursive: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${RESULTS}`];
  addSuites(await runNode("node_modules/vitest/vitest.mjs", ["run", ...reporters, ...args]));
}

await entry(async () => {
  const { buildArgs, rest: args } = divideArguments(process.argv.slice(2));
  await install(ensureTestTools);
  if (await build(buildArgs)) {
    if (args.length === 0) await runChecks();
    await runSuites(args);
  } else {
    tally.failed++;
    console.log("✗ build");
  }
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
  console.log(`\n${tally.passed} passed, ${tally.failed} failed${skipped}`);
  return tally.failed > 0 ? 1 : 0;
});
