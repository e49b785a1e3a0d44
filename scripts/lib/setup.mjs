/** What `npm start` and `npm test` have in common: a machine with only Node becomes one with a built project. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SetupError, root, runNode } from "./run.mjs";
import { ensureNpmPackages } from "./npm-packages.mjs";

const NODE_MAJOR = 20;

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < NODE_MAJOR)
    throw new SetupError(`Node ${NODE_MAJOR} or later is needed, this is ${process.versions.node}`);
  if (!existsSync(join(root, "package-lock.json"))) throw new SetupError("package-lock.json is missing: clone again");
}

/**
 * Node, the system packages that `ensureSystem` provides, and the npm packages.
 * @param {() => Promise<void>} ensureSystem
 */
export async function install(ensureSystem) {
  checkNode();
  await ensureSystem();
  await ensureNpmPackages();
}

/** Builds what is stale; true when dist/ is up to date afterwards. */
export async function build() {
  return (await runNode("scripts/build.mjs")) === 0;
}
