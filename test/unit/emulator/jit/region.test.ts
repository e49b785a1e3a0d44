import { describe, expect, it } from "vitest";
import { MAX_BLOCK } from "../../../../emulator/cpu/tier0/record";
import { Decoder } from "../../../../emulator/isa/decode";
import type { Insn } from "../../../../emulator/isa/insn";
import { endsBlock } from "../../../../emulator/isa/queries";
import { RegionFinder } from "../../../../emulator/jit/region";

/** Where a hypervisor stands. Offsets of instructions have a sign, as the fetcher gives them. */
const ORIGIN = 0xf6900000;
const INC_EAX = 0x40;

/** What the fetcher gives: a block of at most MAX_BLOCK instructions. */
function blockAt(code: Uint8Array, eip: number): Insn[] {
  const decoder = new Decoder();
  const insns: Insn[] = [];
  for (let at = eip - ORIGIN; at < code.length && insns.length < MAX_BLOCK;) {
    const insn = decoder.decode(code, at, code.length, (ORIGIN + at) | 0, true);
    if (!insn) break;
    insns.push(insn);
    at += insn.length;
    if (endsBlock(insn)) break;
  }
  return insns;
}

/** Offsets of the entries of the region that is made for `start`, an offset too. */
function entries(code: readonly number[], start: number): number[] {
  const bytes = Uint8Array.from(code);
  const region = new RegionFinder((eip) => blockAt(bytes, eip)).find([ORIGIN + start]);
  return [...(region?.blocks.values() ?? [])].filter((block) => block.isEntry).map((block) => block.start - ORIGIN);
}

/** Offsets. */
interface RegionBlocks {
  starts: number[];
  blocks: number[];
}

/** `count` times INC EAX, DEC ECX, JNZ to the first. */
const loopOf = (count: number): number[] => [
  ...new Array<number>(count).fill(INC_EAX),
  0x49,
  0x75,
  (-count - 3) & 0xff,
];

describe("a region's entries", () => {
  it("are where it is found hot, and the targets of backward jumps", () => {
    expect(entries([INC_EAX, ...loopOf(4), 0xc3], 0)).toEqual([0, 1]);
    expect(entries(loopOf(4), 2)).toEqual([0, 2]);
  });

  it("leave out a place where a loop's block was full", () => {
    expect(entries(loopOf(MAX_BLOCK + 8), MAX_BLOCK)).toEqual([0]);
  });

  it("keep the only one where nothing else leads to it", () => {
    expect(entries([...new Array<number>(MAX_BLOCK + 8).fill(INC_EAX), 0xc3], MAX_BLOCK)).toEqual([MAX_BLOCK]);
  });
});

describe("a region of blocks that were executed together", () => {
  const find = (code: readonly number[], ...executed: number[]): RegionBlocks => {
    const bytes = Uint8Array.from(code);
    const region = new RegionFinder((eip) => blockAt(bytes, eip)).findTraced(executed.map((at) => ORIGIN + at));
    return {
      starts: region?.starts.map((at) => at - ORIGIN) ?? [],
      blocks: [...(region?.blocks.keys() ?? [])].map((at) => at - ORIGIN),
    };
  };

  it("starts where no other block of it leads, and at a loop", () => {
    // jz +1; inc eax; ret, and another ret that nothing leads to
    expect(find([0x74, 0x01, INC_EAX, 0xc3, 0xc3], 0, 2, 3, 4)).toEqual({ starts: [0, 4], blocks: [0, 2, 3, 4] });
  });

  it("does not begin a block where only the end of a slice has cut one", () => {
    expect(find([...loopOf(4), 0xc3], 0, 2, 3)).toEqual({ starts: [0], blocks: [0, 7] });
  });

  it("leaves out what only a block led to that a slice's end has cut", () => {
    // A full block, and in its midst the start of one that goes on beyond its end, to a jump.
    const code = [...new Array<number>(MAX_BLOCK + 8).fill(INC_EAX), 0xeb, 0x01, INC_EAX, 0xc3];
    const bytes = Uint8Array.from(code);
    const isLoop = (eip: number): boolean => eip !== ORIGIN + MAX_BLOCK;
    const finder = new RegionFinder((eip) => blockAt(bytes, eip), undefined, isLoop);
    expect([...(finder.findTraced([ORIGIN, ORIGIN + 20])?.blocks.keys() ?? [])]).toEqual([ORIGIN]);
  });
});
