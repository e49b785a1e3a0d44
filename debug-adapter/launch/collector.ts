import type { Machine } from "../../emulator/index";

/** Dropped regions of compiled code that may lie about: some 25 KiB each. */
const MOST_DROPPED = 250;

/**
 * Has V8 collect dropped regions. Left to itself it would not for a long time:
 * it collects when JavaScript's heap has grown, and nearly all that a region
 * takes lies outside of that.
 */
export class RegionCollector {
  private collected = 0;

  /** @param collect collects all garbage */
  constructor(
    private readonly machine: Pick<Machine, "statistics">,
    private readonly collect: () => void,
  ) {}

  /** To be called now and then, with nothing of the machine on the stack. */
  look(): void {
    const { compiled, live } = this.machine.statistics().regions;
    if (compiled - live - this.collected < MOST_DROPPED) return;
    this.collected = compiled - live;
    this.collect();
  }
}
