/**
 * `node keep-code.cjs ARGS`: runs the command line as bin/ringscope does and keeps the bytecode of what it used for
 * later starts.
 */
"use strict";
const { renameSync, writeFileSync } = require("node:fs");
const { CODE, compile, run } = require("../../bin/bundle.cjs");

const bundle = compile();
process.on("exit", () => {
  const whole = `${CODE}.${process.pid}.new`;
  writeFileSync(whole, bundle.createCachedData());
  renameSync(whole, CODE);
});
run(bundle);
