import type { Machine } from "../../emulator/index";

/** How many dropped regions of compiled code may wait to be collected; each takes some 25 KiB. */
const MOST_DROPPED = 250;

/**
 * Makes V8 collect dropped regions. By itself V8 would not do so for a long time: it collects when JavaScript's heap
 * has grown, and nearly all that a region takes is outside of that heap.
 */
export class RegionCollector {
  private collected = 0;

  /** @param collect collects all garbage */
  constructor(
    private readonly machine: Pick<Machine, "statistics">,
    private readonly collect: () => void,
  ) {}

  /** Must be called now and then, while no function of the machine is on the stack. */
  look(): void {
    const { compiled, live } = this.machine.statistics().regions;
    if (compiled - live - this.collected < MOST_DROPPED) return;
    this.collected = compiled - live;
    this.collect();
  }
}
