"use strict";
/**
 * Starts the bundle in dist/, with the bytecode that the build kept beside it (scripts/lib/keep-code.cjs), so that it
 * need not be parsed and compiled. Without bytecode for this version of V8 it starts all the same.
 */
const { readFileSync, statSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const DIST = join(__dirname, "..", "dist");
const BUNDLE = join(DIST, "ringscope.cjs");
/** V8 refuses bytecode that another version of it made. The name tells them apart. */
const CODE = join(DIST, `ringscope-${process.versions.v8}-${process.arch}.code`);

/**
 * The wrapper of a CommonJS module, as Node has it. `require("node:module")` could give it, but would load the whole
 * loader of ES modules.
 */
const WRAPPER = ["(function (exports, require, module, __filename, __dirname) {", "\n})"];

/** V8 recognises a source only by its length, so bytecode that is older than the bundle belongs to another bundle. */
function isCodeFresh() {
  const made = statSync(CODE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return made >= (statSync(BUNDLE, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
}

/** The bundle, compiled; undefined when it is not built. */
function compile() {
  const cachedData = isCodeFresh() ? readFileSync(CODE) : undefined;
  try {
    // The bundle is ASCII. Read as one byte for each character it can be used at once.
    return new Script(WRAPPER.join(readFileSync(BUNDLE, "latin1")), { filename: BUNDLE, cachedData });
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Runs the bundle as a CommonJS module. Its relative imports are beside it. */
function run(script) {
  const module = { exports: {} };
  const load = (name) => require(name.startsWith("./") ? join(DIST, name) : name);
  script.runInThisContext()(module.exports, load, module, BUNDLE, dirname(BUNDLE));
}

module.exports = { CODE, compile, isCodeFresh, run };
