import { WRITTEN_PAGES } from "../base/layout";
import type { State } from "../base/state";

/**
 * Which physical pages may have been written to, for users who keep copies of the memory. A page is noted when a write
 * entry of the TLB is filled, because generated code then stores without telling. It is also noted where something
 * stores past the TLBs: page walks (accessed and dirty bits), PhysicalMemory, and whatever fills RAM.
 */
export class WrittenPages {
  private readonly bytes: Uint8Array;

  constructor(state: State) {
    this.bytes = state.u8.subarray(WRITTEN_PAGES, WRITTEN_PAGES + (state.ramBytes >>> 12));
  }

  /** `frame` is a physical address >>> 12, inside RAM. */
  note(frame: number): void {
    this.bytes[frame] = 1;
  }

  noteAll(): void {
    this.bytes.fill(1);
  }

  has(frame: number): boolean {
    return this.bytes[frame] !== 0;
  }

  /**
   * The pages noted since the last call, in ascending order. The caller must then call Tlb.noteNextStores, so that
   * write entries note again.
   */
  take(): number[] {
    const frames: number[] = [];
    for (let at = this.bytes.indexOf(1); at >= 0; at = this.bytes.indexOf(1, at + 1)) frames.push(at);
    this.bytes.fill(0);
    return frames;
  }
}
