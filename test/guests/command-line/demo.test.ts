/** What `npm start` shows: the build in two lines, then the demonstration. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Summary } from "../../../scripts/lib/build-summary.mjs";
import { root, runProcess } from "../../harness/process";

describe("the build", () => {
  const built = (verbose: boolean, ...files: string[]): string[] => {
    const lines: string[] = [];
    const summary = new Summary(verbose, (line) => lines.push(line.replace(/[\d.]+ s/, "N s")));
    for (const file of files) summary.log(file);
    summary.finish();
    return lines;
  };

  it("is told in two lines, however many files it makes", () => {
    expect(built(false, "cc a.o", "cc b.o", "link a.elf")).toEqual([
      "Building the emulator, the hypervisor and the sample guests...",
      "Built 3 files in N s.",
    ]);
  });

  it("names each file where that is asked for", () => {
    expect(built(true, "cc a.o")).toEqual(["cc a.o", "Built 1 file in N s."]);
  });

  it("says nothing when nothing is stale", () => {
    expect(built(false)).toEqual([]);
    expect(built(true)).toEqual([]);
  });
});

describe("the demonstration", () => {
  it("tells a whole debug session and ends with status 0", async () => {
    const {
      stdout: bytes,
      stderr,
      status,
    } = await runProcess(process.execPath, [join(root, "scripts", "demo.mjs")], {
      env: { NO_COLOR: "1", FORCE_COLOR: "0" },
      timeoutSeconds: 120,
    });

    const stdout = Buffer.from(bytes, "latin1").toString("utf8");
    expect(stderr).toBe("");
    const headings = [...stdout.matchAll(/^● (.*?) {2}/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      "Boot",
      "A breakpoint in the guest kernel",
      "Step into a hypercall",
      "One stack across three rings",
      "Go on",
      "Hypercall trace",
      "End",
    ]);
    expect(stdout).toMatch(/Hypercall trace {2}\d{3} hypercalls, \d+ refused/);
    expect(stdout).toMatch(/#0 +d0 +console_io\(write, 29, 0x[0-9a-f]{8}\) +0/);
    expect(status).toBe(0);
  });
});
