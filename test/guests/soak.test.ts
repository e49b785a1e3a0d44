/** The soak run's kernel (test/soak) for a second or two: what is compiled for it does not pile up. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import type { Statistics } from "../../emulator/index";
import { compileKernel } from "../harness/kernel/compile.mjs";
import { root } from "../harness/process";
import { ringscope, scratch } from "./command-line/cli";

const { path } = scratch();
const INSTRUCTIONS = 120_000_000;
/** Regions of a few rounds: everything older is patched, evicted or thrown away. */
const MOST_LIVE = 1000;

let stats: Statistics;

beforeAll(async () => {
  compileKernel([join(root, "test", "soak", "churn.c")], path("churn.elf"));
  const limit = ["--instructions", INSTRUCTIONS.toString(), "--stats", path("stats.json")];
  const { status } = await ringscope(["run", "--engine", "compiled", "--memory", "64M", ...limit, path("churn.elf")]);
  expect(status).toBe(76);
  stats = JSON.parse(readFileSync(path("stats.json"), "utf8")) as Statistics;
});

it("compiles generated code over and over, and drops what is patched", () => {
  expect(stats.regions.compiled).toBeGreaterThan(100);
  expect(stats.regionsDropped.written).toBeGreaterThan(20);
  expect(stats.compiledInstructions).toBeGreaterThan(INSTRUCTIONS / 10);
});

it("accounts for each region: it is live, or was dropped for a reason", () => {
  const { written, remade, reset } = stats.regionsDropped;
  expect(stats.regions.live + written + remade + reset).toBe(stats.regions.compiled);
});

it("keeps few regions live", () => {
  expect(stats.regions.live).toBeLessThan(MOST_LIVE);
  expect(stats.regions.liveBytes).toBeLessThan(stats.regions.bytes);
});
