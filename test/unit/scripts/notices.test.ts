import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { thirdPartyNotices } from "../../../scripts/lib/notices.mjs";
import { root } from "../../harness/process";

/** The packages that docs/dependencies.md tells to be bundled; of the protocol only types are used. */
const bundled = ["@vscode/debugadapter", "commander", "fflate", "fzstd", "iced-x86"];

describe("the third-party notices of the extension", () => {
  it("name each bundled package, with its version and the words of its licence", () => {
    const text = thirdPartyNotices();
    for (const name of bundled) {
      const { version, license } = JSON.parse(
        readFileSync(join(root, "node_modules", name, "package.json"), "utf8"),
      ) as { version: string; license: string };
      expect(text).toContain(`${name} ${version} (${license})\n`);
    }
    const headings = text.match(/^\S+ \d+\.\d+\.\d+ \(.*\)$/gm)?.map((line) => line.split(" ")[0]);
    expect(headings).toEqual(bundled);
    const licence = readFileSync(join(root, "node_modules", "commander", "LICENSE"), "utf8").trim();
    expect(text).toContain(licence.replace(/\r\n/g, "\n"));
  });

  it("are refused for a package without a licence file", () => {
    const folder = mkdtempSync(join(tmpdir(), "ringscope-notices-"));
    const unlicensed = join(folder, "node_modules", "unlicensed");
    mkdirSync(unlicensed, { recursive: true });
    writeFileSync(join(unlicensed, "package.json"), '{ "name": "unlicensed", "version": "1.0.0" }');
    expect(() => thirdPartyNotices([join(unlicensed, "index.js")])).toThrow("unlicensed has no licence file");
    rmSync(folder, { recursive: true });
  });
});
