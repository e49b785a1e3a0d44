/**
 * `npm run bench`: each kernel of kernels/ on this machine, on QEMU's TCG and on v86, and each guest of guests/ on our
 * hypervisor, here and on QEMU with the same image of it; in turn, several times.
 *
 *   npm run bench -- [--engine auto|interpreter|compiled] [--runs N] [NAME...]
 *   npm run bench -- --debug [--runs N]      what the debugger costs (debugging.mjs)
 *
 * Seconds are user time of the whole process, medians of the runs, less the same contender's time for the empty kernel
 * (or guest).
 * Instructions are counted by ours; the others' MIPS use that count. A contender whose checksum differs from ours is out.
 * Then the wall time from the command line to the first byte of a console. Everything goes to dist/bench/results.json.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { SetupError, entry, parseOptions, root } from "../../scripts/lib/run.mjs";
import { qemu, ringscope, v86 } from "./contenders.mjs";
import { benchDebugging } from "./debugging.mjs";
import { measureFirstBytes } from "./first-byte.mjs";
import { EMPTY, EMPTY_GUEST, buildBoot, emptyOf, guestNames, kernelNames } from "./kernels.mjs";
import { median, mips, netSeconds, summary } from "./statistics.mjs";
import { header, line, meanLine } from "./table.mjs";
import { buildWrapper, timedRun } from "./timed-process.mjs";

const OUT = join(root, "dist", "bench");
const RESULTS = join(OUT, "results.json");
const STATS = join(OUT, "stats.json");
const NAMES = [...kernelNames, ...guestNames];

function parse() {
  const options = {
    engine: { type: "string", default: "auto" },
    runs: { type: "string", default: "5" },
    debug: { type: "boolean" },
  };
  const { values, positionals } = parseOptions({ options, allowPositionals: true });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new SetupError(`--runs takes a positive number, not "${values.runs}"`);
  const unknown = positionals.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new SetupError(`no kernel "${unknown}": ${NAMES.join(", ")}`);
  return {
    engine: values.engine,
    runs,
    debug: values.debug,
    names: positionals.length > 0 ? positionals : NAMES,
  };
}

/** One run: its user seconds and checksum, or why it is out. */
function runOnce(contender, { kernel, modules }) {
  const { status, stdout, stderr, userSeconds } = timedRun(contender.command(kernel, modules));
  if (status !== contender.done)
    return { failure: `status ${status} ${stderr.trim().split("\n").at(-1) ?? ""}`.trim() };
  // Which of two domains ends first is a matter of time, which passes otherwise on each machine.
  const checksum = stdout.trim().split(/\r?\n/).sort().join(" ");
  return { checksum, userSeconds };
}

/** All contenders that can boot it in turn, `runs` times: for each the user seconds of its runs, or why it is out. */
function runInTurn(contenders, boot, runs) {
  const able = contenders.filter(({ command }) => command(boot.kernel, boot.modules) !== undefined);
  const results = new Map(able.map(({ key }) => [key, { seconds: [] }]));
  for (let i = 0; i < runs; i++) {
    for (const contender of able) {
      const result = results.get(contender.key);
      if (result.failure !== undefined) continue;
      const { failure, checksum, userSeconds } = runOnce(contender, boot);
      result.seconds.push(userSeconds);
      result.checksum = checksum;
      result.failure = failure;
    }
  }
  const expected = results.get("ringscope").checksum;
  for (const result of results.values()) {
    if (result.failure === undefined && result.checksum !== expected)
      result.failure = `checksum ${result.checksum}, not ${expected}`;
  }
  return results;
}

