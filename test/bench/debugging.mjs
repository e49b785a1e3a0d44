/**
 * `npm run bench -- --debug`: what the debugger costs a machine that runs, by the emulator's own interface, in processes of
 * their own. A cost is the median of pairs that one process times right after one another, plain and with what is
 * measured. dist/bench/debugging.json has the figures.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { SetupError, root } from "../../scripts/lib/run.mjs";
import { tier0Plugin } from "../../scripts/lib/tier0-plugin.mjs";
import { buildBoot } from "./kernels.mjs";
import { median } from "./statistics.mjs";

const OUT = join(root, "dist", "bench");
const PROGRAM = join(OUT, "debugging-scenario.cjs");
const RESULTS = join(OUT, "debugging.json");
const DIST = join(root, "dist");

/** What is compared with the plain machine, and how much more it may take. */
const COSTS = [
  { title: "a never-hit breakpoint in the page of the hot loop", scenario: "crc32, breakpoint", goal: 0.05 },
  { title: "a never-hit breakpoint in the page of recursive calls", scenario: "fib, breakpoint", goal: 0.05 },
  { title: "a word of the stack page watched for writes", scenario: "fib, writes watched", goal: 0.2 },
  { title: "a word of the stack page watched for all accesses", scenario: "fib, accesses watched", goal: 0.2 },
  { title: "eleven words watched for all accesses", scenario: "fib, eleven accesses watched", goal: 0.5 },
  { title: "changes of ring logged, as in a debug session", scenario: "int80, logged", goal: 0.05 },
  { title: "hypercalls recorded, a loop of null hypercalls", scenario: "null hypercalls, traced", goal: 0.3 },
  { title: "hypercalls and ring changes traced, pv/hello", scenario: "guest, traced", goal: 0.05 },
];
const RATES = [
  { title: "conditions evaluated a second", scenario: "conditions", goal: 2e6 },
  { title: "single steps a second", scenario: "steps", goal: 1e5 },
];

async function bundle() {
  const entry = join(import.meta.dirname, "debugging", "main.ts");
  const options = {
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "error",
    outfile: PROGRAM,
  };
  await build({ ...options, entryPoints: [entry], plugins: [tier0Plugin()] });
}

function sample(scenario, images) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, scenario, JSON.stringify(images)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new SetupError(`${scenario}: ${stderr.trim().split("\n").at(-1)}`);
  return JSON.parse(stdout);
}

function measureCost({ title, scenario, goal }, images, runs) {
  const ratios = Array.from({ length: runs }, () => {
    const pairs = sample(scenario, images);
    return median(pairs.map(({ plain, debugged }) => debugged / plain));
  });
  const cost = median(ratios) - 1;
  console.log(`${title.padEnd(56)}${(100 * cost).toFixed(1).padStart(7)} %   goal ${100 * goal} %`);
  return { title, cost, goal, ratios };
}

function measureRate({ title, scenario, goal }, images, runs) {
  const samples = Array.from({ length: runs }, () => sample(scenario, images));
  const rate = median(samples.map(({ events, seconds }) => events / seconds));
  const count = (value) => Math.round(value).toLocaleString("en-US");
  console.log(`${title.padEnd(50)}${count(rate).padStart(13)}     goal ${count(goal)}`);
  return { title, rate, goal, samples };
}

/** Prints the second table and writes it. */
export async function benchDebugging(runs) {
  await bundle();
  const kernels = Object.fromEntries(
    ["crc32", "fib", "int80", "registers"].map((name) => [name, buildBoot(name, OUT).kernel]),
  );
  const guest = join(DIST, "sample-guests", "pv", "hello.elf");
  const [nullCalls] = buildBoot("pv-null", OUT).modules;
  const images = { ...kernels, vmm: join(DIST, "vmm.elf"), guest, null: nullCalls };
  const costs = COSTS.map((cost) => measureCost(cost, images, runs));
  const rates = RATES.map((rate) => measureRate(rate, images, runs));
  writeFileSync(RESULTS, `${JSON.stringify({ node: process.version, runs, costs, rates }, undefined, 2)}\n`);
  console.log(`written to ${RESULTS}`);
}
