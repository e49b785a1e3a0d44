import type { AddressSpace } from "../awareness/address-space";
import { hex32, linearIn } from "../values/hex";
import type { Debuggee } from "./debuggee";

/** A place in memory that a client's reference means. */
export interface MemoryPlace {
  linear: number;
  space: AddressSpace;
}

/** Something to act on by its address, and with several guests by its address space. */
const REFERENCE = /^([^@]*)(?:@(\w+))?$/;

/**
 * A linear address as the client keeps it: `0x0010a2c4`, or `0x0010a2c4@d1v0` if each guest has its own memory at that
 * address. The client need not understand it.
 */
export function referenceTo(linear: number, { name }: Pick<AddressSpace, "name">): string {
  return name === undefined ? hex32(linear) : `${hex32(linear)}@${name}`;
}

/** The place that a reference means now. Undefined for a text that is not a reference, and for a vCPU that is gone. */
export function placeOf(reference: string, debuggee: Debuggee): MemoryPlace | undefined {
  const [, address = "", name] = REFERENCE.exec(reference) ?? [];
  const linear = linearIn(address);
  const space = debuggee.spaceNamed(name);
  return linear === undefined || space === undefined ? undefined : { linear, space };
}
