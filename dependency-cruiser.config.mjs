/** The arrows between the layers. `npm run check:arrows` proves them; ARCHITECTURE.md explains them. */

/** A layer of the emulator may import itself and the layers named; nothing else of the emulator. */
const emulatorLayer = (layer, ...below) => ({
  name: `emulator-${layer}`,
  comment: `emulator/${layer} imports ${below.length > 0 ? below.join(", ") : "no other layer"}`,
  severity: "error",
  from: { path: `^emulator/${layer}/` },
  to: { path: "^emulator/", pathNot: `^emulator/(${[layer, ...below].join("|")})/` },
});

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
