/** Brings node_modules up to date with package-lock.json. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError, root, run } from "./run.mjs";

const INSTALL_SECONDS = 600;

/** The package entries of a lock file; undefined if it cannot be read. */
function lockedPackages(...path) {
  try {
    return JSON.parse(readFileSync(join(root, ...path), "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** True when node_modules holds each package of the lock file in its version; optional ones may be for other systems. */
function upToDate() {
  const wanted = lockedPackages("package-lock.json");
  const installed = lockedPackages("node_modules", ".package-lock.json");
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
  );
}

/** Installs the npm packages when they are missing or differ from the lock file. */
export async function ensureNpmPackages() {
  if (upToDate()) return;
  console.log("Installing npm packages (npm ci)...");
  // Under `npm run` the environment names the npm in use. It is a script that Node can run on every system.
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-fund", "--no-audit"];
  const code = npm?.endsWith(".js")
    ? await run(process.execPath, [npm, ...args], { seconds: INSTALL_SECONDS })
    : await run("npm", args, { seconds: INSTALL_SECONDS });
  if (code !== 0) {
    throw new SetupError(`npm ci failed (status ${code}): run it by hand, with a connection to the npm registry`);
  }
}
