import type { HypercallRow } from "../protocol";
import { hex32 } from "../values/hex";
import { formatResult, isErrno } from "./errno";
import { formatArgument, hypercallInfo } from "./hypercall-table";

/** A hypercall as the hypervisor saw it, in numbers. `hypercallRow` formats it when somebody looks. */
export interface Hypercall {
  /** 0, 1, 2 ... in the order of entry. */
  readonly index: number;
  readonly domain: number;
  readonly vcpu: number;
  readonly number: number;
  /** All arguments that the call takes. */
  readonly arguments: readonly number[];
  /** Where the guest continues afterwards. */
  readonly eip: number;
  /** The ring from which the call came. */
  readonly ring: number;
  /** The number of instructions that the machine had retired at entry. */
  readonly instructions: number;
  /** Undefined while the call is in progress, and for iret, which does not return. */
  result: number | undefined;
}

/** The call in its current state, for display. */
export function hypercallRow(call: Hypercall): HypercallRow {
  const { index, domain, vcpu, number, ring, instructions, result } = call;
  const { name, arguments: forms } = hypercallInfo(number);
  const words = call.arguments.map((word, i) => formatArgument(forms[i] ?? "hex", word));
  const row: HypercallRow = {
    index,
    domain,
    vcpu,
    number,
    name,
    arguments: words,
    failed: false,
    eip: hex32(call.eip),
    ring,
    instructions,
  };
  if (result === undefined) return row;
  return { ...row, result: formatResult(result), failed: isErrno(result) };
}
