import { tell } from "../host/outputs";
import { cliMessages } from "../messages";
import { debugExitStatus, ExitStatus, VmmExit, vmmExitStatus } from "../launch/exit-status";
import type { DomainFailure, LogWatch } from "./log-watch";
import type { Outcome } from "./run-machine";

/**
 * The exit status of `run`. If the machine did not end at the guest's wish, the reason is written on standard error.
 */
export function runStatus(outcome: Outcome): number {
  const { stop } = outcome;
  return stop.kind === "exit" ? debugExitStatus(stop.value) : abnormalStatus(outcome);
}

/**
 * Tells of a domain that crashed or could not be started. It does so at once, because the others may run on for long.
 */
export function tellFailure({ what, domain, reason }: DomainFailure): void {
  tell(cliMessages.domainFailed(domain, what, reason));
}

/** The exit status of `guest` and `trace`. The byte at the debug-exit port comes from the hypervisor. */
export function guestStatus(outcome: Outcome): number {
  const { stop, log } = outcome;
  if (stop.kind !== "exit") return abnormalStatus(outcome);
  tellVmmExit(stop.value, log);
  return vmmExitStatus(stop.value);
}

function tellVmmExit(value: number, log: LogWatch): void {
  switch (value as VmmExit) {
    case VmmExit.PowerOff:
    case VmmExit.NotStarted:
      return;
    case VmmExit.DomainCrash:
      if (!log.failures.some(({ what }) => what === "crashed")) tell(cliMessages.someDomainCrashed());
      return;
    case VmmExit.Bug:
      return tell(cliMessages.vmmBug(log.lastLine));
    default:
      return tell(cliMessages.unknownVmmExit(value));
  }
}

function abnormalStatus({ stop, machine }: Outcome): number {
  switch (stop.kind) {
    case "triple-fault":
      for (const line of cliMessages.tripleFault(machine.instructions, stop.chain)) tell(line);
      return ExitStatus.TripleFault;
    case "halted":
      tell(cliMessages.halted(machine.instructions));
      return ExitStatus.Halted;
    default:
      tell(cliMessages.instructionLimit(machine.instructions));
      return ExitStatus.InstructionLimit;
  }
}
