import type { MachineApi, RunOptions, Stop } from "../../emulator/index";
import { RegionCollector } from "./collector";
import type { Host } from "./host";
import { Pacing } from "./pacing";

/**
 * Milliseconds between two looks at the host's events. A slice is measured in time, because the cost of an instruction
 * differs ten-thousandfold: from 0.3 ns in compiled code to 3 us where each one faults or has a condition evaluated.
 */
const SLICE_MS = 10;

/** How the driver of a machine waits for input from outside. */
export interface Waiting {
  /** Whether something may still come that wakes a halted machine. */
  readonly canWake: boolean;
  /** Lets the host's event loop take its turn. */
  turn(): Promise<void>;
  /** Waits for so many milliseconds, or for ever, unless something comes. */
  sleep(milliseconds?: number): Promise<void>;
}

/**
 * Runs a machine in slices, and lets the host catch up after each. The command line and a debug session both use it.
 */
export class Driver {
  private readonly collector: RegionCollector;
  private readonly pacing: Pacing;

  /** @param sliced called after each slice, while the machine is stopped */
  constructor(
    private readonly machine: Pick<MachineApi, "run" | "skip" | "statistics">,
    private readonly host: Pick<Host, "collectGarbage" | "now">,
    private readonly waiting: Waiting,
    private readonly sliced: () => void,
  ) {
    this.collector = new RegionCollector(machine, () => host.collectGarbage());
    this.pacing = new Pacing(
      (milliseconds) => waiting.sleep(milliseconds),
      () => host.now(),
    );
  }

  /**
   * Runs one slice. Undefined: the machine can go on. Otherwise it is the reason why it cannot, or where it stopped.
   */
  async slice(options: RunOptions): Promise<Stop | undefined> {
    this.collector.look();
    const end = this.host.now() + SLICE_MS;
    const stop = this.machine.run({ ...options, isDue: () => this.host.now() >= end });
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
