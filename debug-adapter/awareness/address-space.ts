import type { DebugMemory } from "../../emulator/index";
import type { ReadMemory } from "../symbols/index";

/** Bits of PAE entries (SDM vol. 3A, 4.4). */
const PRESENT = 1;
const LARGE = 1 << 7;
const PAGE = 4096;
const LARGE_PAGE = 2 << 20;
const FRAME_MASK = 0xfffff000;

/**
 * Memory as another PAE page directory than the one in CR3 maps it, for a vCPU
 * that does not run. Reads nothing above 4 GiB, where no machine has RAM.
 * @param directory physical address of the four L3 entries
 */
export function readThrough(memory: DebugMemory, directory: number): ReadMemory {
  const entry = (table: number, index: number): number | undefined => {
    const bytes = memory.readPhysical(table + 8 * index, 4);
    if (bytes.length < 4) return undefined;
    const low = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    return (low & PRESENT) === 0 ? undefined : low;
  };
  const translate = (linear: number): number | undefined => {
    const l3 = entry(directory, linear >>> 30);
    const l2 = l3 === undefined ? undefined : entry((l3 & FRAME_MASK) >>> 0, (linear >>> 21) & 511);
    if (l2 === undefined) return undefined;
    if ((l2 & LARGE) !== 0) return ((l2 & -LARGE_PAGE) >>> 0) + (linear & (LARGE_PAGE - 1));
    const l1 = entry((l2 & FRAME_MASK) >>> 0, (linear >>> 12) & 511);
    return l1 === undefined ? undefined : ((l1 & FRAME_MASK) >>> 0) + (linear & (PAGE - 1));
  };
  return (address, length) => {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const linear = (address + done) >>> 0;
      const physical = translate(linear);
      if (physical === undefined) break;
      const part = memory.readPhysical(physical, Math.min(length - done, PAGE - (linear & (PAGE - 1))));
      if (part.length === 0) break;
      bytes.set(part, done);
      done += part.length;
    }
    return bytes.subarray(0, done);
  };
}
