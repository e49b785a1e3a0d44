import type { Machine } from "../../emulator/index";
import type { BootImages } from "../launch/read-images";
import { standardError, standardOutput } from "../host/outputs";
import { cliMessages } from "../messages";
import { SymbolImage } from "../symbols/index";
import { traceEvents, traceHypercalls } from "../trace/index";
import { UserError } from "../user-error";
import type { GuestOptions } from "./options";
import { guestStatus, tellFailure } from "./outcome";
import { planGuest } from "./plans";
import { runMachine } from "./run-machine";
import { TraceCollector } from "./trace-collector";
import { makeWriter, type TraceFormat } from "./trace-writer";

export interface TraceOptions extends GuestOptions {
  hypercalls?: boolean;
  rings?: boolean;
  events?: boolean;
  format: TraceFormat;
}

/**
 * `ringscope trace` does what `guest` does, with the trace on standard output and the guests' console on standard
 * error. @returns the exit status
 */
export async function trace(kernelFile: string, options: TraceOptions): Promise<number> {
  if (!options.hypercalls && !options.rings && !options.events) throw new UserError(cliMessages.noTraceKind());
  const plan = planGuest(kernelFile, options);
  let waiting = "";
  const writer = makeWriter(options.format, (text) => (waiting += text));
  // All lines of a slice are written at once, because each write costs more than a line.
  const print = (): void => {
    if (waiting !== "") standardOutput.write(Buffer.from(waiting));
    waiting = "";
  };
  let collector: TraceCollector | undefined;
  const started = (machine: Machine, { first }: BootImages): void => {
    collector = new TraceCollector(machine, writer);
    follow(machine, collector, first.bytes, options);
  };
  const outcome = await runMachine(plan, options, {
    console: standardError,
    started,
    sliced: print,
    failed: tellFailure,
  });
  collector?.end();
  print();
  return guestStatus(outcome);
}

function follow(machine: Machine, collector: TraceCollector, vmm: Uint8Array, options: TraceOptions): void {
  if (options.rings) machine.onTransfer = (transfer) => collector.transfer(transfer);
  if (!options.hypercalls && !options.events) return;
  const symbols = SymbolImage.load(vmm);
  if (options.events) traceEvents(machine, symbols, (row) => collector.event(row));
  if (!options.hypercalls) return;
  const followed = traceHypercalls(machine, symbols, collector);
  if (followed === undefined) throw new UserError(cliMessages.noTracePoints());
}
