/** The domain builder and files that it cannot boot: each has its reason in the hypervisor's log. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { qemu, ringscope } from "../harness/machines";
import { root } from "../harness/process";
import { describeWith } from "../harness/tools";
import { expectGolden } from "./golden";

const FOLDER = "test-images";
const NOT_STARTED = 3;

/** Offsets in an ELF header and in a program header (System V ABI, chapter 4 and 5). */
const elf = { class: 4, type: 16, machine: 18, entry: 24, programHeaders: 28, programHeaderSize: 42 };
const segment = { offset: 4, physical: 12, fileBytes: 16, memoryBytes: 20 };

type Edit = (image: Buffer) => Buffer;

const bytes =
  (offset: number, value: number): Edit =>
  (image) => {
    image[offset] = value;
    return image;
  };
const word =
  (offset: number, value: number): Edit =>
  (image) => {
    image.writeUInt32LE(value, offset);
    return image;
  };
/** A field of the first program header. */
const inSegment =
  (field: number, value: number): Edit =>
  (image) =>
    word(image.readUInt32LE(elf.programHeaders) + field, value)(image);
/** Replaces text in the notes by text of the same length. */
const text =
  (from: string, to: string): Edit =>
  (image) => {
    image.write(to, image.indexOf(from), "latin1");
    return image;
  };
/** The value of the ELF note `type`, after its header and the name "Xen". */
const note =
  (type: number, value: number): Edit =>
  (image) => {
    const header = Buffer.from([4, 0, 0, 0, 4, 0, 0, 0, type, 0, 0, 0, ...Buffer.from("Xen\0")]);
    image.writeUInt32LE(value, image.indexOf(header) + header.length);
    return image;
  };

/** An ELF note named "Xen". `size` is what its header claims of the description. */
const xenNote = (type: number, description: Buffer, size = description.length): Buffer => {
  const header = Buffer.alloc(12);
  [4, size, type].forEach((value, i) => header.writeUInt32LE(value, 4 * i));
  return Buffer.concat([header, Buffer.from("Xen\0"), description, Buffer.alloc(-description.length & 3)]);
};
const textNote = (type: number, value: string): Buffer => xenNote(type, Buffer.from(`${value}\0`));

/** The image with these notes after its own. */
const moreNotes =
  (...notes: readonly Buffer[]): Edit =>
  (image) => {
    const PT_NOTE = 4;
    let header = image.readUInt32LE(elf.programHeaders);
    while (image.readUInt32LE(header) !== PT_NOTE) header += image.readUInt16LE(elf.programHeaderSize);
    const [offset, length] = [
      image.readUInt32LE(header + segment.offset),
      image.readUInt32LE(header + segment.fileBytes),
    ];
    const all = Buffer.concat([image.subarray(offset, offset + length), ...notes]);
    image.writeUInt32LE(image.length, header + segment.offset);
    image.writeUInt32LE(all.length, header + segment.fileBytes);
    return Buffer.concat([image, all]);
  };

const ELFNOTE = { entry: 1, hypercallPage: 2, virtBase: 3, paeMode: 9, features: 10, hvStartLow: 12 };

const CASES: readonly (readonly [name: string, edit: Edit, reason: string])[] = [
  ["text", () => Buffer.from("#!/bin/sh\n".repeat(20)), "not an ELF file"],
  ["an empty page", () => Buffer.alloc(16), "not an ELF file: too short"],
  ["a 64-bit image", bytes(elf.class, 2), "a 64-bit ELF file: 32-bit guests only"],
  ["an image for ARM", bytes(elf.machine, 40), "not an ELF file for IA-32"],
  ["an object file", bytes(elf.type, 1), "not an executable ELF file"],
  ["odd program headers", bytes(elf.programHeaderSize, 56), "its program headers have an odd size"],
  [
    "a file cut after its headers",
    (image) => image.subarray(0, 4096),
    "truncated: a segment lies beyond the end of the file",
  ],
  ["a file cut in its headers", (image) => image.subarray(0, 60), "truncated: program headers"],
  [
    "a segment larger in the file than in memory",
    inSegment(segment.memoryBytes, 16),
    "a segment with impossible sizes",
  ],
  ["a segment that wraps around", inSegment(segment.memoryBytes, 0xffffff00), "a segment with impossible sizes"],
  [
    "a segment in the hypervisor's region",
    inSegment(segment.physical, 0xf57ff000),
    "a segment does not fit between VIRT_BASE and the hypervisor",
  ],
  [
    "a segment beyond the domain's memory",
    inSegment(segment.memoryBytes, 0x40000000),
    "its memory is too small for its image",
  ],
  ["an entry outside the image", note(ELFNOTE.entry, 0x50000000), "its entry point lies outside"],
  ["a hypercall page outside the image", note(ELFNOTE.hypercallPage, 0x50000000), "its hypercall page lies outside"],
  ["a crooked hypercall page", note(ELFNOTE.hypercallPage, 0x100010), "its hypercall page is not page aligned"],
  ["a crooked VIRT_BASE", note(ELFNOTE.virtBase, 0x10), "VIRT_BASE is not page aligned"],
  ["another interface version", text("xen-3.0", "xen-9.0"), "it is made for another version of the interface"],
  ["another loader", text("generic", "special"), 'it asks for a loader that is not "generic"'],
  [
    "a demand for a feature that nobody knows",
    moreNotes(textNote(ELFNOTE.features, "pae_pgdir_above_4gb|!antigravity")),
    "it requires a feature that nobody knows",
  ],
  ["a guest without PAE", text("yes", "no\0"), 'it does not say PAE_MODE "yes": only PAE guests'],
];

