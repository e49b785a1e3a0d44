/**
 * `npm run soak`: ten minutes of code churn (churn.c), with the machine's memory watched: `-- --minutes N` for
 * another time, `-- --engine auto` for another engine. Resident memory may be guest RAM and 150 MiB at its peak,
 * and may not grow over the second half. Needs Linux's /proc.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SetupError, entry, parseOptions, root } from "../../scripts/lib/run.mjs";
import { compileKernel } from "../harness/kernel/compile.mjs";

const OUT = join(root, "dist", "soak");
const STATS = join(OUT, "stats.json");
const RAM_MIB = 64;
const MOST_ABOVE_RAM_MIB = 150;
/** Growth over the second half that is noise of the collector's. */
const MOST_GROWTH_MIB = 8;
const SAMPLE_SECONDS = 2;
const ROWS = 20;

function parse() {
  const options = { minutes: { type: "string", default: "10" }, engine: { type: "string", default: "compiled" } };
  const { minutes, engine } = parseOptions({ options }).values;
  if (!(Number(minutes) > 0)) throw new SetupError(`--minutes takes a number, not "${minutes}"`);
  if (!existsSync("/proc/self/status")) throw new SetupError("the soak run reads /proc, which this system lacks");
  return { seconds: Number(minutes) * 60, engine };
}

/** Resident memory now and at its peak, in MiB; undefined when the process is gone. */
function memoryOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
    return { now: field("VmRSS"), peak: field("VmHWM") };
  } catch {
    return undefined;
  }
}

function startMachine(engine) {
  const image = join(OUT, "churn.elf");
  compileKernel([join(root, "test", "soak", "churn.c")], image);
  const args = ["run", "--engine", engine, "--memory", `${RAM_MIB}M`, "--stats", STATS, image];
  const child = spawn(process.execPath, [join(root, "bin", "ringscope"), ...args], {
    stdio: ["pipe", "inherit", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  return { child, ended };
}

/** Samples { seconds, now, peak } until the time is over; a row is printed now and then. */
async function watch(pid, seconds) {
  const samples = [];
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  console.log("  seconds     MiB    peak");
  for (let nextRow = 0; elapsed() < seconds;) {
    await sleep(Math.min(SAMPLE_SECONDS, seconds / ROWS) * 1000);
    const memory = memoryOf(pid);
    if (memory === undefined) throw new SetupError("the machine has ended by itself");
    samples.push({ seconds: elapsed(), ...memory });
    if (elapsed() < nextRow) continue;
    nextRow += seconds / ROWS;
    console.log([elapsed(), memory.now, memory.peak].map((n, i) => n.toFixed(0).padStart(i === 0 ? 9 : 8)).join(""));
  }
  return samples;
}

/** Least squares over the second half: MiB of growth from its begin to its end. */
function growth(samples) {
  const half = samples.slice(Math.floor(samples.length / 2));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [time, memory] = [mean(half.map((s) => s.seconds)), mean(half.map((s) => s.now))];
  const slope =
    half.reduce((sum, s) => sum + (s.seconds - time) * (s.now - memory), 0) /
    half.reduce((sum, s) => sum + (s.seconds - time) ** 2, 0);
  return slope * (half.at(-1).seconds - half[0].seconds);
}

function verdict(samples) {
  const above = Math.max(...samples.map((sample) => sample.peak)) - RAM_MIB;
  const grown = growth(samples);
  const lines = [
    { text: `peak: RAM + ${above.toFixed(0)} MiB (at most ${MOST_ABOVE_RAM_MIB})`, good: above <= MOST_ABOVE_RAM_MIB },
    {
      text: `second half: ${grown.toFixed(1)} MiB of growth (at most ${MOST_GROWTH_MIB})`,
      good: grown <= MOST_GROWTH_MIB,
    },
  ];
  for (const { text, good } of lines) console.log(`${good ? "✓" : "✗"} ${text}`);
  return lines.every(({ good }) => good);
}

await entry(async () => {
  const { seconds, engine } = parse();
  const { child, ended } = startMachine(engine);
  const samples = await watch(child.pid, seconds).finally(() => child.stdin.end("q"));
  const status = await ended;
  if (status !== 1) throw new SetupError(`the machine ended with status ${status}`);
  const { instructions, regions, regionsDropped, decoded } = JSON.parse(readFileSync(STATS, "utf8"));
  console.log(JSON.stringify({ instructions, regions, regionsDropped, decoded }));
  return verdict(samples) ? 0 : 1;
});
