/** Exit statuses of the command line that are ours; a guest's own (run, port 0xF4) are always odd. */
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

/** What a guest's byte at the debug-exit port becomes. */
export function debugExitStatus(value: number): number {
  return ((value << 1) | 1) & 255;
}
