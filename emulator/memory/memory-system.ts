import type { State } from "../base/state";
import { Mmu } from "./mmu";
import { Paging } from "./paging";
import { CheckedPaths } from "./paths";
import { PhysicalMemory } from "./physical";
import { SystemAccess } from "./system-access";
import { Tlb } from "./tlb";
import { Watches } from "./watches";

/**
 * The memory of one processor, wired. The block cache is attached through `physical.tracker` (stores to code) and
 * `tlb.onFlush` (the exec TLB).
 */
export class MemorySystem {
  readonly physical: PhysicalMemory;
  readonly paging: Paging;
  readonly tlb: Tlb;
  readonly watches = new Watches();
  readonly mmu: Mmu;
  /** What generated code imports. */
  readonly paths: CheckedPaths;
  /** The processor's implicit accesses. */
  readonly system: SystemAccess;

  /** Physical pages (address >>> 12) that may have been written to since the last call, in ascending order. */
  takeWritten(): number[] {
    const frames = this.physical.written.take();
    this.tlb.noteNextStores();
    return frames;
  }

  constructor(readonly state: State) {
    this.physical = new PhysicalMemory(state);
    this.paging = new Paging(state, this.physical);
    this.tlb = new Tlb(state, this.physical, this.watches);
    this.mmu = new Mmu(state, this.physical, this.paging, this.tlb, this.watches);
    this.paths = new CheckedPaths(state, this.mmu, this.watches, this.physical);
    this.system = new SystemAccess(this.mmu);
  }
}
