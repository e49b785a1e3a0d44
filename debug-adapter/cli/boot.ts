import { Machine, MachineError, type Stop } from "../../emulator/index";
import { isGuestImage } from "../images/guest-image";
import { imageMessages } from "../messages";
import { UserError } from "../user-error";
import { ConsoleInput } from "../host/console-input";
import { drive } from "../launch/drive";
import { LogWatch } from "./log-watch";
import type { LaunchOptions } from "./options";
import { type ByteSink, fileSink, nowhere, standardOutput } from "../host/outputs";
import type { ModuleFile } from "../launch/images";
import { statsWriter, Stopwatch } from "./stats";
import { compiling } from "../host/v8";

/** What is booted, whoever chose it. */
export interface BootPlan {
  /** For messages. */
  kernelFile: string;
  kernel: Uint8Array;
  commandLine: string;
  modules: readonly ModuleFile[];
}

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
  started?(machine: Machine): void;
  /** Called each 10 ms or so while the machine runs, and when it has stopped. */
  sliced?(): void;
}

/**
 * Boots and runs one machine as the options say, to its end.
 * @throws UserError for images and files that cannot be used, and for an output that takes no more
 */
export async function runMachine(plan: BootPlan, options: LaunchOptions, hooks: RunHooks = {}): Promise<Outcome> {
  const onStdio = options.serial === "stdio";
  const console: ByteSink = onStdio ? (hooks.console ?? standardOutput) : fileSink(options.serial);
  const log = new LogWatch(options.log === undefined ? nowhere : fileSink(options.log));
  const writeStats = options.stats === undefined ? undefined : statsWriter(options.stats);
  const machine = bootMachine(plan, options, (port, bytes) => (port === 0 ? console : log).write(bytes));
  const input = new ConsoleInput((bytes) => machine.serialInput(0, bytes));
  hooks.started?.(machine);

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

function bootMachine(
  plan: BootPlan,
  options: LaunchOptions,
  onSerial: (port: 0 | 1, bytes: Uint8Array) => void,
): Machine {
  const { memory: memoryBytes, engine } = options;
  try {
    const machine = new Machine({ memoryBytes, engine, onSerial, hostNow: () => performance.now(), compiling });
    machine.boot(plan.kernel, { commandLine: plan.commandLine, modules: plan.modules });
    return machine;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    throw new UserError(refusal(plan, error));
  }
}

function refusal({ kernelFile, kernel, modules }: BootPlan, error: MachineError): string {
  const module = modules[Number(error.data["module"])];
  if (module !== undefined) return imageMessages.inFile(module.file, imageMessages.machine(error));
  if (error.code === "memory-size" || error.code === "memory-unavailable") return imageMessages.machine(error);
  const guest = error.code === "image-no-multiboot" && isGuestImage(kernel);
  return imageMessages.inFile(kernelFile, guest ? imageMessages.paravirtual() : imageMessages.machine(error));
}
