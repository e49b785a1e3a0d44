import { describe, expect, it } from "vitest";
import { joinPath, normalisePath, pathKey } from "../../../../debug-adapter/symbols/source-paths";

describe("joinPath", () => {
  it.each([
    ["/src", "a/b.c", "/src/a/b.c"],
    ["/src", "/abs/b.c", "/abs/b.c"],
    ["/src", "../include/b.h", "/include/b.h"],
    [".", "emulator/vmm/main.c", "emulator/vmm/main.c"],
    ["", "./main.c", "main.c"],
    ["C:\\src", "lib\\b.c", "C:/src/lib/b.c"],
    ["/src", "C:\\other\\b.c", "C:/other/b.c"],
  ])("joins %s and %s", (folder, path, result) => {
    expect(joinPath(folder, path)).toBe(result);
  });
});

describe("normalisePath", () => {
  it.each([
    ["/a/./b//c/../d", "/a/b/d"],
    ["../../x", "../../x"],
    ["./", "."],
    ["", "."],
    ["/", "/"],
    ["/a/b/", "/a/b"],
    ["a..b/c.d", "a..b/c.d"],
  ])("turns %j into %j", (path, result) => {
    expect(normalisePath(path)).toBe(result);
  });
});

describe("pathKey", () => {
  it("ignores case on Windows drives only", () => {
    expect(pathKey("C:\\Src\\Main.c")).toBe(pathKey("c:/src/main.c"));
    expect(pathKey("/Src/Main.c")).not.toBe(pathKey("/src/main.c"));
  });
});
