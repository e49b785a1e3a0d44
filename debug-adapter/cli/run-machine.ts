import type { Machine, Stop } from "../../emulator/index";
import { ConsoleInput } from "../host/console-input";
import { nodeHost } from "../host/node-host";
import { type ByteSink, fileSink, nowhere, standardOutput } from "../host/outputs";
import { bootMachine } from "../launch/boot";
import { Driver } from "../launch/driver";
import type { LaunchPlan } from "../launch/plan";
import { readImages, type BootImages } from "../launch/read-images";
import { LogWatch, type DomainFailure } from "./log-watch";
import type { LaunchOptions } from "./options";
import { statsWriter, Stopwatch } from "./stats";

export interface Outcome {
  stop: Stop;
  machine: Machine;
  /** What COM2 carried: the hypervisor's log. */
  log: LogWatch;
}

export interface RunHooks {
  /** Where COM1 goes with --serial stdio; default: standard output. */
  console?: ByteSink;
  /** Called before the first instruction. */
  started?(machine: Machine, images: BootImages): void;
  /** Called when the hypervisor's log tells that a domain crashed or could not be started. */
  failed?(failure: DomainFailure): void;
  /** Called each 10 ms or so while the machine runs, and when it has stopped. */
  sliced?(): void;
}

/**
 * Boots and runs one machine as the options say, to its end.
 * @throws UserError for images and files that cannot be used, and for an output that takes no more
 */
export async function runMachine(plan: LaunchPlan, options: LaunchOptions, hooks: RunHooks = {}): Promise<Outcome> {
  const images = readImages(plan, nodeHost.files);
  const onStdio = options.serial === "stdio";
  const console: ByteSink = onStdio ? (hooks.console ?? standardOutput) : fileSink(options.serial);
  const log = new LogWatch(options.log === undefined ? nowhere : fileSink(options.log), hooks.failed);
  const writeStats = options.stats === undefined ? undefined : statsWriter(options.stats);
  const machine = bootMachine(plan, images, nodeHost, (port, bytes) => (port === 0 ? console : log).write(bytes));
  const input = new ConsoleInput((bytes) => machine.serialInput(0, bytes));
  hooks.started?.(machine, images);

  const stopwatch = new Stopwatch();
  if (onStdio) input.open();
  else input.ended = true;
  let stop: Stop;
  try {
    stop = await drive(machine, input, options.instructions, hooks.sliced);
  } finally {
    if (onStdio) input.close();
  }
  const stats = stopwatch.read(machine);
  console.close();
  log.close();
  writeStats?.(stats);
  return { stop, machine, log };
}

/** Runs a machine to its end, or until it has retired `limit` instructions, which gives "count". */
async function drive(
  machine: Machine,
  input: ConsoleInput,
  limit = Infinity,
  sliced: () => void = () => undefined,
): Promise<Stop> {
  const driver = new Driver(machine, nodeHost, input, sliced);
  for (;;) {
    const instructions = limit - machine.instructions;
    const stop = await driver.slice({ instructions, stopWhenIdle: input.interactive });
    if (stop !== undefined) return stop;
    if (machine.instructions >= limit) return { kind: "count" };
  }
}
