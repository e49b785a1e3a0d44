import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isStale, mayBuild } from "../../../extension/freshness";
import { sampleBuiltAs, type Guest } from "../../../extension/guests";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const SOURCES = ["sample-guests/pv/hello/main.c", "sample-guests/lib/print.c", "emulator/vmm/common/console.c"];

/** A checkout whose images were made at second 2,000, of sources of second 1,000. */
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), "ringscope-freshness-"));
  folders.push(folder);
  for (const path of [...SOURCES, "scripts/build-c.mjs"]) touch(join(folder, path), 1000);
  for (const path of ["dist/sample-guests/pv/hello.elf", "dist/vmm.elf"]) touch(join(folder, path), 2000);
  return folder;
}

function touch(path: string, seconds: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
  utimesSync(path, seconds, seconds);
}

function hello(folder: string): Guest {
  const guest = sampleBuiltAs(join(folder, "dist/sample-guests/pv/hello.elf"));
  if (!guest) throw new Error("no sample");
  return guest;
}

describe("an image is stale", () => {
  it("not as long as it is newer than its sources", async () => {
    const folder = checkout();
    expect(await isStale(hello(folder), folder)).toBe(false);
    touch(join(folder, "sample-guests/pv/hello/notes.txt"), 3000);
    expect(await isStale(hello(folder), folder)).toBe(false);
  });

  it.each(SOURCES)("when %s is newer", async (source) => {
    const folder = checkout();
    touch(join(folder, source), 3000);
    expect(await isStale(hello(folder), folder)).toBe(true);
  });

  it.each(["dist/vmm.elf", "dist/sample-guests/pv/hello.elf"])("when %s is missing", async (image) => {
    const folder = checkout();
    rmSync(join(folder, image));
    expect(await isStale(hello(folder), folder)).toBe(true);
  });

  it("on the bare machine whatever the hypervisor is", async () => {
    const folder = checkout();
    rmSync(join(folder, "dist/vmm.elf"));
    touch(join(folder, "emulator/vmm/common/console.c"), 3000);
    expect(await isStale({ ...hello(folder), bare: true }, folder)).toBe(false);
  });
});

describe("the build script of a checkout may run", () => {
  const window = { trusted: true, folders: [] as string[], extension: "/nowhere" };

  it("where the trusted workspace holds it", async () => {
    const folder = checkout();
    expect(await mayBuild(folder, { ...window, folders: [folder] })).toBe(true);
    expect(await mayBuild(folder, { ...window, folders: ["/elsewhere", dirname(folder)] })).toBe(true);
  });

  it("where it is the extension's own", async () => {
    const folder = checkout();
    expect(await mayBuild(folder, { ...window, extension: folder })).toBe(true);
  });

  it("never in a window that is not trusted", async () => {
    const folder = checkout();
    const untrusted = { trusted: false, folders: [folder], extension: folder };
    expect(await mayBuild(folder, untrusted)).toBe(false);
  });

  it("never for a file that was opened by itself, or a folder below the script's", async () => {
    const folder = checkout();
    expect(await mayBuild(folder, window)).toBe(false);
    expect(await mayBuild(folder, { ...window, folders: [join(folder, "sample-guests/pv/hello")] })).toBe(false);
    expect(await mayBuild(folder, { ...window, folders: [`${folder}-2`] })).toBe(false);
  });

  it("never where a link leads out of the workspace", async () => {
    const [folder, other] = [checkout(), checkout()];
    rmSync(join(folder, "scripts"), { recursive: true });
    symlinkSync(join(other, "scripts"), join(folder, "scripts"));
    expect(await mayBuild(folder, { ...window, folders: [folder] })).toBe(false);
    expect(await mayBuild(folder, { ...window, folders: [folder, other] })).toBe(true);
  });

  it("but through a link that is the workspace's own folder", async () => {
    const folder = checkout();
    const link = `${folder}-link`;
    symlinkSync(folder, link);
    folders.push(link);
    expect(await mayBuild(link, { ...window, folders: [link] })).toBe(true);
  });

  it("not where there is none", async () => {
    const folder = checkout();
    rmSync(join(folder, "scripts"), { recursive: true });
    expect(await mayBuild(folder, { ...window, folders: [folder] })).toBe(false);
    cpSync(folder, `${folder}-copy`, { recursive: true });
    folders.push(`${folder}-copy`);
  });
});
