import { describe, expect, it } from "vitest";
import { UserError } from "../../../../debug-adapter/user-error";
import { LogWatch, type DomainFailure } from "../../../../debug-adapter/cli/log-watch";
import { collect, parseChoice, parseInstructions, parseMemory } from "../../../../debug-adapter/cli/options";
import { nowhere } from "../../../../debug-adapter/host/outputs";

describe("option values", () => {
  it.each([
    ["128M", 128 << 20],
    ["65536k", 64 << 20],
    ["1G", 1 << 30],
    ["1048576", 1 << 20],
    [" 64M", 64 << 20],
  ])("--memory %s", (text, bytes) => {
    expect(parseMemory(text)).toBe(bytes);
  });

  it.each(["", "M", "-1M", "1.5M", "12MB", "0x100"])("--memory %j is refused", (text) => {
    expect(() => parseMemory(text)).toThrow(UserError);
  });

  it.each(["1e6", " 1", "9007199254740993"])("--instructions %j is refused", (text) => {
    expect(() => parseInstructions(text)).toThrow(UserError);
  });

  it("takes one of the words of a choice", () => {
    const parse = parseChoice("--format", ["text", "json"]);
    expect(parse("json")).toBe("json");
    expect(() => parse("JSON")).toThrow(new UserError('--format takes text or json, not "JSON"'));
  });

  it("collects an option that is repeated, in order", () => {
    expect(collect("b", collect("a", []))).toEqual(["a", "b"]);
  });
});

describe("LogWatch", () => {
  it("tells of failures as they come and finds the last line, in whatever pieces the log comes", () => {
    const told: DomainFailure[] = [];
    const log = new LogWatch(nowhere, (failure) => told.push(failure));
    const text =
      "boot\r\nd2: cannot be started: no room\nd1: crashed: page fault\n  eax 0\nd0: crashed: triple\nVMM bug:\nx.c:1: y\n\n";
    for (const character of text) log.write(Uint8Array.of(character.charCodeAt(0)));
    expect(log.failures).toEqual([
      { domain: 2, what: "cannot be started", reason: "no room" },
      { domain: 1, what: "crashed", reason: "page fault" },
      { domain: 0, what: "crashed", reason: "triple" },
    ]);
    expect(told).toEqual(log.failures);
    expect(log.lastLine).toBe("x.c:1: y");
  });

  it("takes a last line without an end when the log closes", () => {
    const log = new LogWatch(nowhere);
    log.write(new TextEncoder().encode("d2: crashed: by itself"));
    log.close();
    expect(log.failures).toEqual([{ domain: 2, what: "crashed", reason: "by itself" }]);
  });
});
