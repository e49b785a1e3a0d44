import { describe, expect, it } from "vitest";
import { checkLaunch } from "../../../../debug-adapter/launch/configuration";

describe("checkLaunch", () => {
  it("needs a program and nothing else", () => {
    expect(checkLaunch({ program: "kernel.elf" })).toEqual({
      kernel: { file: "kernel.elf", args: "" },
      domains: [],
      modules: [],
      memoryBytes: 128 << 20,
      stopOnEntry: false,
      engine: "auto",
      hypervisor: { kind: "if-needed", args: "" },
      sourceRoots: [],
      sourceMap: {},
      symbols: [],
      console: "output",
      noDebug: false,
    });
  });

  it("takes what clients add to every configuration", () => {
    const added = {
      name: "Debug",
      type: "ringscope",
      request: "launch",
      __sessionId: "1",
      preLaunchTask: "build",
      presentation: {},
    };
    expect(checkLaunch({ ...added, program: "k" }).kernel.file).toBe("k");
  });

  it("splits domains into file and arguments", () => {
    expect(checkLaunch({ program: "k", domains: ["  guest.elf  one two ", "other.elf"] }).domains).toEqual([
      { file: "guest.elf", args: "one two" },
      { file: "other.elf", args: "" },
    ]);
  });

  it("reads sizes in bytes and with a unit", () => {
    expect(checkLaunch({ program: "k", memory: "64m" }).memoryBytes).toBe(64 << 20);
    expect(checkLaunch({ program: "k", memory: "1G" }).memoryBytes).toBe(2 ** 30);
    expect(checkLaunch({ program: "k", memory: "1048576" }).memoryBytes).toBe(1 << 20);
    expect(() => checkLaunch({ program: "k", memory: "64T" })).toThrow(
      '"memory" must be a size such as 128M, not "64T"',
    );
  });
});
