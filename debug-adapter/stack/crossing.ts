import type { Transfer } from "../../emulator/index";
import { hypercallName } from "../trace/index";
import type { ReadMemory } from "../symbols/index";
import { hex } from "../values/hex";
import { hypercallSlotAt } from "./hypercall-page";
import { exceptionName } from "./vectors";

/** The vector that hypercalls use. */
const HYPERCALL_VECTOR = 0x82;
/** Bytes of `int n`. */
const INT_BYTES = 2;

/** How a frame of the stack was interrupted. */
export type Cause =
  | { kind: "hypercall"; number: number | undefined }
  | { kind: "int"; vector: number }
  | { kind: "exception"; vector: number }
  | { kind: "interrupt"; vector: number }
  /** The hypervisor called the guest's event callback. */
  | { kind: "upcall" }
  | { kind: "unknown" };

export interface Crossing {
  cause: Cause;
  fromRing: number;
  toRing: number;
}

/** What is known of a frame that was interrupted. */
export interface Interruption {
  eip: number;
  fromRing: number;
  toRing: number;
  /** The transfer that interrupted it, if it is still remembered. */
  entry: Transfer | undefined;
  /** Whether the handler is the callback that the guest registered for events. */
  isEventCallback: boolean;
}

/** Finds out why a frame was left. */
export function crossingAt(interruption: Interruption, readMemory: ReadMemory): Crossing {
  const { fromRing, toRing } = interruption;
  return { cause: causeOf(interruption, readMemory), fromRing, toRing };
}

function causeOf({ eip, toRing, entry, isEventCallback }: Interruption, readMemory: ReadMemory): Cause {
  if (isEventCallback) return { kind: "upcall" };
  const software = softwareVector(eip, readMemory);
  if (entry?.kind === "exception") return { kind: "exception", vector: entry.vector };
  if (entry?.kind === "interrupt") return toRing > 0 ? { kind: "upcall" } : { kind: "interrupt", vector: entry.vector };
  const vector = entry?.kind === "int" ? entry.vector : software;
  if (vector === undefined) return { kind: "unknown" };
  if (vector !== HYPERCALL_VECTOR) return { kind: "int", vector };
  // A guest's own handler follows a hypercall if the hypervisor delivered an event on the way back.
  if (toRing > 0) return { kind: "upcall" };
  return { kind: "hypercall", number: hypercallSlotAt(eip - INT_BYTES, readMemory)?.number };
}

function softwareVector(eip: number, readMemory: ReadMemory): number | undefined {
  const bytes = readMemory(eip - INT_BYTES, INT_BYTES);
  return bytes?.[0] === 0xcd ? bytes[1] : undefined;
}

/** `── ring 1 → 0: hypercall 29 sched_op ──`. The rings come first, where they can be seen in a narrow side bar. */
export function describeCrossing({ cause, fromRing, toRing }: Crossing): string {
  const rings = fromRing === toRing ? `in ring ${fromRing}` : `ring ${fromRing} → ${toRing}`;
  return `── ${rings}: ${describeCause(cause)} ──`;
}

export function describeCause(cause: Cause): string {
  switch (cause.kind) {
    case "hypercall": {
      if (cause.number === undefined) return "hypercall";
      const name = hypercallName(cause.number);
      return `hypercall ${cause.number}${name === undefined ? "" : ` ${name}`}`;
    }
    case "int":
      return `int ${hex(cause.vector, 2)}`;
    case "exception":
      return exceptionName(cause.vector);
    case "interrupt":
      return `interrupt ${hex(cause.vector, 2)}`;
    case "upcall":
      return "event upcall";
    case "unknown":
      return "trap or interrupt";
  }
}
