"use strict";
/**
 * How the bundle in dist/ is started: with the bytecode that the build kept beside it (scripts/lib/keep-code.cjs),
 * which spares parsing and compiling it. Without bytecode for this very V8 it starts all the same.
 */
const { readFileSync, statSync } = require("node:fs");
const { createRequire, wrap } = require("node:module");
const { dirname, join } = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { Script } = require("node:vm");

const DIST = join(__dirname, "..", "dist");
const BUNDLE = join(DIST, "ringscope.cjs");
/** V8 refuses what another version of it made; the name keeps them apart. */
const CODE = join(DIST, `ringscope-${process.versions.v8}-${process.arch}.code`);

/** V8 knows a source by its length alone: bytecode older than the bundle is another bundle's. */
function isCodeFresh() {
  const made = statSync(CODE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return made >= (statSync(BUNDLE, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
}

/** V8 versions that know the flag and do not heed branch hints without it. */
const NEWEST_WITH_FLAG = 13;

/**
 * Makes V8 heed the branch hints in compiled regions: their slow paths then cost the fast ones no registers. It comes
 * before the bundle: bytecode is bound to the flags.
 */
function heedBranchHints() {
  if (parseInt(process.versions.v8, 10) <= NEWEST_WITH_FLAG) setFlagsFromString("--experimental-wasm-branch-hinting");
}

/** The bundle, compiled; undefined when it is not built. */
function compile() {
  heedBranchHints();
  const cachedData = isCodeFresh() ? readFileSync(CODE) : undefined;
  try {
    // The bundle is ASCII: read as one byte for each character it is ready at once.
    return new Script(wrap(readFileSync(BUNDLE, "latin1")), { filename: BUNDLE, cachedData });
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Runs it as a CommonJS module of its own. */
function run(script) {
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(BUNDLE), module, BUNDLE, dirname(BUNDLE));
}

module.exports = { CODE, compile, isCodeFresh, run };
