/**
 * `npm run bench`: instructions, seconds and MIPS of each kernel in kernels/,
 * run by the built command line, and by QEMU's TCG when it is there. The
 * kernel's checksum must be the same on both. `-- [--engine ENGINE] NAME...`
 * chooses the engine and the kernels.
 * Then the time from the command line to the first console byte of a guest.
 *
 * Seconds are the processor time of the run; QEMU's are wall time less that of
 * the empty kernel. QEMU's MIPS use our count of instructions.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { SetupError, entry, root, which } from "../../scripts/lib/run.mjs";
import { compileKernel } from "../harness/kernel/compile.mjs";

const SOURCES = join(root, "test", "bench", "kernels");
const OUT = join(root, "dist", "bench");
const RESULTS = join(OUT, "results.json");
const EMPTY = "empty";
const MEMORY_MIB = 64;
const GUEST = join(root, "dist", "sample-guests", "pv", "hello.elf");
const START_RUNS = 7;

function kernelNames() {
  const names = readdirSync(SOURCES).filter((file) => file.endsWith(".c") && file !== "main.c");
  return names.map((file) => basename(file, ".c"));
}

/** Compiles one kernel; its image. */
function build(name) {
  const image = join(OUT, `${name}.elf`);
  compileKernel([`${name}.c`, "main.c"].map((file) => join(SOURCES, file)), image);
  return image;
}

function runOurs(image, engine) {
  const stats = join(OUT, "stats.json");
  const args = ["run", "--engine", engine, "--memory", `${MEMORY_MIB}M`, "--stats", stats, image];
  const { status, stdout, stderr } = spawnSync(join(root, "bin", "ringscope"), args, { encoding: "utf8", input: "" });
  if (status !== 1) throw new SetupError(`${basename(image)} ended with status ${status}: ${stderr}`);
  const { instructions, cpuSeconds, wallSeconds } = JSON.parse(readFileSync(stats, "utf8"));
  return { checksum: stdout.trim(), instructions, cpuSeconds, wallSeconds };
}

function runQemu(qemu, image) {
  const args = [
    ...`-cpu pentium3,+pae,+nx -m ${MEMORY_MIB} -nodefaults -no-reboot -display none -serial stdio`.split(" "),
    ..."-device isa-debug-exit,iobase=0xf4,iosize=1 -kernel".split(" "),
  ];
  const before = performance.now();
  const { status, stdout, stderr } = spawnSync(qemu, [...args, image], { encoding: "utf8", input: "" });
  if (status !== 1) throw new SetupError(`${basename(image)} ended with status ${status} on QEMU: ${stderr}`);
  return { checksum: stdout.trim(), wallSeconds: (performance.now() - before) / 1000 };
}

/** One kernel measured: a row of the results. */
function measure(name, engine, qemu, qemuStart) {
  const image = build(name);
  const { checksum, instructions, cpuSeconds, wallSeconds } = runOurs(image, engine);
  const row = { name, checksum, instructions, cpuSeconds, wallSeconds, mips: instructions / cpuSeconds / 1e6 };
  if (qemu === undefined) return row;
  const theirs = runQemu(qemu, image);
  if (theirs.checksum !== checksum) throw new SetupError(`${name}: ${checksum} here, ${theirs.checksum} on QEMU`);
  const qemuSeconds = Math.max(theirs.wallSeconds - qemuStart, 0.001);
  return { ...row, qemuSeconds, qemuMips: instructions / qemuSeconds / 1e6 };
}

/** Milliseconds from the start of `ringscope guest` to the first byte of the guest's console: median of several. */
async function firstByte(guest) {
  const times = [];
  for (let i = 0; i < START_RUNS; i++) {
    const before = performance.now();
    const child = spawn(join(root, "bin", "ringscope"), ["guest", guest], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => child.on("close", resolve));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    times.push(performance.now() - before);
    child.stdout.resume();
    await ended;
  }
  return times.sort((a, b) => a - b)[START_RUNS >> 1];
}

const COLUMNS = [
  ["kernel", 10, ({ name }) => name],
  ["instructions", 14, ({ instructions }) => instructions.toLocaleString("en-US")],
  ["seconds", 9, ({ cpuSeconds }) => cpuSeconds.toFixed(2)],
  ["MIPS", 8, ({ mips }) => mips.toFixed(0)],
  ["QEMU MIPS", 11, ({ qemuMips }) => qemuMips?.toFixed(0) ?? "-"],
];

const pad = (text, width, column) => (column === 0 ? text.padEnd(width) : text.padStart(width));

function printRow(row) {
  console.log(COLUMNS.map(([, width, value], column) => pad(value(row), width, column)).join(""));
}

await entry(async () => {
  if (!existsSync(join(root, "dist", "ringscope.js"))) throw new SetupError("run npm run build first");
  const known = kernelNames().filter((name) => name !== EMPTY);
  const { values, positionals: asked } = parseArgs({ options: { engine: { type: "string", default: "auto" } }, allowPositionals: true });
  const { engine } = values;
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new SetupError(`no kernel "${unknown}": ${known.join(", ")}`);

  const qemu = which("qemu-system-i386");
  const qemuStart = qemu === undefined ? 0 : runQemu(qemu, build(EMPTY)).wallSeconds;
  console.log(COLUMNS.map(([title, width], column) => pad(title, width, column)).join(""));
  const rows = [];
  for (const name of asked.length > 0 ? asked : known) {
    rows.push(measure(name, engine, qemu, qemuStart));
    printRow(rows.at(-1));
  }
  const firstByteMs = existsSync(GUEST) ? await firstByte(GUEST) : undefined;
  if (firstByteMs !== undefined) console.log(`guest pv/hello: first console byte after ${firstByteMs.toFixed(0)} ms`);
  writeFileSync(RESULTS, `${JSON.stringify({ node: process.version, engine, rows, firstByteMs }, undefined, 2)}\n`);
  console.log(`written to ${RESULTS}`);
  return 0;
});