/** Notes that are taken, as Xen's loader takes them. */
const TAKEN: readonly (readonly [name: string, edit: Edit])[] = [
  [
    "a demand for every feature with a name",
    moreNotes(
      textNote(
        ELFNOTE.features,
        "!writable_page_tables|!writable_descriptor_tables|!auto_translated_physmap|!supervisor_mode_kernel|" +
          "!pae_pgdir_above_4gb|!dom0|antigravity",
      ),
    ),
  ],
  ["PAE_MODE yes,bimodal", moreNotes(textNote(ELFNOTE.paeMode, "yes,bimodal"))],
  ["PAE_MODE bimodal", moreNotes(textNote(ELFNOTE.paeMode, "bimodal"))],
  // GRUB for Xen, as Debian ships it: "yes" in four bytes where the header claims twelve.
  ["a last note longer than its segment", moreNotes(xenNote(ELFNOTE.paeMode, Buffer.from("yes\0"), 12))],
  ["a last note without its description", moreNotes(xenNote(ELFNOTE.features, Buffer.alloc(0), 0x7fffffff))],
  ["a last note whose name is cut", moreNotes(xenNote(ELFNOTE.features, Buffer.alloc(0)).subarray(0, 14))],
];

const WORKING = "sample-guests/pv/unknown-hypercall.elf";
/** What is found before there is a domain, and while its memory is planned. */
const BROKEN = CASES.flatMap(([name, , reason]) =>
  ["text", "a segment beyond the domain's memory"].includes(name) ? [[name, reason] as const] : [],
);

const fileOf = (name: string): string => `${FOLDER}/${name.replace(/\W+/g, "-")}.elf`;

beforeAll(() => {
  mkdirSync(join(root, "dist", FOLDER), { recursive: true });
  const good = readFileSync(join(root, "dist", WORKING));
  for (const [name, edit] of [...CASES, ...TAKEN])
    writeFileSync(join(root, "dist", fileOf(name)), edit(Buffer.from(good)));
});

for (const machine of [ringscope, qemu]) {
  describeWith(machine.tools, `the domain builder on ${machine.name}`, () => {
    it.each(CASES)("refuses %s", async (name, _edit, reason) => {
      const result = await machine.boot({ kernel: "vmm.elf", modules: [fileOf(name)] });

      expect(result.log).toContain(`d0: cannot be started: ${reason}\n`);
      expect(result.console).toBe("");
      expect(result.exitValue).toBe(NOT_STARTED);
    });

    it.each(BROKEN)("starts the others where the second of three domains is %s", async (name, reason) => {
      const modules = [WORKING, fileOf(name), WORKING];
      const result = await machine.boot({ kernel: "vmm.elf audit=1", modules });

      expect(result.log).toContain(`d1: cannot be started: ${reason}\n`);
      expect(result.log).not.toContain("still has");
      for (const domain of [0, 2]) expect(result.console).toContain(`d${domain}: number 128: -38 (ENOSYS)`);
      expect(result.console).not.toContain("d1: ");
      expect(result.exitValue).toBe(NOT_STARTED);
    });
  });
}

describe("the domain builder", () => {
  it.each(TAKEN)("takes %s", async (name) => {
    const result = await ringscope.boot({ kernel: "vmm.elf", modules: [fileOf(name)] });

    expectGolden(result, "pv-unknown-hypercall");
    expect(result.exitValue).toBe(0);
  });
});
