import { setImmediate as turn } from "node:timers/promises";
import type { Machine, Stop } from "../../emulator/index";
import { RegionCollector } from "./collector";
import { Pacing } from "./pacing";
import type { ConsoleInput } from "../host/console-input";
import { collectGarbage } from "../host/v8";

/** Instructions between two looks at the host's events: some 10 ms. */
const SLICE = 2_000_000;

/**
 * Runs a machine to its end, letting typed input in between slices, and calls `sliced` behind each of them.
 * "count" means that `limit` was reached.
 */
export async function drive(
  machine: Machine,
  input: ConsoleInput,
  limit = Infinity,
  sliced?: () => void,
): Promise<Stop> {
  const pacing = new Pacing((milliseconds) => input.wait(milliseconds));
  const collector = new RegionCollector(machine, collectGarbage);
  for (;;) {
    collector.look();
    const instructions = Math.min(SLICE, limit - machine.instructions);
    const stop = machine.run({ instructions, stopWhenIdle: input.interactive });
    sliced?.();
    switch (stop.kind) {
      case "exit":
      case "triple-fault":
        return stop;
      case "count":
        if (machine.instructions >= limit) return stop;
        if (!input.ended) await turn();
        break;
      case "idle":
        machine.skip(await pacing.idle(stop.ticks));
        break;
      case "halted":
        if (!stop.interruptible || input.ended) return stop;
        await input.wait();
        break;
      case "breakpoint":
      case "watchpoint":
        // The command line sets none; trace points do not stop.
        break;
    }
  }
}
