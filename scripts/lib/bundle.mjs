/** esbuild bundles of the TypeScript side, each made again only when one of its inputs is newer. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError, root } from "./run.mjs";
import { tier0Plugin } from "./tier0-plugin.mjs";

const DIST = join(root, "dist");
const CHUNK_PREFIX = "ringscope-";
const WASM = "iced_x86_bg.wasm";

/** CommonJS packages inside an ES module still ask for these; chunks lie in the same folder. */
const ESM_BANNER = `import { createRequire as ringscopeRequire } from "node:module";
import { fileURLToPath as ringscopePath } from "node:url";
const require = ringscopeRequire(import.meta.url);
const __dirname = ringscopePath(new URL(".", import.meta.url)).replace(/[\\\\/]$/, "");`;

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  sourcemap: true,
  metafile: true,
  logLevel: "silent",
  outdir: "dist",
  define: { RINGSCOPE_VERSION: JSON.stringify(version) },
};

const bundles = [
  {
    name: "ringscope.js",
    // Chunks are loaded on demand, so that a run does not pay for the debug adapter.
    options: {
      ...common,
      entryPoints: { ringscope: "debug-adapter/cli/main.ts" },
      format: "esm",
      splitting: true,
      chunkNames: `${CHUNK_PREFIX}[name]-[hash]`,
      banner: { js: ESM_BANNER },
      plugins: [tier0Plugin()],
    },
    finish: (outputs) => {
      copyFileSync(join(root, "node_modules", "iced-x86", WASM), join(DIST, WASM));
      dropOldChunks(outputs);
    },
  },
  {
    name: "extension.cjs",
    options: {
      ...common,
      entryPoints: { extension: "extension/extension.ts" },
      format: "cjs",
      outExtension: { ".js": ".cjs" },
      external: ["vscode"],
    },
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
    finish(Object.keys(result.metafile.outputs));
    writeRecord(name, Object.keys(result.metafile.inputs));
  }
}

const recordOf = (name) => join(DIST, "obj", `${name}.made`);

function writeRecord(name, inputs) {
  mkdirSync(join(DIST, "obj"), { recursive: true });
  const files = inputs.filter((input) => existsSync(join(root, input)));
  const tools = ["package.json", "scripts/lib/bundle.mjs", "scripts/lib/tier0-plugin.mjs"];
  writeFileSync(recordOf(name), JSON.stringify([...files, ...tools, ...tier0Sources()]));
}

/** What the interpreter image is generated from; the bundler sees only the image. */
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

function dropOldChunks(outputs) {
  for (const file of readdirSync(DIST)) {
    if (file.startsWith(CHUNK_PREFIX) && !outputs.includes(`dist/${file}`)) rmSync(join(DIST, file));
  }
}