/** One kernel measured: a row of the results. */
function measure(name, contenders, runs, starts) {
  const results = runInTurn(contenders, buildBoot(name, OUT), runs);
  const row = {
    name,
    checksum: results.get("ringscope").checksum,
    samples: {},
    seconds: {},
    mips: {},
    ratio: {},
    failures: {},
  };
  if (results.get("ringscope").failure === undefined)
    row.instructions = JSON.parse(readFileSync(STATS, "utf8")).instructions;
  for (const [key, { seconds, failure }] of results) {
    if (failure !== undefined) {
      row.failures[key] = failure;
      continue;
    }
    row.samples[key] = seconds;
    row.seconds[key] = netSeconds(seconds, starts[emptyOf(name)][key]);
    if (row.instructions === undefined) continue;
    row.mips[key] = mips(row.instructions, row.seconds[key]);
    if (key !== "ringscope") row.ratio[key] = row.seconds[key] / row.seconds.ringscope;
  }
  return row;
}

/** User seconds of each contender for an empty kernel or guest. @throws SetupError when one cannot even do that */
function measureStart(empty, contenders, runs) {
  const starts = {};
  for (const [key, { seconds, failure }] of runInTurn(contenders, buildBoot(empty, OUT), runs)) {
    if (failure !== undefined) throw new SetupError(`${key} does not run the empty kernel ${empty}: ${failure}`);
    starts[key] = median(seconds);
  }
  return starts;
}

/** Contenders that are there; the others are named with the way to get them. */
function present(all) {
  const missing = all.filter(({ version }) => version === undefined);
  const ours = missing.find(({ key }) => key === "ringscope");
  if (ours !== undefined) throw new SetupError(`run ${ours.hint} first`);
  for (const { title, hint } of missing) console.log(`no ${title}: its columns stay empty (${hint})`);
  return all.filter((contender) => !missing.includes(contender));
}

/** Means of our speed against each other contender's, printed: of the bare kernels, and of the guests. */
function summarize(rows, contenders) {
  const kinds = {
    kernels: rows.filter(({ name }) => kernelNames.includes(name)),
    guests: rows.filter(({ name }) => guestNames.includes(name)),
  };
  const summaries = {};
  for (const [kind, some] of Object.entries(kinds)) {
    summaries[kind] = {};
    for (const { key, title } of contenders.slice(1)) {
      const means = summary(some.map(({ name, ratio }) => ({ name, ratio: ratio[key] })));
      summaries[kind][key] = means;
      if (means !== undefined) console.log(meanLine(kind, title, means));
    }
  }
  return summaries;
}

function report(rows, contenders, starts) {
  for (const { name, failures } of rows) {
    for (const [key, failure] of Object.entries(failures)) console.log(`${name} on ${key}: ${failure}`);
  }
  for (const [name, seconds] of Object.entries(starts)) {
    const known = contenders.filter(({ key }) => key in seconds);
    const texts = known.map(({ key, title }) => `${title} ${seconds[key].toFixed(3)}`);
    console.log(`start (${name}, user seconds): ${texts.join(", ")}`);
  }
}

await entry(async () => {
  const { engine, runs, debug, names } = parse();
  mkdirSync(OUT, { recursive: true });
  if (debug) {
    await benchDebugging(runs);
    return 0;
  }
  const contenders = present([ringscope(engine, STATS), qemu(), v86()]);
  buildWrapper();

  const empties = [EMPTY, EMPTY_GUEST].filter((empty) => names.some((name) => emptyOf(name) === empty));
  const starts = Object.fromEntries(empties.map((empty) => [empty, measureStart(empty, contenders, runs)]));
  console.log(header());
  const rows = [];
  for (const name of names) {
    rows.push(measure(name, contenders, runs, starts));
    console.log(line(rows.at(-1)));
  }
  const summaries = summarize(rows, contenders);
  report(rows, contenders, starts);
  const firstBytes = await measureFirstBytes(contenders, runs);

  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, system: `${process.platform} ${process.arch}` };
  const versions = {
    node: process.version,
    ...Object.fromEntries(contenders.map(({ key, version }) => [key, version])),
  };
  const results = { machine, versions, engine, runs, starts, rows, summaries, firstBytes };
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(`written to ${RESULTS}`);
  return rows.some(({ failures }) => "ringscope" in failures || "qemu" in failures) ? 1 : 0;
});
