/** `npm start`: installs what is missing, builds what is stale, and runs the demonstration in this terminal. */
import { entry, runNode } from "./lib/run.mjs";
import { build, install } from "./lib/setup.mjs";
import { ensureCompiler } from "./lib/system-packages.mjs";

await entry(async () => {
  await install(ensureCompiler);
  if (!(await build())) return 1;
  return runNode("scripts/demo.mjs", process.argv.slice(2), { stdin: "inherit" });
});
