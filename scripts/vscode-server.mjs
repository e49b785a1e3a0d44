/** Starts the VS Code server of vscode-install.mjs on 127.0.0.1 with this extension. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SetupError } from "./lib/run.mjs";

const START_MS = 60_000;

/** Settings of a quiet workbench: nothing opens by itself, asks questions, or contacts other hosts. */
const quiet = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "remote.autoForwardPorts": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/**
 * @param {import("./vscode-server.mjs").ServeOptions} options
 * @returns {Promise<import("./vscode-server.mjs").Served>}
 * @throws SetupError with one line when the server ends or says nothing within a minute
 */
export async function serve({ node, server, extension, settings = {}, testDriver = false }) {
  const home = mkdtempSync(join(tmpdir(), "ringscope-vscode-"));
  const data = join(home, "data");
  for (const scope of ["User", "Machine"]) {
    mkdirSync(join(data, scope), { recursive: true });
    writeFileSync(join(data, scope, "settings.json"), JSON.stringify({ ...quiet, ...settings }));
  }
  const extensions = join(home, "extensions");
  mkdirSync(extensions);
  if (!testDriver) addExtension(extensions, extension);
  const port = await freePort();
  const child = spawn(
    node,
    [
      server,
      ...["--host", "127.0.0.1", "--port", String(port), "--without-connection-token"],
      ...["--accept-server-license-terms", "--telemetry-level", "off"],
      ...["--server-data-dir", data, "--user-data-dir", data, "--extensions-dir", extensions],
      // With this flag, the page's address may name an extension's tests, and no notification is shown.
      ...(testDriver ? ["--enable-smoke-test-driver"] : []),
    ],
    { stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  const stop = () => {
    // The server leads a process group, so that extension hosts and adapters end with it.
    try {
      if (child.pid) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await listening(child, port);
  } catch (error) {
    stop();
    throw error;
  }
  return { port, pid: child.pid, home, stop, ended: new Promise((resolve) => child.once("exit", resolve)) };
}

/**
 * The page of a served workbench.
 * @param {number} port
 * @param {import("./vscode-server.mjs").Page} page what to open in it
 */
export function workbenchUrl(port, { folder, file, payload = [] }) {
  const remote = (path) => `vscode-remote://127.0.0.1:${port}${path}`;
  const wanted = file ? [["openFile", file], ["gotoLineMode", "true"], ...payload] : payload;
  const entries = wanted.map(([key, value]) => [key, value.startsWith("/") ? remote(value) : value]);
  const query = entries.length > 0 ? `&payload=${encodeURIComponent(JSON.stringify(entries))}` : "";
  return `http://127.0.0.1:${port}/?folder=${encodeURI(folder)}${query}`;
}

/** Installs the extension by a link, so that what runs is the folder that is built. */
function addExtension(extensions, root) {
  const { publisher, name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  symlinkSync(root, join(extensions, `${publisher}.${name}-${version}`), "dir");
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function listening(child, port) {
  let said = "";
  let exit;
  const note = (chunk) => (said = (said + chunk).slice(-2000));
  child.stdout.on("data", note);
  child.stderr.on("data", note);
  child.once("error", (error) => (exit = error.message));
  child.once("exit", (code) => (exit = `ended with ${code}: ${said.trim().split("\n").pop()}`));
  for (const until = Date.now() + START_MS; Date.now() < until;) {
    if (exit !== undefined) throw new SetupError(`the VS Code server ${exit}`);
    try {
      if ((await fetch(`http://127.0.0.1:${port}/version`)).ok) return;
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new SetupError(`the VS Code server did not listen within ${START_MS / 1000} s: ${said.trim()}`);
}
