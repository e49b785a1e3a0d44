import type { Transfer } from "../../emulator/index";
import type { EventRow, Hypercall } from "../trace/index";

/** A hypercall from its entry to its return; `end` stays undefined for one that never returned. */
export interface HypercallSpan {
  kind: "hypercall";
  start: number;
  end: number | undefined;
  call: Hypercall;
}

export interface RingChange {
  kind: "ring";
  instructions: number;
  /** Machine time in ns. */
  start: number;
  transfer: Transfer;
}

export interface TracedEvent {
  kind: "event";
  start: number;
  row: EventRow;
}

/** One line of a trace. */
export type TraceRecord = HypercallSpan | RingChange | TracedEvent;
