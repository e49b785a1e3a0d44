import { describe, expect, it } from "vitest";
import type { Files } from "../../../../debug-adapter/images/files";
import { SourceMap } from "../../../../debug-adapter/debuggee/source-map";
import { ImageSpace, type Image } from "../../../../debug-adapter/images/image-space";
import type { ImageSymbols } from "../../../../debug-adapter/symbols/index";

const image = (name: string, owner: Image["owner"], sources: string[], low = 0x1000): Image => ({
  name,
  path: name,
  owner,
  symbols: { segments: [{ virtual: low, memorySize: 0x1000 }], sourceFiles: () => sources } as unknown as ImageSymbols,
});
const vmm = image("vmm.elf", { kind: "vmm" }, ["emulator/vmm/sched.c", "/abs/gone.c"]);
const first = image("first.elf", { kind: "guest", domain: 0 }, ["./guest/main.c"]);
const second = image("second.elf", { kind: "guest", domain: 1 }, ["./guest/main.c", "other/main.c"]);

const present = new Set(["/home/project/emulator/vmm/sched.c", "/home/project/guest/main.c"]);
const files = {
  exists: (path: string) => present.has(path),
  isAbsolute: (path: string) => path.startsWith("/"),
  resolve: (...parts: string[]) => parts.join("/").replace("/./", "/"),
  realPath: (path: string) => path.replace("/link/", "/project/"),
  nameOf: (path: string) => path.replace(/^.*\//, ""),
} as unknown as Files;
const map = new SourceMap(
  new ImageSpace([vmm, first, second]),
  { roots: ["/nowhere", "/home/project"], around: [], replaced: {} },
  files,
);

describe("SourceMap", () => {
  it("finds relative files below the first root that has them", () => {
    expect(map.toClient("./guest/main.c")).toBe("/home/project/guest/main.c");
    expect(map.toClient("/abs/gone.c")).toBeUndefined();
  });

  it("finds all images that a client's file belongs to", () => {
    expect(map.toImages("/home/project/guest/main.c").map(({ image: of }) => of.name)).toEqual([
      "first.elf",
      "second.elf",
    ]);
  });

  it("takes a checkout elsewhere by the end of its path", () => {
    expect(map.toImages("c:\\work\\guest\\main.c").map(({ file }) => file)).toEqual([
      "./guest/main.c",
      "./guest/main.c",
    ]);
    expect(map.toImages("/elsewhere/my-other/main.c")).toEqual([]);
  });

  it("lists each source that can be shown once", () => {
    expect(map.all().map(({ name }) => name)).toEqual(["sched.c", "main.c"]);
  });
});

describe("ImageSpace", () => {
  const space = new ImageSpace([vmm, first, second]);

  it("decides by ring and domain among images at the same address", () => {
    expect(space.at(0x1800, 0, undefined)).toBe(vmm);
    expect(space.at(0x1800, 1, 1)).toBe(second);
    expect(space.at(0x1800, 3, 0)).toBe(first);
    expect(space.at(0x5000, 1, 0)).toBeUndefined();
  });

  it("knows where other guests have something too", () => {
    expect(space.isShared(first, 0x1800)).toBe(true);
    expect(space.isShared(first, 0x2800)).toBe(false);
  });
});
