import { MOST_PAGES, PAGE_KINDS, PageKind } from "../base/layout";
import type { State } from "../base/state";

/** A device that answers at physical addresses instead of memory. Each access is inside one page. */
export interface MemoryDevice {
  /** `size` is 1, 2 or 4 bytes; the value is zero-extended. The count of instructions is exact in both methods. */
  readMemory(physical: number, size: number): number;
  writeMemory(physical: number, value: number, size: number): void;
}

/**
 * What each physical page is: RAM below `ramBytes`, and nothing above it, except what is mapped here. Generated code
 * asks only where a TLB entry is filled. Reads of ROM have entries; stores to it and accesses to devices never have.
 */
export class PageKinds {
  /** Whether there is any device. Until then nobody looks for one. */
  hasDevices = false;
  private readonly kinds: Uint8Array;
  private readonly ramPages: number;
  private readonly devices = new Map<number, MemoryDevice>();

  constructor(state: State) {
    this.kinds = state.u8.subarray(PAGE_KINDS, PAGE_KINDS + MOST_PAGES);
    this.ramPages = state.ramBytes >>> 12;
  }

  /** Makes bytes in RAM unchangeable by stores. `first` and `count` are pages (physical address >>> 12). */
  mapRom(first: number, count: number): void {
    for (let frame = first; frame < Math.min(first + count, this.ramPages); frame++) this.kinds[frame] |= PageKind.Rom;
  }

  /** Gives pages to a device, above RAM or in its place. This must be called before anything runs. */
  mapDevice(first: number, count: number, device: MemoryDevice): void {
    this.hasDevices = true;
    for (let frame = first; frame < first + count; frame++) {
      this.devices.set(frame, device);
      if (frame < this.ramPages) this.kinds[frame] |= PageKind.Device;
    }
  }

  /** Whether reads of a page come from memory: RAM or ROM. */
  isMemory(frame: number): boolean {
    return frame < this.ramPages && (this.kinds[frame] & PageKind.Device) === 0;
  }

  /** Whether stores go to memory. */
  isWritable(frame: number): boolean {
    return frame < this.ramPages && (this.kinds[frame] & (PageKind.Device | PageKind.Rom)) === 0;
  }

  device(frame: number): MemoryDevice | undefined {
    return this.hasDevices ? this.devices.get(frame) : undefined;
  }
}
