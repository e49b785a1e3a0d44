/** The Mocha suite in the extension host: in desktop VS Code where there is one, else in the served one. */
import { join } from "node:path";
import { runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { beforeAll, expect, it } from "vitest";
import { onPath, root } from "../harness/process";
import { describeWith } from "../harness/tools";
import { runInHost } from "../harness/vscode/extension-host";
import { OPEN_MS, tools } from "../harness/vscode/workbench";

const sample = join(root, "sample-guests", "pv", "hello");
const suite = join(root, "dist", "test", "vscode-host.cjs");
/** A desktop VS Code needs a screen. */
const desktop = process.env["VSCODE_EXECUTABLE"] ?? (onPath("code") && process.env["DISPLAY"] ? "code" : undefined);

describeWith(desktop === undefined ? tools : [], "the extension host", () => {
  beforeAll(async () => {
    await build({
      entryPoints: [join(root, "test", "vscode", "host", "index.ts")],
      outfile: suite,
      bundle: true,
      platform: "node",
      format: "cjs",
      external: ["vscode", "mocha"],
    });
  });

  it(
    "passes its Mocha suite",
    async () => {
      if (desktop !== undefined) {
        const status = await runTests({
          vscodeExecutablePath: desktop,
          extensionDevelopmentPath: root,
          extensionTestsPath: suite,
          launchArgs: [sample, "--disable-extensions"],
        });
        expect(status).toBe(0);
        return;
      }
      const { code, log } = await runInHost(suite, sample);
      expect(log.join("\n")).toMatch(/\d+ passing/);
      expect({ code, failing: log.filter((line) => /^\s*\d+\) /.test(line)) }).toEqual({ code: 0, failing: [] });
    },
    OPEN_MS,
  );
});
