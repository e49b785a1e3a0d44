/**
 * Builds the C side: emulator/vmm -> dist/vmm.elf, and each folder
 * sample-guests/<kind>/<name> -> dist/sample-guests/<kind>/<name>.elf.
 *
 * - A guest is linked with the library of its kind: sample-guests/lib/*, lib/<kind>/*.
 * - With --guests FOLDER, the folders FOLDER/<kind>/<name> take the place of all that: a test's own guests.
 * - Each linker script `<image>.lds` in a guest's folder makes one image `<image>.elf`
 *   of the same objects; a folder without any makes `<name>.elf` with lib/<kind>/<kind>.lds.
 * - A file named asm-offsets.c is compiled to assembly only: each line `->NAME value` of
 *   it becomes a #define in asm-offsets.h, which the unit's other files can include.
 * - Only what is stale is made again: every output has a record beside it of the command
 *   that made it and of the files it was made from.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = promisify(execFile);

/** A failure that is reported by its message alone, without a stack. */
export class BuildError extends Error {}

/** The processor for which the images are made, and the language rules for their code. */
const machineFlags = [
  ..."-m32 -march=i686 -mno-sse -mno-mmx -ffreestanding -fno-pic -fno-pie -fno-stack-protector".split(" "),
  ..."-fcf-protection=none -fno-common -fno-strict-aliasing".split(" "),
];
const debugFlags = ["-g", "-gdwarf-5", "-fno-asynchronous-unwind-tables", `-ffile-prefix-map=${root}=.`];
const warningFlags = "-Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes".split(" ");
const compileFlags = ["-std=gnu11", ...machineFlags, ...debugFlags, ...warningFlags];
/** Guests are made to be stepped through, so each variable keeps its place from the first line to the last. */
const optimization = { guest: "-O0", vmm: "-Og" };
/**
 * For gcc only: arguments are pushed, and the stack is aligned to words. The hypervisor's calls are short, and their
 * instructions are counted.
 */
const gccVmmFlags = ["-mtune=generic", "-mno-accumulate-outgoing-args", "-mpreferred-stack-boundary=2"];
const linkFlags = [
  ..."-m32 -nostdlib -static -no-pie".split(" "),
  ..."-Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,max-page-size=0x1000 -Wl,--fatal-warnings".split(" "),
];

/**
 * Builds every image.
 * @param log told one line for each file that is made
 * @param out the folder for what is made, relative to the root
 * @param guests a folder of guests to build in place of the hypervisor and the samples, relative to the root
 * @returns the paths of the images, relative to the root
 * @throws BuildError in one line when there is no compiler; with the compiler's own words when it refuses a file
 */
export async function buildC({ log = () => {}, out = "dist", guests } = {}) {
  const compiler = await findCompiler();
  const images = [];
  for (const unit of guests === undefined ? units(out) : guestUnits(guests, out)) {
    const objects = await compileUnit(compiler, unit, log);
    for (const image of unit.images) {
      await link(compiler, unit, image, objects, log);
      images.push(image.output);
    }
  }
  return images;
}

/** Finds gcc, else clang; CC overrides. clang needs to be told the target, and where paths start. */
async function findCompiler() {
  const candidates = process.env.CC ? [process.env.CC] : ["gcc", "clang"];
  for (const candidate of candidates) {
    const [command, ...given] = candidate.split(" ").filter(Boolean);
    const banner = await run(command, [...given, "--version"]).then(
      ({ stdout }) => stdout,
      () => undefined,
    );
    if (banner === undefined) continue;
    if (!banner.includes("clang"))
      return { command, flags: given, linkFlags: given, offsetsFlags: [], vmmFlags: gccVmmFlags };
    const target = [...given, "--target=i686-unknown-linux-gnu"];
    return {
      command,
      flags: [...target, "-fdebug-compilation-dir=.", "-Qunused-arguments"],
      offsetsFlags: ["-fno-integrated-as"], // it would take the `->` lines for instructions
      vmmFlags: [],
      linkFlags: process.platform === "linux" ? target : [...target, "-fuse-ld=lld"],
    };
  }
  throw new BuildError(
    `No C compiler for the hypervisor and the sample guests (looked for ${candidates.join(", ")}): ` +
      "apt-get install gcc (or clang and lld)",
  );
}

/** The units of compilation: sources, include folders, and the images that are made from their objects. */
function units(out) {
  const vmm = {
    sources: sourcesBelow("emulator/vmm"),
    includes: ["emulator/vmm/include", "emulator/vmm"],
    optimization: optimization.vmm,
    flags: (compiler) => compiler.vmmFlags,
    objects: `${out}/obj/emulator/vmm`,
    images: [{ output: `${out}/vmm.elf`, script: "emulator/vmm/vmm.lds" }],
  };
  return [...guestUnits("sample-guests", out), vmm];
}

function guestUnits(guests, out) {
  const kinds = foldersIn(guests).filter((kind) => kind !== "lib");
  return kinds.flatMap((kind) =>
    foldersIn(`${guests}/${kind}`).map((name) => guestUnit(`${guests}/${kind}/${name}`, kind, name, out)),
  );
}

function guestUnit(folder, kind, name, out) {
  const own = readdirSync(join(root, folder)).filter((file) => file.endsWith(".lds"));
  const scripts = own.length > 0 ? own.map((file) => `${folder}/${file}`) : [`sample-guests/lib/${kind}/${kind}.lds`];
  const image = (script) => (own.length > 0 ? basename(script, ".lds") : name);
  return {
    sources: [...sourcesIn("sample-guests/lib"), ...sourcesIn(`sample-guests/lib/${kind}`), ...sourcesBelow(folder)],
    includes: ["sample-guests/lib", `sample-guests/lib/${kind}`, "emulator/vmm/include/public", folder],
    optimization: optimization.guest,
    flags: () => [],
    objects: `${out}/obj/${folder}`,
    images: scripts.map((script) => ({ output: `${out}/${dirname(folder)}/${image(script)}.elf`, script })),
  };
}

