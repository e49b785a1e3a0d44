import { describe, expect, it } from "vitest";
import { mappedBy } from "../../../../debug-adapter/awareness/address-space";
import { State } from "../../../../emulator/base/state";
import { PlainMemory } from "../../../../emulator/machine/debug-memory";
import { PhysicalMemory } from "../../../../emulator/memory/physical";

/**
 * L3 at 0x1000, L2 at 0x2000, L1 at 0x3000: linear 0x40000000 -> 0x5000, its neighbour -> 0x4000, 0x40003000 -> 4 GiB +
 * 0x4000, 2 MiB at 0x40200000 -> 0. The processor itself has paging off.
 */
const state = new State(64 << 10);
const ram = new PhysicalMemory(state);
const entries: [address: number, low: number, high?: number][] = [
  [0x1000 + 8, 0x2001],
  [0x2000, 0x3067],
  [0x2000 + 8, 0x00e7],
  [0x3000, 0x5067],
  [0x3000 + 8, 0x4067],
  [0x3000 + 24, 0x4067, 1],
];
for (const [address, low, high = 0] of entries) {
  ram.write32(address, low);
  ram.write32(address + 4, high);
}
ram.writeBlock(0x5000, new Uint8Array(4096).fill(5));
ram.writeBlock(0x4000, new Uint8Array(4096).fill(4));
const { readMemory: read, writeMemory } = mappedBy(new PlainMemory(state, ram), 0x1000);

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

  it("takes no page above 4 GiB for the one with the same low address", () => {
    expect(read(0x40003000, 4)).toHaveLength(0);
  });

  it("writes across pages, up to one that is not mapped", () => {
    expect(writeMemory(0x40000fff, Uint8Array.of(1, 2))).toBe(2);
    expect([ram.read8(0x5fff), ram.read8(0x4000)]).toEqual([1, 2]);
    expect(writeMemory(0x40001fff, Uint8Array.of(3, 4))).toBe(1);
    expect(ram.read8(0x4fff)).toBe(3);
  });
});
