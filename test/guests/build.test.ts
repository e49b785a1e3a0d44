/** The build of the hypervisor and the guests, by the script that `npm run build` calls. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { qemu } from "../harness/machines";
import { root, runProcess, type ProcessResult } from "../harness/process";
import { describeWith, program } from "../harness/tools";
import { expectGolden } from "./golden";

const CLANG_OUT = "dist/test-clang";

const build = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<ProcessResult> =>
  runProcess(process.execPath, [join(root, "scripts", "build-c.mjs"), ...args], { env, timeoutSeconds: 120 });

describe("scripts/check-c-arrows.mjs", () => {
  it("finds no wrong arrow between the hypervisor's files", async () => {
    const result = await runProcess(process.execPath, [join(root, "scripts", "check-c-arrows.mjs")], {
      timeoutSeconds: 60,
    });

    expect(result.stderr).toBe("");
    expect(result.stdout).toMatch(/^\d+ C files: no arrow is wrong\n$/);
    expect(result.status).toBe(0);
  });
});

describe("scripts/build-c.mjs", () => {
  it("says in one line which package to install when there is no compiler", async () => {
    const result = await build([], { PATH: "/nowhere", CC: "" });

    expect(result.status).toBe(1);
    expect(result.stderr).toBe(
      "No C compiler for the hypervisor and the sample guests (looked for gcc, clang): " +
        "apt-get install gcc (or clang and lld)\n",
    );
  });

  it("makes nothing again when nothing changed", async () => {
    await build([], {});
    const again = await build([], {});

    expect(again.stderr).toBe("");
    expect(again.stdout).toBe("");
    expect(again.status).toBe(0);
  });

  it.each(["vmm.elf", "sample-guests/pv/hello.elf", "sample-guests/bare/hello.elf"])(
    "leaves no path of this machine in %s",
    (image) => {
      const bytes = readFileSync(join(root, "dist", image));

      expect(bytes.includes("emulator/vmm/") || bytes.includes("sample-guests/")).toBe(true);
      expect(bytes.includes(root)).toBe(false);
    },
  );
});

describeWith([program("clang", "clang"), ...qemu.tools], "images built by clang", () => {
  it("bare/hello and pv/hello print the same as those built by gcc", async () => {
    const built = await build(["--out", CLANG_OUT], { CC: "clang" });
    const under = (image: string): string => `test-clang/${image}`;

    expect(built.stderr).toBe("");
    const bare = await qemu.boot({ kernel: under("sample-guests/bare/hello.elf") });
    const paravirtual = await qemu.boot({
      kernel: under("vmm.elf"),
      modules: [under("sample-guests/pv/hello.elf")],
    });

    expectGolden(bare, "bare-hello");
    expectGolden(paravirtual, "pv-hello");
  });
});