const isSource = (name) => /\.[cS]$/.test(name);

const entriesIn = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));

const foldersIn = (folder) =>
  entriesIn(folder)
    .filter((e) => e.isDirectory())
    .map((e) => e.name);

const sourcesIn = (folder) =>
  entriesIn(folder)
    .filter((e) => e.isFile() && isSource(e.name))
    .map((e) => `${folder}/${e.name}`);

const sourcesBelow = (folder) => [
  ...sourcesIn(folder),
  ...foldersIn(folder).flatMap((name) => sourcesBelow(`${folder}/${name}`)),
];

/** Compiles what is stale, a few files at a time. @returns the objects' paths in the order of the sources */
async function compileUnit(compiler, unit, log) {
  const includes = [...unit.includes, unit.objects].flatMap((folder) => ["-I", folder]);
  const flags = [...compiler.flags, ...compileFlags, unit.optimization, ...unit.flags(compiler), ...includes];
  const isOffsets = (source) => basename(source) === "asm-offsets.c";
  for (const source of unit.sources.filter(isOffsets)) await makeOffsets(compiler, unit, source, flags, log);

  const sources = unit.sources.filter((source) => !isOffsets(source));
  const objectOf = (source) => `${unit.objects}/${source}.o`;
  const queue = [...sources];
  const worker = async () => {
    for (let source = queue.shift(); source !== undefined; source = queue.shift()) {
      await make(compiler.command, objectOf(source), [...flags, "-c", source], log);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return sources.map(objectOf);
}

/** Makes asm-offsets.h from asm-offsets.c: sizes and offsets, for assembly code, that only the compiler knows. */
async function makeOffsets(compiler, unit, source, flags, log) {
  const assembly = `${unit.objects}/asm-offsets.s`;
  const header = join(root, unit.objects, "asm-offsets.h");
  const made = await make(compiler.command, assembly, [...flags, ...compiler.offsetsFlags, "-S", source], log);
  if (!made && existsSync(header)) return;
  const text = readFileSync(join(root, assembly), "utf8");
  const defines = [...text.matchAll(/->(\w+) \$?(-?\d+)/g)].map(([, name, value]) => `#define ${name} ${value}\n`);
  writeFileSync(header, `/* Made from ${source}. */\n${defines.join("")}`);
}

async function link(compiler, unit, image, objects, log) {
  const flags = [...compiler.linkFlags, ...linkFlags, `-Wl,-T,${image.script}`];
  const scripts = [image.script, ...includedScripts(image.script)];
  await make(compiler.command, image.output, [...flags, ...objects], log, {
    inputs: [...objects, ...scripts],
    notes: `${unit.objects}/${basename(image.output)}`,
  });
}

/** Linker scripts that `script` names in INCLUDE lines (paths from the root). */
function includedScripts(script) {
  const text = readFileSync(join(root, script), "utf8");
  return [...text.matchAll(/^\s*INCLUDE\s+"?([^\s"]+)/gm)].map(([, path]) => path);
}

/**
 * Runs `command` to make `output` if that is stale. The output appears whole or not at all.
 * @param inputs the files that the output is made from; without it, a dependency file of the compiler tells
 * @param notes the start of the names of the files that record how it was made
 * @returns whether the command ran
 */
async function make(command, output, args, log, { inputs, notes = output } = {}) {
  const [record, depfile, fresh] = [join(root, `${notes}.made`), `${notes}.d`, `${notes}.${process.pid}.new`];
  const line = [command, ...args].join(" ");
  if (isFresh(join(root, output), record, line)) return false;
  for (const path of [output, notes]) mkdirSync(dirname(join(root, path)), { recursive: true });
  log(`${inputs ? "link" : "cc"} ${output}`);
  const depfileFlags = inputs ? [] : ["-MD", "-MF", depfile];
  await run(command, [...args, ...depfileFlags, "-o", fresh], { cwd: root, maxBuffer: 1 << 26 }).catch((failure) => {
    throw new BuildError(failure.stderr?.trim() || failure.message);
  });
  renameSync(join(root, fresh), join(root, output));
  writeFileSync(record, JSON.stringify({ line, inputs: inputs ?? dependencies(join(root, depfile)) }));
  return true;
}

function isFresh(output, record, line) {
  if (!existsSync(output) || !existsSync(record)) return false;
  const made = JSON.parse(readFileSync(record, "utf8"));
  const time = statSync(output).mtimeMs;
  const older = (input) => existsSync(resolve(root, input)) && statSync(resolve(root, input)).mtimeMs <= time;
  return made.line === line && made.inputs.every(older);
}

/** The prerequisites in a make-style dependency file. */
function dependencies(depfile) {
  const [, list = ""] = readFileSync(depfile, "utf8")
    .replace(/\\\r?\n/g, " ")
    .split(/:\s(.*)/s);
  const words = list.match(/(?:\\ |\S)+/g) ?? [];
  return words.map((word) => word.replace(/\\ /g, " "));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { out, guests } = parseArgs({
    options: { out: { type: "string", default: "dist" }, guests: { type: "string" } },
  }).values;
  await buildC({ log: (line) => console.log(line), out, guests }).catch((error) => {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
}
