/**
 * Where the other machines are known to differ from the manual, so that all the
 * rest can be compared word for word. Each entry: a case's name (or its
 * beginning), and what that machine does instead.
 */
export interface Deviation {
  name: string;
  why: string;
}

export const BOCHS: readonly Deviation[] = [
  { name: "wrmsr: no such register", why: "it is configured to ignore unknown MSRs" },
  { name: "rdmsr: no such register", why: "it is configured to ignore unknown MSRs" },
  { name: "iret from an absent stack", why: "it reads EFLAGS first, so no accessed bit is set on the way" },
];

const NO_CHECKS = "segment limits and types are not checked on accesses";
const NO_EXT = "the EXT bit is missing when an exception's delivery faults";
const LATE_LIMIT = "EIP is checked against the new segment's limit after the transfer";

export const QEMU: readonly Deviation[] = [
  { name: "write to read-only data", why: NO_CHECKS },
  { name: "write to code", why: NO_CHECKS },
  { name: "read through a null segment", why: NO_CHECKS },
  { name: "limit: one byte over", why: NO_CHECKS },
  { name: "expand-down: at the limit", why: NO_CHECKS },
  { name: "expand-down: at the end", why: NO_CHECKS },
  { name: "push beyond the stack segment", why: NO_CHECKS },
  { name: "inner stack: no room", why: NO_CHECKS },
  { name: "int: handler beyond its limit", why: LATE_LIMIT },
  { name: "iret: EIP beyond the limit", why: LATE_LIMIT },
  { name: "call far: offset beyond the limit", why: LATE_LIMIT },
  { name: "exception: EXT of a spoilt gate", why: NO_EXT },
  { name: "exception: EXT of a spoilt selector", why: NO_EXT },
  { name: "no double fault: #UD, #NP", why: NO_EXT },
  { name: "jmp far: gate to absent code", why: "#GP instead of #NP" },
  { name: "call far: gate to conforming code", why: "CPL becomes the segment's DPL" },
  { name: "ret far: absent SS", why: "#NP instead of #SS" },
  { name: "task: null CS", why: "the fault is raised before the new task's EIP is there" },
  { name: "task: absent DS", why: "EIP of the old task in the new one" },
  { name: "ltr: null", why: "a null selector is taken" },
  { name: "lar: 0x08 in ring 0", why: "the accessed bit of a code segment is not set by IRET" },
  { name: "lar: 0x28+3 in ring 3", why: "the accessed bit of a code segment is not set by IRET" },
  { name: "wrmsr: no such register", why: "unknown MSRs are ignored" },
  { name: "rdmsr: no such register", why: "unknown MSRs are ignored" },
  { name: "single step over sti", why: "STI holds off the single-step trap, too" },
  { name: "add to", why: "a read-modify-write faults as a read, and sets A on the way" },
  { name: "iret from an absent stack", why: "it is a supervisor access" },
  { name: "random", why: "the deviations above meet one in a hundred of them" },
];

/** Where QEMU 7.2 differs everywhere in one way: it knows no RF, sets A before it faults, and P with RSVD it does not. */
export function asQemuShows(line: string): string {
  return line.replace("+RF", "").replace(/#14\(([0-9a-f]+)\)(.*) pde=\S+ pte=\S+$/, (_, code: string, rest: string) => {
    const bits = Number.parseInt(code, 16);
    return `#14(${(bits & 8 ? bits & ~1 : bits).toString(16)})${rest}`;
  });
}
