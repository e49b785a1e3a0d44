/** The arrows between the layers. `npm run check:arrows` proves them; ARCHITECTURE.md explains them. */

/** A layer of the emulator may import itself and the layers named; nothing else of the emulator. */
const emulatorLayer = (layer, ...below) => ({
  name: `emulator-${layer}`,
  comment: `emulator/${layer} imports ${below.length > 0 ? below.join(", ") : "no other layer"}`,
  severity: "error",
  from: { path: `^emulator/${layer}/` },
  to: { path: "^emulator/", pathNot: `^emulator/(${[layer, ...below].join("|")})/` },
});

/** Files of the adapter that belong to no layer: words, types that the extension shares, text. */
const ADAPTER_WORDS = "messages|protocol|text|user-error";

/** A layer of the adapter may import itself and the layers named; nothing else of the adapter. */
const adapterLayer = (layer, ...below) => ({
  name: `adapter-${layer}`,
  comment: `debug-adapter/${layer} imports ${below.length > 0 ? below.join(", ") : "no other layer"}`,
  severity: "error",
  from: { path: `^debug-adapter/${layer}/` },
  to: {
    path: "^debug-adapter/",
    pathNot: `^debug-adapter/((${[layer, ...below].join("|")})/|(${ADAPTER_WORDS})\\.ts$)`,
  },
});

/** What only the adapter's edge touches: Node, and packages that need it. */
const NODE_PACKAGES = "node_modules/(@vscode/debugadapter|iced-x86|commander)/";

/** Files under `from` import nothing under `to`. */
const never = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

export default {
  forbidden: [
    never("no-cycles", "no import cycle, by type or by value", {}, { circular: true }),
    never("resolvable", "every import is there", {}, { couldNotResolve: true, pathNot: "^vscode$" }),
    never("nothing-imports-test", "tests stand above everything", { pathNot: "^test/" }, { path: "^test/" }),
    never(
      "declared-packages",
      "npm packages are in package.json",
      {},
      { dependencyTypes: ["npm-no-pkg", "npm-unknown"], pathNot: "^vscode$" },
    ),

    never(
      "emulator-stands-alone",
      "emulator imports nothing outside itself",
      { path: "^emulator/" },
      { pathNot: "^emulator/" },
    ),
    emulatorLayer("base"),
    emulatorLayer("isa", "base"),
    emulatorLayer("memory", "base", "isa"),
    emulatorLayer("cpu", "base", "isa", "memory"),
    emulatorLayer("jit", "base", "isa", "memory", "cpu"),
    emulatorLayer("devices", "base", "memory"),
    emulatorLayer("boot", "base", "memory"),
    emulatorLayer("probes", "base", "memory", "cpu", "machine"),
    emulatorLayer("replay", "base", "memory", "cpu", "machine"),

    never(
      "one-emulator-entry",
      "the adapter and the extension see the emulator's public entry only",
      { path: "^(debug-adapter|extension)/" },
      { path: "^emulator/", pathNot: "^emulator/index\\.ts$" },
    ),
    never(
      "symbols-stand-alone",
      "the symbol reader runs in a web worker: no Node, and of npm only what unpacks sections",
      { path: "^debug-adapter/symbols/" },
      { pathNot: "^(debug-adapter/symbols/|node_modules/(fflate|fzstd)/)" },
    ),
    adapterLayer("images", "symbols"),
    adapterLayer("disassembly", "symbols"),
    adapterLayer("awareness", "symbols"),
    adapterLayer("values", "symbols"),
    adapterLayer("expressions", "symbols", "awareness", "values"),
    adapterLayer("trace", "symbols", "awareness", "values"),
    adapterLayer("stack", "symbols", "images", "awareness", "trace", "values"),
    adapterLayer("stepping", "symbols", "disassembly", "stack"),
    adapterLayer("debuggee", "symbols", "images", "awareness", "stack", "values"),
    adapterLayer("breakpoints", "symbols", "images", "awareness", "expressions", "values", "stack", "debuggee"),
    adapterLayer("launch", "symbols", "images", "disassembly", "debuggee"),
    never(
      "adapter-session-below-edge",
      "a session knows nothing of where it runs",
      { path: "^debug-adapter/session/" },
      { path: "^debug-adapter/(host|server|cli)/" },
    ),
    adapterLayer("host", "images", "disassembly", "launch"),
    adapterLayer("server", "launch", "host", "session"),
    adapterLayer("cli", "symbols", "trace", "values", "launch", "host", "server"),
    never(
      "adapter-core-without-node",
      "the adapter's core runs in a web worker: Node and what needs it stand at the edge",
      { path: "^debug-adapter/", pathNot: "^debug-adapter/(host|server|cli)/" },
      { path: NODE_PACKAGES },
    ),
    never(
      "adapter-core-without-node-modules",
      "the adapter's core runs in a web worker: it imports no module of Node's",
      { path: "^debug-adapter/", pathNot: "^debug-adapter/(host|server|cli)/" },
      { dependencyTypes: ["core"] },
    ),
    never(
      "adapter-below-extension",
      "the adapter does not know the extension",
      { path: "^debug-adapter/" },
      { path: "^extension/" },
    ),
    never(
      "adapter-without-vscode",
      "the adapter does not know VS Code",
      { path: "^debug-adapter/" },
      { path: "(^|/)vscode(/index\\.d\\.ts)?$" },
    ),
    never(
      "extension-without-emulator",
      "the extension does not know the machine",
      { path: "^extension/" },
      { path: "^emulator/" },
    ),
    never(
      "extension-sees-adapter-types",
      "the adapter runs as its own process; the extension shares its public types only",
      { path: "^extension/" },
      { path: "^debug-adapter/", pathNot: "^debug-adapter/(protocol\\.ts$|public/)" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: { extensions: [".ts", ".mjs", ".js", ".json", ".d.ts"] },
  },
};
