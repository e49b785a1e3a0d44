import type { DebugProtocol } from "@vscode/debugprotocol";
import type { AddressSpace } from "../awareness/address-space";
import { type MemoryPlace, referenceTo } from "../debuggee/reference";

/** How many references are remembered, for the memory views that a client may have open. */
const MOST_VIEWS = 64;

/** Bytes that were written, and their address space. */
export interface Written {
  linear: number;
  length: number;
  space: Pick<AddressSpace, "name">;
}

/**
 * The references by which the client has read memory. The client knows a view only by its reference, so a write is
 * reported once for each view that may show it.
 */
export class MemoryViews {
  private readonly places = new Map<string, MemoryPlace>();

  /** Notes that the client has read memory by the reference, which means that place. */
  opened(reference: string, place: MemoryPlace): void {
    this.places.delete(reference);
    this.places.set(reference, place);
    const [oldest] = this.places.keys();
    if (this.places.size > MOST_VIEWS && oldest !== undefined) this.places.delete(oldest);
  }

  /** The events for a write: its place as each view counts, and by its own address. */
  eventsFor({ linear, length, space }: Written): DebugProtocol.MemoryEvent["body"][] {
    const own = referenceTo(linear, space);
    const events = new Map([[own, { memoryReference: own, offset: 0, count: length }]]);
    for (const [memoryReference, place] of this.places)
      if (place.space.name === space.name)
        events.set(memoryReference, { memoryReference, offset: linear - place.linear, count: length });
    return [...events.values()];
  }
}
