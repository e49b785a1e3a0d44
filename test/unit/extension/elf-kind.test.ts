import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { elfKind } from "../../../extension/elf-kind";
import { root } from "../../harness/process";

const folder = mkdtempSync(join(tmpdir(), "ringscope-elf-kind-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEADER = 52;
const SECTION = 40;
const SHT_NOTE = 7;

interface Section {
  name: number;
  type: number;
  offset: number;
  size: number;
}

/** An ELF file for the 80386: its header, `bytes` after it, and then the section headers. */
function elf(name: string, sections: Section[], { bytes = Buffer.alloc(0), names = 0, size = 0 } = {}): string {
  const header = Buffer.alloc(HEADER);
  header.write("\x7fELF\x01\x01\x01", "latin1");
  header.writeUInt16LE(3, 18);
  header.writeUInt32LE(HEADER + bytes.length, 32);
  header.writeUInt16LE(SECTION, 46);
  header.writeUInt16LE(sections.length, 48);
  header.writeUInt16LE(names, 50);
  const table = Buffer.alloc(SECTION * sections.length);
  sections.forEach((section, at) => {
    table.writeUInt32LE(section.name, SECTION * at);
    table.writeUInt32LE(section.type, SECTION * at + 4);
    table.writeUInt32LE(section.offset, SECTION * at + 16);
    table.writeUInt32LE(section.size, SECTION * at + 20);
  });
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([header, bytes, table]));
  if (size > 0) truncateSync(path, size);
  return path;
}

const sample = (name: string): string => join(root, "dist", "sample-guests", `${name}.elf`);

describe("the kind of a file", () => {
  it.each([
    ["pv/hello", "pv"],
    ["pv/hello-xen-guest", "pv"],
    ["bare/hello", "multiboot"],
  ] as const)("of %s is %s", async (name, kind) => {
    expect(await elfKind(sample(name))).toBe(kind);
  });

  it("of the hypervisor is multiboot", async () => {
    expect(await elfKind(join(root, "dist", "vmm.elf"))).toBe("multiboot");
  });

  it("of a text, an empty file and a short ELF header is other", async () => {
    for (const [name, text] of [
      ["text", "hello"],
      ["empty", ""],
      ["short", "\x7fELF\x01\x01"],
    ] as const) {
      writeFileSync(join(folder, name), text, "latin1");
      expect(await elfKind(join(folder, name))).toBe("other");
    }
  });

  it("is pv by the name of a section alone", async () => {
    const bytes = Buffer.from("\0__xen_guest\0", "latin1");
    const names = { name: 0, type: 3, offset: HEADER, size: bytes.length };
    const guest = { name: 1, type: 1, offset: 0, size: 0 };
    expect(await elfKind(elf("named.elf", [names, guest], { bytes }))).toBe("pv");
    const longer = Buffer.from("\0__xen_guest2\0", "latin1");
    expect(await elfKind(elf("longer.elf", [{ ...names, size: longer.length }, guest], { bytes: longer }))).toBe(
      "other",
    );
  });
});

describe("a file that is made to keep somebody busy", () => {
  it("with 65,535 sections and a megabyte of names is judged by a part of them", async () => {
    const sections = Array.from({ length: 65_535 }, () => ({ name: 1, type: 1, offset: HEADER, size: 1 << 20 }));
    const bytes = Buffer.alloc(1 << 20, "x");
    const path = elf("names.elf", sections, { bytes });
    expect(await elfKind(path)).toBe("other");
  });

  it("with thousands of note sections of gigabytes reads a bounded part of them", async () => {
    const sections = Array.from({ length: 30_000 }, () => ({ name: 0, type: SHT_NOTE, offset: 0, size: 0xffffffff }));
    const path = elf("notes.elf", sections);
    const before = process.memoryUsage().arrayBuffers;
    expect(await elfKind(path)).toBe("other");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });

  it("with section headers of 65,535 bytes each has none", async () => {
    const path = elf("wide.elf", []);
    const header = Buffer.alloc(4);
    header.writeUInt16LE(0xffff, 0);
    header.writeUInt16LE(0xffff, 2);
    const file = await open(path, "r+");
    await file.write(header, 0, 4, 46);
    await file.close();
    truncateSync(path, 2 ** 33);
    expect(await elfKind(path)).toBe("other");
  });
});
