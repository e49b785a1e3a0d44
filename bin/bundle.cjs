"use strict";
/**
 * How the bundle in dist/ is started: with the bytecode that the build kept beside it (scripts/lib/keep-code.cjs),
 * which spares parsing and compiling it. Without bytecode for this very V8 it starts all the same.
 */
const { readFileSync, statSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const DIST = join(__dirname, "..", "dist");
const BUNDLE = join(DIST, "ringscope.cjs");
/** V8 refuses what another version of it made; the name keeps them apart. */
const CODE = join(DIST, `ringscope-${process.versions.v8}-${process.arch}.code`);

/** A CommonJS module's, as Node has it; `require("node:module")` would load the whole loader of ES modules to tell. */
const WRAPPER = ["(function (exports, require, module, __filename, __dirname) {", "\n})"];

/** V8 knows a source by its length alone: bytecode older than the bundle is another bundle's. */
function isCodeFresh() {
  const made = statSync(CODE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return made >= (statSync(BUNDLE, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
}

/** The bundle, compiled; undefined when it is not built. */
function compile() {
  const cachedData = isCodeFresh() ? readFileSync(CODE) : undefined;
  try {
    // The bundle is ASCII: read as one byte for each character it is ready at once.
    return new Script(WRAPPER.join(readFileSync(BUNDLE, "latin1")), { filename: BUNDLE, cachedData });
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Runs it as a CommonJS module of its own, whose relative imports lie beside it. */
function run(script) {
  const module = { exports: {} };
  const load = (name) => require(name.startsWith("./") ? join(DIST, name) : name);
  script.runInThisContext()(module.exports, load, module, BUNDLE, dirname(BUNDLE));
}

module.exports = { CODE, compile, isCodeFresh, run };
