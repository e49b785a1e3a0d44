import { cliMessages } from "../messages";
import { debugExitStatus, ExitStatus } from "../launch/exit-status";
import { tell } from "../host/outputs";
import type { Outcome } from "./boot";

/** What the hypervisor writes to the debug-exit port. */
const enum VmmExit {
  PowerOff = 0,
  DomainCrash = 1,
  Bug = 2,
  NotStarted = 3,
}

/** The exit status of `run`; why a machine ended otherwise than by the guest's wish is told on standard error. */
export function runStatus(outcome: Outcome): number {
  const { stop } = outcome;
  return stop.kind === "exit" ? debugExitStatus(stop.value) : abnormalStatus(outcome);
}

/** The exit status of `guest` and `trace`: the byte at the debug-exit port is the hypervisor's. */
export function guestStatus(outcome: Outcome): number {
  const { stop, log } = outcome;
  if (stop.kind !== "exit") return abnormalStatus(outcome);
  switch (stop.value as VmmExit) {
    case VmmExit.PowerOff:
      return ExitStatus.Ok;
    case VmmExit.DomainCrash:
      for (const { domain, reason } of log.crashes) tell(cliMessages.domainCrashed(domain, reason));
      if (log.crashes.length === 0) tell(cliMessages.someDomainCrashed());
      return ExitStatus.DomainCrash;
    case VmmExit.NotStarted:
      for (const { domain, reason } of log.notStarted) tell(cliMessages.domainNotStarted(domain, reason));
      return ExitStatus.NotStarted;
    case VmmExit.Bug:
      tell(cliMessages.vmmBug(log.lastLine));
      return ExitStatus.VmmBug;
    default:
      tell(cliMessages.unknownVmmExit(stop.value));
      return ExitStatus.VmmBug;
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
