import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseMemory } from "../../../../debug-adapter/cli/options";
import { planGuest, planRun } from "../../../../debug-adapter/cli/plans";
import { nodeFiles } from "../../../../debug-adapter/host/node-files";
import { checkLaunch } from "../../../../debug-adapter/launch/configuration";
import { debugExitStatus, vmmExitStatus } from "../../../../debug-adapter/launch/exit-status";
import type { Files } from "../../../../debug-adapter/images/files";
import { readImages } from "../../../../debug-adapter/launch/read-images";
import { ROOT } from "../../../harness/dap-client";
import { guest } from "../../../harness/dap-session";

const OPTIONS = { memory: 128 << 20, module: [], append: "", serial: "stdio", engine: "auto", domain: [] } as const;
const HELLO = guest("pv/hello");
const BARE = guest("bare/hello");
const FILES = { ...nodeFiles, builtInVmm: join(ROOT, "dist", "vmm.elf") };

/** What a plan boots, without the images' bytes. */
const lines = (plan: Parameters<typeof readImages>[0], files: Files = FILES) => {
  const { first, guests, modules } = readImages(plan, files);
  return [first, ...guests, ...modules].map(({ commandLine }) => commandLine);
};

describe("the command line and a launch configuration boot the same", () => {
  it.each(["128M", "65536k", "1G", "1048576", " 64M", "64M "])("memory %j", (memory) => {
    expect(parseMemory(memory)).toBe(checkLaunch({ program: "k", memory }).memoryBytes);
  });

  it.each(["", "M", "-1M", "1.5M", "12MB", "0x100"])("memory %j, which is none", (memory) => {
    expect(() => parseMemory(memory)).toThrow();
    expect(() => checkLaunch({ program: "k", memory })).toThrow();
  });

  it("a guest under the hypervisor", () => {
    const options = { ...OPTIONS, module: [], append: "a b", domain: [`${HELLO}  quiet `] };
    const configuration = { program: HELLO, commandLine: "a b", domains: [`${HELLO}  quiet `] };
    expect(lines(planGuest(HELLO, options))).toEqual(["vmm.elf", "hello.elf a b", "hello.elf quiet"]);
    expect(lines(checkLaunch(configuration))).toEqual(lines(planGuest(HELLO, options)));
  });

  it("a kernel of the bare machine, asked for or recognised", () => {
    const expected = lines(planRun(BARE, { ...OPTIONS, module: [], append: "x=1" }));
    expect(expected).toEqual(["hello.elf x=1"]);
    expect(lines(checkLaunch({ program: BARE, commandLine: "x=1" }))).toEqual(expected);
    expect(lines(checkLaunch({ program: BARE, commandLine: "x=1", vmm: "none" }))).toEqual(expected);
  });
});

it("names the file that cannot be read", () => {
  expect(() => readImages(planRun("/no/such", { ...OPTIONS, module: [] }), nodeFiles)).toThrow(
    "cannot read /no/such: no such file",
  );
});

it("says that the hypervisor is not built", () => {
  const files = { ...nodeFiles, builtInVmm: "/no/vmm.elf" };
  expect(() => readImages(checkLaunch({ program: HELLO }), files)).toThrow("the hypervisor is not built");
});

describe("exit statuses", () => {
  it("of the bare machine are always odd and one byte", () => {
    expect([0, 1, 127, 128, 255].map(debugExitStatus)).toEqual([1, 3, 255, 1, 255]);
  });

  it("of the hypervisor have a meaning each; a byte that it does not write is a failure of it", () => {
    expect([0, 1, 2, 3, 4, 200].map(vmmExitStatus)).toEqual([0, 72, 74, 68, 74, 74]);
  });
});
