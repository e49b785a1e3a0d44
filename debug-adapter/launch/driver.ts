import type { MachineApi, RunOptions, Stop } from "../../emulator/index";
import { RegionCollector } from "./collector";
import type { Host } from "./host";
import { Pacing } from "./pacing";

/** Instructions between two looks at the host's events: some 10 ms. */
export const SLICE = 2_000_000;

/** How whoever drives a machine waits for what comes from outside of it. */
export interface Waiting {
  /** Something may still come that wakes a halted machine. */
  readonly canWake: boolean;
  /** Lets the host's event loop take its turn. */
  turn(): Promise<void>;
  /** Waits so many milliseconds, or for ever, unless something comes. */
  sleep(milliseconds?: number): Promise<void>;
}

/** Runs a machine in slices and lets the host catch up after each: for the command line and for a debug session alike. */
export class Driver {
  private readonly collector: RegionCollector;
  private readonly pacing: Pacing;

  /** @param sliced called after each slice, while the machine stands */
  constructor(
    private readonly machine: Pick<MachineApi, "run" | "skip" | "statistics">,
    host: Pick<Host, "collectGarbage" | "now">,
    private readonly waiting: Waiting,
    private readonly sliced: () => void,
  ) {
    this.collector = new RegionCollector(machine, () => host.collectGarbage());
    this.pacing = new Pacing(
      (milliseconds) => waiting.sleep(milliseconds),
      () => host.now(),
    );
  }

  /** One slice. Undefined: the machine can go on; otherwise why it cannot, or what it stopped at. */
  async slice(options: RunOptions): Promise<Stop | undefined> {
    this.collector.look();
    const stop = this.machine.run(options);
    this.sliced();
    switch (stop.kind) {
      case "count":
        await this.waiting.turn();
        return undefined;
      case "idle":
        this.machine.skip(await this.pacing.idle(stop.ticks));
        return undefined;
      case "halted":
        if (!stop.interruptible || !this.waiting.canWake) return stop;
        await this.waiting.sleep();
        return undefined;
      default:
        return stop;
    }
  }
}
