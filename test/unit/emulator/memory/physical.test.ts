import { beforeEach, expect, it } from "vitest";
import { State } from "../../../../emulator/base/state";
import { PhysicalMemory } from "../../../../emulator/memory/physical";

const SIZE = 1 << 20;

let memory: PhysicalMemory;
beforeEach(() => {
  memory = new PhysicalMemory(new State(SIZE));
});

it.each([
  [1, 0x88],
  [2, 0x9988],
  [4, 0xbbaa9988],
])("writes and reads %i bytes, unaligned too", (size, value) => {
  memory.write(0x1001, 0xbbaa9988, size);
  expect(memory.read(0x1001, size)).toBe(value);
  expect(memory.read8(0x1001 + size)).toBe(0);
});

it("reads ones beyond RAM, above 4 GiB too", () => {
  expect([memory.read8(SIZE), memory.read16(SIZE), memory.read32(0xfffffffc)]).toEqual([0xff, 0xffff, 0xffffffff]);
  expect(memory.read32(0xf_0000_0000)).toBe(0xffffffff);
});

it("drops writes beyond RAM", () => {
  memory.write32(SIZE, 1);
  memory.write32(0x1_0000_0000, 1);
  expect(memory.read32(0)).toBe(0);
});

it("copies blocks up to the end of RAM", () => {
  expect(memory.writeBlock(SIZE - 2, new Uint8Array([1, 2, 3]))).toBe(2);
  expect([...memory.readBlock(SIZE - 3, 8)]).toEqual([0, 1, 2]);
  expect(memory.readBlock(SIZE + 5, 8)).toHaveLength(0);
  expect(memory.writeBlock(SIZE + 5, new Uint8Array(4))).toBe(0);
});

it("tells the tracker of each code page that a block touches", () => {
  const seen: [number, number][] = [];
  memory.tracker = {
    isCode: (frame) => frame !== 2,
    hits: () => false,
    written: (at, length) => seen.push([at, length]),
  };
  memory.writeBlock(0x1ff0, new Uint8Array(0x1020));
  expect(seen).toEqual([
    [0x1ff0, 16],
    [0x3000, 16],
  ]);
});
