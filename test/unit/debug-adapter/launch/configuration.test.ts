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
      warnings: [],
    });
  });

  it("leaves aside what it does not know, and says so", () => {
    const { warnings, kernel } = checkLaunch({ program: "k", host: "127.0.0.1", cwd: "/", env: {}, toString: 1 });
    expect(kernel.file).toBe("k");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^launch configuration: "host", "cwd", "env", "toString" are not known and of no effect; the attributes are program, /,
    );
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => ["x".repeat(200) + String(n), n]));
    expect(checkLaunch({ program: "k", ...many }).warnings.join().length).toBeLessThan(1000);
  });

  it("takes null for what is left out, and says so", () => {
    const { stopOnEntry, memoryBytes, warnings } = checkLaunch({ program: "k", stopOnEntry: null, memory: null });
    expect([stopOnEntry, memoryBytes]).toEqual([false, 128 << 20]);
    expect(warnings).toEqual(['launch configuration: "stopOnEntry", "memory" count as left out: they are null']);
    expect(() => checkLaunch({ program: null })).toThrow('"program" is missing');
  });

  it("quotes no more of a wrong value than tells it", () => {
    const deep: unknown = JSON.parse("[".repeat(5000) + "]".repeat(5000));
    expect(() => checkLaunch({ program: "k", memory: deep })).toThrow(/not a list$/);
    expect(() => checkLaunch({ program: "k", memory: "9".repeat(1e6) + "x" })).toThrow(/not "9{60}\.\.\."$/);
    expect(() => checkLaunch({ program: "k", stopOnEntry: 5 })).toThrow(/not 5$/);
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
