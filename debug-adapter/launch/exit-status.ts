/** Exit statuses of the command line and exit codes of a debug session. A guest's own (run, port 0xF4) are always odd. */
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
  /** An output took no more: the disk is full, or the reader has gone. */
  Output = 80,
}

/** What the hypervisor writes to the debug-exit port. */
export const enum VmmExit {
  PowerOff = 0,
  DomainCrash = 1,
  Bug = 2,
  NotStarted = 3,
}

/** What a guest's byte at the debug-exit port becomes on the bare machine. */
export function debugExitStatus(value: number): number {
  return ((value << 1) | 1) & 255;
}

/** What the hypervisor's byte becomes. One that it does not know how to write is a bug of it. */
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
