/**
 * `npm start` installs what is missing, builds what is stale, and runs the demonstration in this terminal.
 * `npm start -- --verbose` names each file that the build makes.
 */
import { entry, runNode } from "./lib/run.mjs";
import { build, divideArguments, install } from "./lib/setup.mjs";
import { ensureCompiler } from "./lib/system-packages.mjs";

await entry(async () => {
  await install(ensureCompiler);
  const { buildArgs, rest } = divideArguments(process.argv.slice(2));
  if (!(await build(buildArgs))) return 1;
  return runNode("scripts/demo.mjs", rest, { stdin: "inherit" });
});
