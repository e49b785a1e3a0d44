import type { DebugProtocol } from "@vscode/debugprotocol";
import type { AddressSpace } from "../awareness/address-space";
import { type MemoryPlace, referenceTo } from "../debuggee/reference";

/** References that are remembered: the views of memory that a client may have open. */
const MOST_VIEWS = 64;

/** Bytes that were written, and whose. */
export interface Written {
  linear: number;
  length: number;
  space: Pick<AddressSpace, "name">;
}

/**
 * The references by which the client has read memory. It knows a view by its reference and nothing else, so a write is
 * told once for each view that may show it.
 */
export class MemoryViews {
  private readonly places = new Map<string, MemoryPlace>();

  /** The client has read memory by the reference, which means that place. */
  opened(reference: string, place: MemoryPlace): void {
    this.places.delete(reference);
    this.places.set(reference, place);
    const [oldest] = this.places.keys();
    if (this.places.size > MOST_VIEWS && oldest !== undefined) this.places.delete(oldest);
  }

  /** What is told of a write: where it lies, as each view counts, and by its own address. */
  eventsFor({ linear, length, space }: Written): DebugProtocol.MemoryEvent["body"][] {
    const own = referenceTo(linear, space);
    const events = new Map([[own, { memoryReference: own, offset: 0, count: length }]]);
    for (const [memoryReference, place] of this.places)
      if (place.space.name === space.name)
        events.set(memoryReference, { memoryReference, offset: linear - place.linear, count: length });
    return [...events.values()];
  }
}
