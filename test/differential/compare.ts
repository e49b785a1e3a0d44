import { Flag, Vector } from "../../emulator/base/arch";
import type { Outcome } from "./batch";

/** What two outcomes disagree about, in words; undefined when they agree. */

const REGISTERS = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];

/** What is left out of a comparison, because the manual leaves it open. */
export interface Tolerance {
  /** Bits of EFLAGS that must agree. */
  flags: number;
  /** Bits of each general register that must agree. */
  registers: readonly number[];
  /** It makes several accesses in an order that is the processor's own: which of them faults first is not compared. */
  anyAccess: boolean;
}

const hex = (number: number): string => (number >>> 0).toString(16).padStart(8, "0");

/** Instruction fetches set bit 4 only where no-execute pages are on, as on the host. */
const FETCH = 0x10;

const MEMORY_FAULTS: readonly number[] = [Vector.Ss, Vector.Gp, Vector.Pf];

/**
 * What of a data segment's selector outlives an interrupt: the IRET to an outer ring that ends it makes every null
 * selector 0, whatever its RPL (vol. 2, IRET), and one may come between a case and the signal that reports it.
 */
const kept = (selector: number): number => (selector <= 3 ? 0 : selector);

export function difference(host: Outcome, ours: Outcome, tolerance: Tolerance): string | undefined {
  const found: string[] = [];
  const check = (name: string, left: number, right: number): void => {
    if (left !== right) found.push(`${name} ${hex(left)} on the host, ${hex(right)} here`);
  };
  if (ours.thrown !== undefined) return `the emulator threw: ${ours.thrown}`;
  const sameFault = tolerance.anyAccess && MEMORY_FAULTS.includes(host.vector) && MEMORY_FAULTS.includes(ours.vector);
  if (!sameFault) {
    check("vector", host.vector, ours.vector);
    check("error code", host.errorCode & ~FETCH, ours.errorCode & ~FETCH);
    if (host.vector === Vector.Pf && ours.vector === Vector.Pf) check("cr2", host.cr2, ours.cr2);
  }
  check("eip", host.eip, ours.eip);
  host.gpr.forEach((left, n) => {
    const bits = tolerance.registers[n] ?? -1;
    check(REGISTERS[n] ?? "", left & bits, (ours.gpr[n] ?? 0) & bits);
  });
  const mask = tolerance.flags & ~Flag.Rf;
  check("eflags", host.eflags & mask, ours.eflags & mask);
  for (const name of ["cs", "ss"] as const) check(name, host.selectors[name], ours.selectors[name]);
  for (const name of ["ds", "es", "fs", "gs"] as const)
    check(name, kept(host.selectors[name]), kept(ours.selectors[name]));
  check("memory", host.digest, ours.digest);
  return found.length > 0 ? found.join("; ") : undefined;
}
