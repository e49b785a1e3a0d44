/** The domain builder and files that it cannot boot: each has its reason in the hypervisor's log. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { qemu, ringscope } from "../harness/machines";
import { root } from "../harness/process";
import { describeWith } from "../harness/tools";

const FOLDER = "test-images";
const DOMAIN_CRASHED = 1;

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
/** The value of the ELF note `type`, behind its header and the name "Xen". */
const note =
  (type: number, value: number): Edit =>
  (image) => {
    const header = Buffer.from([4, 0, 0, 0, 4, 0, 0, 0, type, 0, 0, 0, ...Buffer.from("Xen\0")]);
    image.writeUInt32LE(value, image.indexOf(header) + header.length);
    return image;
  };

const ELFNOTE = { entry: 1, hypercallPage: 2, virtBase: 3, hvStartLow: 12 };

const CASES: readonly (readonly [name: string, edit: Edit, reason: string])[] = [
  ["text", () => Buffer.from("#!/bin/sh\n".repeat(20)), "not an ELF file"],
  ["an empty page", () => Buffer.alloc(16), "not an ELF file: too short"],
  ["a 64-bit image", bytes(elf.class, 2), "a 64-bit ELF file: 32-bit guests only"],
  ["an image for ARM", bytes(elf.machine, 40), "not an ELF file for IA-32"],
  ["an object file", bytes(elf.type, 1), "not an executable ELF file"],
  ["odd program headers", bytes(elf.programHeaderSize, 56), "its program headers have an odd size"],
  [
    "a file cut behind its headers",
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
  ["a guest without PAE", text("yes", "no\0"), 'it does not say PAE_MODE "yes": only PAE guests'],
];

const fileOf = (name: string): string => `${FOLDER}/${name.replace(/\W+/g, "-")}.elf`;

beforeAll(() => {
  mkdirSync(join(root, "dist", FOLDER), { recursive: true });
  const good = readFileSync(join(root, "dist/sample-guests/pv/unknown-hypercall.elf"));
  for (const [name, edit] of CASES) writeFileSync(join(root, "dist", fileOf(name)), edit(Buffer.from(good)));
});

for (const machine of [ringscope, qemu]) {
  describeWith(machine.tools, `the domain builder on ${machine.name}`, () => {
    it.each(CASES)("refuses %s", async (name, _edit, reason) => {
      const result = await machine.boot({ kernel: "vmm.elf", modules: [fileOf(name)] });

      expect(result.log).toContain(`d0: cannot be started: ${reason}\n`);
      expect(result.console).toBe("");
      expect(result.exitValue).toBe(DOMAIN_CRASHED);
    });
  });
}
