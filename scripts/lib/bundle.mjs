/** Bundles of the TypeScript side, made by esbuild only if an input is newer; and bytecode for the first of them. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { isCodeFresh } from "../../bin/bundle.cjs";
import { SetupError, capture, root } from "./run.mjs";
import { tier0Plugin } from "./tier0-plugin.mjs";

const DIST = join(root, "dist");
const ICED = join(root, "node_modules", "iced-x86");

/** Modules find their own place by `import.meta.url`, which a CommonJS bundle lacks. */
const MODULE_URL = 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;';

/** The disassembler stays in a separate file. It has 0.9 MB, which only the debug adapter loads. */
const besidePlugin = {
  name: "beside",
  setup(build) {
    build.onResolve({ filter: /^iced-x86$/ }, () => ({ path: "./iced-x86.cjs", external: true }));
  },
};

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  sourcemap: true,
  metafile: true,
  logLevel: "silent",
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
};

const bundles = [
  {
    name: "ringscope.cjs",
    // It is one file so that its bytecode is one file too. Parts that a command does not use are neither run nor
    // compiled.
    options: {
      ...common,
      entryPoints: { ringscope: "debug-adapter/cli/main.ts" },
      banner: { js: MODULE_URL },
      define: { RINGSCOPE_VERSION: JSON.stringify(version), "import.meta.url": "moduleUrl" },
      plugins: [tier0Plugin(), besidePlugin],
    },
    finish: () => {
      copyFileSync(join(ICED, "iced_x86.js"), join(DIST, "iced-x86.cjs"));
      copyFileSync(join(ICED, "iced_x86_bg.wasm"), join(DIST, "iced_x86_bg.wasm"));
    },
  },
  {
    name: "extension.cjs",
    options: { ...common, entryPoints: { extension: "extension/extension.ts" }, external: ["vscode"] },
    finish: () => undefined,
  },
];

/** @throws SetupError with esbuild's words when a source does not compile */
export async function bundle(log) {
  for (const { name, options, finish } of bundles) {
    const [source] = Object.values(options.entryPoints);
    if (!existsSync(join(root, source)) || isFresh(name)) continue;
    log(`bundle dist/${name}`);
    const { build, formatMessages } = await import("esbuild");
    const result = await build(options).catch(async (failure) => {
      if (!Array.isArray(failure.errors)) throw failure;
      throw new SetupError((await formatMessages(failure.errors, { kind: "error" })).join("").trim());
    });
    finish();
    writeRecord(name, Object.keys(result.metafile.inputs));
  }
}

/** The files from which the bundles were made, and the disassembler beside them, as paths below the project's root. */
export function bundledFiles() {
  const inputs = bundles.flatMap(({ name }) => JSON.parse(readFileSync(recordOf(name), "utf8")));
  return [...inputs, relative(root, join(ICED, "package.json"))];
}

const recordOf = (name) => join(DIST, "obj", `${name}.made`);

function writeRecord(name, inputs) {
  mkdirSync(join(DIST, "obj"), { recursive: true });
  const files = inputs.filter((input) => existsSync(join(root, input)));
  const tools = ["package.json", "scripts/lib/bundle.mjs", "scripts/lib/tier0-plugin.mjs"];
  writeFileSync(recordOf(name), JSON.stringify([...files, ...tools, ...tier0Sources()]));
}

/** The files from which the interpreter image is generated. The bundler sees only the image. */
function tier0Sources() {
  return ["emulator/base", "emulator/isa", "emulator/cpu"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${folder}/${file}`),
  );
}

function isFresh(name) {
  const output = join(DIST, name);
  if (!existsSync(output) || !existsSync(recordOf(name))) return false;
  const made = statSync(output).mtimeMs;
  const inputs = JSON.parse(readFileSync(recordOf(name), "utf8"));
  return inputs.every((input) => existsSync(join(root, input)) && statSync(join(root, input)).mtimeMs <= made);
}

/**
 * Keeps the bytecode of a guest's run beside the bundle, where bin/bundle.cjs finds it; this makes a start a fifth
 * shorter. Without the guest's image, or if the bytecode cannot be kept, starts are slower, and nothing else changes.
 */
export function keepCode(log) {
  const guest = join(DIST, "sample-guests", "pv", "hello.elf");
  if (isCodeFresh() || !existsSync(guest)) return;
  log("bytecode of dist/ringscope.cjs");
  for (const file of readdirSync(DIST)) if (file.endsWith(".code")) rmSync(join(DIST, file));
  capture(process.execPath, [join("scripts", "lib", "keep-code.cjs"), "guest", guest], { input: "" });
}
