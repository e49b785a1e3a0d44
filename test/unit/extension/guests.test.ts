import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  builtSamples,
  guestFor,
  guestsIn,
  sampleBuiltAs,
  sampleOf,
  SHOWN_SAMPLES,
  vmmOf,
} from "../../../extension/guests";
import { root } from "../../harness/process";

const PV = join(root, "dist", "sample-guests", "pv", "hello.elf");
const BARE = join(root, "dist", "sample-guests", "bare", "hello.elf");

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder with these files: text where a string is given, else a copy of an image. */
function folderWith(files: Record<string, string | { image: string }>): string {
  const folder = mkdtempSync(join(tmpdir(), "ringscope-guests-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === "string") writeFileSync(path, content);
    else copyFileSync(content.image, path);
  }
  return folder;
}

/** A folder laid out as this project is. */
const checkout = (more: Record<string, string | { image: string }> = {}): string =>
  folderWith({
    "emulator/vmm/common/console.c": "",
    "sample-guests/pv/crash/main.c": "",
    "sample-guests/pv/hello/main.c": "",
    "dist/sample-guests/pv/crash.elf": { image: PV },
    "dist/sample-guests/pv/hello.elf": { image: PV },
    ...more,
  });

const nameFor = async (file: string | undefined, folder: string | undefined): Promise<string | undefined> =>
  (await guestFor(file, folder))?.name;

describe("samples", () => {
  it("are known by the path of a source and of an image", () => {
    expect(sampleOf("/r/sample-guests/pv/echo/main.c")).toMatchObject({
      name: "pv/echo",
      program: "/r/dist/sample-guests/pv/echo.elf",
      bare: false,
      checkout: "/r",
    });
    expect(sampleBuiltAs("/r/dist/sample-guests/bare/hello.elf")).toMatchObject({
      bare: true,
      sources: "/r/sample-guests/bare/hello",
    });
    for (const path of ["/r/sample-guests/README.md", "/r/sample-guests/lib/pv/start.c", "/r/main.c"]) {
      expect(sampleOf(path)).toBeUndefined();
    }
  });

  it("run on the hypervisor that their checkout has built, if it has", async () => {
    const folder = checkout();
    const guest = sampleBuiltAs(join(folder, "dist/sample-guests/pv/hello.elf")) ?? expect.fail("a sample");
    expect(await vmmOf(guest)).toBeUndefined();
    writeFileSync(join(folder, "dist/vmm.elf"), "");
    expect(await vmmOf(guest)).toEqual({ checkout: folder, vmm: join(folder, "dist/vmm.elf") });
    expect(await vmmOf({ ...guest, bare: true })).toBeUndefined();
    expect(await vmmOf({ name: "k", program: "/w/k.elf", bare: false, origin: "workspace" })).toBeUndefined();
  });

  it("that are offered are all there, pv/hello first", async () => {
    expect((await builtSamples(root)).map(({ name }) => name)).toEqual(SHOWN_SAMPLES);
    expect(SHOWN_SAMPLES[0]).toBe("pv/hello");
  });
});

describe("the guest that F5 means", () => {
  it("is the sample that the open file, or else the folder, belongs to", async () => {
    const folder = checkout();
    expect(await nameFor(join(folder, "sample-guests/pv/crash/main.c"), folder)).toBe("pv/crash");
    expect(await nameFor(undefined, join(folder, "sample-guests/pv/crash"))).toBe("pv/crash");
  });

  it("is pv/hello in a file of the hypervisor, and in any other file of a checkout", async () => {
    const folder = checkout({ "README.md": "" });
    const vmm = join(folder, "emulator/vmm/common/console.c");
    expect(await nameFor(vmm, folder)).toBe("pv/hello");
    expect(await nameFor(vmm, join(folder, "emulator/vmm"))).toBe("pv/hello");
    expect(await nameFor(vmm, undefined)).toBe("pv/hello");
    expect(await nameFor(join(folder, "README.md"), folder)).toBe("pv/hello");
    expect(await nameFor(undefined, folder)).toBe("pv/hello");
  });

  it("is the workspace's own guest in a file of the hypervisor that lies elsewhere", async () => {
    const own = folderWith({ "kernel.elf": { image: PV } });
    const vmm = join(checkout(), "emulator/vmm/common/console.c");
    expect(await nameFor(vmm, own)).toBe("kernel.elf");
    expect(await nameFor(vmm, folderWith({ "notes.txt": "" }))).toBe("pv/hello");
  });

  it("is the sample beside whose folder the hypervisor's file was opened", async () => {
    const folder = checkout();
    const vmm = join(folder, "emulator/vmm/common/console.c");
    expect(await nameFor(vmm, join(folder, "sample-guests/pv/crash"))).toBe("pv/crash");
  });

  it("is the image nearest to the open file, else the first of the workspace", async () => {
    const folder = folderWith({
      "a/kernel.elf": { image: PV },
      "b/src/main.c": "",
      "b/kernel.elf": { image: BARE },
      "c/main.c": "",
    });
    expect(await nameFor(join(folder, "b/src/main.c"), folder)).toBe("kernel.elf");
    expect((await guestFor(join(folder, "b/src/main.c"), folder))?.bare).toBe(true);
    expect(await nameFor(join(folder, "c/main.c"), folder)).toBe("a/kernel.elf");
  });

  it("is none in a folder without any, and without a folder", async () => {
    const folder = folderWith({ "main.c": "" });
    expect(await guestFor(join(folder, "main.c"), folder)).toBeUndefined();
    expect(await guestFor(join(folder, "main.c"), undefined)).toBeUndefined();
  });
});

describe("the guests of a folder", () => {
  const names = async (folder: string): Promise<string[]> => (await guestsIn(folder)).map(({ name }) => name);

  it("are its images by name, the nearest first", async () => {
    const image = { image: PV };
    const folder = folderWith({ "z.elf": image, "a.elf": image, "sub/k": image, "k.txt": image, "text.elf": "no" });
    expect(await names(folder)).toEqual(["a.elf", "z.elf", "sub/k"]);
  });

  it("are not the kernels that a checkout has made for its tests", async () => {
    const folder = checkout({ "dist/test/hog.elf": { image: PV }, "mine/k.elf": { image: PV } });
    expect(await names(folder)).toEqual(["mine/k.elf"]);
    // The folder of somebody else may well be called so.
    expect(await names(folderWith({ "dist/k.elf": { image: PV } }))).toEqual(["dist/k.elf"]);
  });

  it("are found beside pipes and links, which are left alone", async () => {
    const folder = folderWith({ "k.elf": { image: PV } });
    execFileSync("mkfifo", [join(folder, "a.elf")]);
    symlinkSync("/dev/zero", join(folder, "b.elf"));
    symlinkSync(folder, join(folder, "round"));
    expect(await names(folder)).toEqual(["k.elf"]);
  });

  it("are looked for in so many files and no more", async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`f${String(n).padStart(4, "0")}`, ""]));
    expect(await names(folderWith({ ...many, "a.elf": { image: PV }, "z.elf": { image: PV } }))).toEqual(["a.elf"]);
  });
});
