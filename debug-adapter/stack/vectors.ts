/** Names of the processor's exceptions (SDM vol. 3A, table 6-1), as sentences use them. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  0: "divide error",
  1: "debug exception",
  2: "NMI",
  3: "breakpoint",
  4: "overflow",
  5: "BOUND range exceeded",
  6: "invalid opcode",
  7: "device not available",
  8: "double fault",
  10: "invalid TSS",
  11: "segment not present",
  12: "stack fault",
  13: "general protection fault",
  14: "page fault",
  16: "x87 error",
  17: "alignment check",
  18: "machine check",
};

/** `page fault`, or `exception 20`. */
export function exceptionName(vector: number): string {
  return EXCEPTIONS[vector] ?? `exception ${vector}`;
}
