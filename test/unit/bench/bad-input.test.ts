/** Bad input to the measuring commands: one line, and never a trace of our own code. */
import { expect, it } from "vitest";
import { runProcess } from "../../harness/process";

const TIMEOUT_SECONDS = 60;

it.each([
  ["bench/bench.mjs", "--fast", "Unknown option '--fast'"],
  ["bench/bench.mjs", "--runs", "Option '--runs <value>' argument missing"],
  ["bench/bench.mjs", "--runs=0", '--runs takes a positive number, not "0"'],
  ["soak/soak.mjs", "--fast", "Unknown option '--fast'"],
  ["soak/soak.mjs", "--minutes=-1", '--minutes takes a number, not "-1"'],
])("%s refuses %s", async (program, option, message) => {
  const { stdout, stderr, status } = await runProcess(process.execPath, [`test/${program}`, option], {
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  expect({ stdout, stderr, status }).toEqual({ stdout: "", stderr: `ringscope: ${message}\n`, status: 1 });
});
