/**
 * `npm run vscode [-- FOLDER]` opens VS Code with this extension on the sample's folder. It uses a desktop VS Code if
 * there is one. Otherwise it serves the real VS Code on 127.0.0.1 and prints the page's address.
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { SetupError, entry, root } from "./lib/run.mjs";
import { build, install as installBuild } from "./lib/setup.mjs";
import { ensureCompiler } from "./lib/system-packages.mjs";
import { install } from "./vscode-install.mjs";
import { serve, workbenchUrl } from "./vscode-server.mjs";

const sample = join(root, "sample-guests", "pv", "hello");

/** @returns whether a desktop VS Code took it */
function openDesktop(folder, file) {
  const shell = process.platform === "win32";
  if (spawnSync("code", ["--version"], { shell }).status !== 0) return false;
  const args = ["--new-window", `--extensionDevelopmentPath=${root}`, folder, ...(file ? [file] : [])];
  const { status } = spawnSync("code", args, { stdio: "inherit", shell });
  if (status !== 0) throw new SetupError(`code ended with status ${status}`);
  console.log("VS Code opens with Ringscope: press F5 in a C file of the sample.");
  return true;
}

async function openServed(folder, file) {
  const server = await serve({ ...install((line) => console.log(line)), extension: root });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.once(signal, () => {
      server.stop();
      process.exit(0);
    });
  }
  console.log("VS Code with Ringscope is served at");
  console.log(`  ${workbenchUrl(server.port, { folder, ...(file && { file }) })}`);
  console.log("Open it in a browser on this machine and press F5 in a C file of the sample. Ctrl+C ends it.");
  await server.ended;
  server.stop();
}

await entry(async () => {
  const [given, ...rest] = process.argv.slice(2);
  if (rest.length > 0) throw new SetupError("usage: npm run vscode [-- FOLDER]");
  const folder = resolve(given ?? sample);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new SetupError(`there is no folder ${folder}`);
  const file = given ? undefined : join(sample, "main.c");
  await installBuild(ensureCompiler);
  if (!(await build())) return 1;
  if (!openDesktop(folder, file)) await openServed(folder, file);
  return 0;
});
