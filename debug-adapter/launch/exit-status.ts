/**
 * Exit statuses of the command line, and exit codes of a debug session. A guest's own (run, port 0xF4) are always odd.
 */
export const enum ExitStatus {
  Ok = 0,
  /** Wrong usage, or an image that cannot be started. */
  Usage = 64,
  /** The hypervisor could not start a domain. */
  NotStarted = 68,
  TripleFault = 70,
  DomainCrash = 72,
  VmmBug = 74,
  /** --instructions was reached. */
  InstructionLimit = 76,
  /** HLT, and nothing can ever wake the machine. */
  Halted = 78,
  /** An output took no more, because the disk is full or its reader has gone. */
  Output = 80,
}

/** What the hypervisor writes to the debug-exit port. */
export const enum VmmExit {
  PowerOff = 0,
  DomainCrash = 1,
  Bug = 2,
  NotStarted = 3,
}

/** The exit status for a guest's byte at the debug-exit port of the bare machine. */
export function debugExitStatus(value: number): number {
  return ((value << 1) | 1) & 255;
}

/** The exit status for the hypervisor's byte. An unknown byte is a bug of the hypervisor. */
export function vmmExitStatus(value: number): ExitStatus {
  switch (value as VmmExit) {
    case VmmExit.PowerOff:
      return ExitStatus.Ok;
    case VmmExit.DomainCrash:
      return ExitStatus.DomainCrash;
    case VmmExit.NotStarted:
      return ExitStatus.NotStarted;
    default:
      return ExitStatus.VmmBug;
  }
}
