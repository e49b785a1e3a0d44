/**
 * The first steps of `npm start` and `npm test`: they turn a machine that has only Node into one with a built project.
 */
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
 * Checks Node, and installs the system packages that `ensureSystem` provides and the npm packages.
 * @param {() => Promise<void>} ensureSystem
 */
export async function install(ensureSystem) {
  checkNode();
  await ensureSystem();
  await ensureNpmPackages();
}

/**
 * Builds what is stale.
 * @param {string[]} [args] options of scripts/build.mjs
 * @returns {Promise<boolean>} whether dist/ is now up to date
 */
export async function build(args = []) {
  return (await runNode("scripts/build.mjs", args)) === 0;
}

/**
 * Divides a script's arguments into those for the build (`--verbose`, which names each file that is made) and the rest.
 * @param {string[]} args
 */
export function divideArguments(args) {
  const isBuilds = (arg) => arg === "--verbose";
  return { buildArgs: args.filter(isBuilds), rest: args.filter((arg) => !isBuilds(arg)) };
}
