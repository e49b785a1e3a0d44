import { describe, expect, it } from "vitest";
import type { DebugMemory } from "../../../../emulator/index";
import { mappedBy } from "../../../../debug-adapter/awareness/address-space";

/** L3 at 0x1000, L2 at 0x2000, L1 at 0x3000: linear 0x40000000 -> 0x5000, its neighbour -> 0x4000, 2 MiB at 0x40200000 -> 0. */
const physical = new Uint8Array(0x6000);
const view = new DataView(physical.buffer);
view.setUint32(0x1000 + 8, 0x2001, true);
view.setUint32(0x2000, 0x3067, true);
view.setUint32(0x2000 + 8, 0x00e7, true);
view.setUint32(0x3000, 0x5067, true);
view.setUint32(0x3000 + 8, 0x4067, true);
physical.fill(5, 0x5000, 0x6000);
physical.fill(4, 0x4000, 0x5000);
const memory = {
  readPhysical: (at: number, length: number) => physical.slice(at, at + length),
  writePhysical(at: number, bytes: Uint8Array) {
    physical.set(bytes, at);
    return bytes.length;
  },
} as unknown as DebugMemory;
const { readMemory: read, writeMemory } = mappedBy(memory, 0x1000);

describe("mappedBy", () => {
  it("crosses pages as the directory maps them", () => {
    expect([...(read(0x40000ffe, 4) ?? [])]).toEqual([5, 5, 4, 4]);
  });

  it("follows 2 MiB pages", () => {
    expect([...(read(0x40205000, 1) ?? [])]).toEqual([5]);
  });

  it("is short where a page is not mapped", () => {
    expect(read(0x40001ffe, 8)).toHaveLength(2);
    expect(read(0x80000000, 4)).toHaveLength(0);
  });

  it("writes across pages, up to one that is not mapped", () => {
    expect(writeMemory(0x40000fff, Uint8Array.of(1, 2))).toBe(2);
    expect([physical[0x5fff], physical[0x4000]]).toEqual([1, 2]);
    expect(writeMemory(0x40001fff, Uint8Array.of(3, 4))).toBe(1);
    expect(physical[0x4fff]).toBe(3);
  });
});
