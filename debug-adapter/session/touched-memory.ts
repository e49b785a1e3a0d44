import type { Watchpoint, WatchpointHit } from "../../emulator/index";

/** What the iterations of one repeated instruction touched of each watchpoint, as a single access. */
export class TouchedMemory {
  private readonly byWatchpoint = new Map<Watchpoint, WatchpointHit>();

  constructor(first: readonly WatchpointHit[]) {
    this.add(first);
  }

  /** Adds the hits of a further iteration. */
  add(hits: readonly WatchpointHit[]): void {
    for (const hit of hits) {
      const before = this.byWatchpoint.get(hit.watchpoint);
      this.byWatchpoint.set(hit.watchpoint, before === undefined ? hit : joined(before, hit));
    }
  }

  get hits(): readonly WatchpointHit[] {
    return [...this.byWatchpoint.values()];
  }
}

/**
 * Spans from the first byte of either access to the last one. The bytes before are those from before the earlier
 * access.
 */
function joined(earlier: WatchpointHit, later: WatchpointHit): WatchpointHit {
  const linear = Math.min(earlier.linear, later.linear);
  const end = Math.max(earlier.linear + earlier.size, later.linear + later.size);
  const access = earlier.access === later.access ? earlier.access : "access";
  return { ...earlier, access, linear, size: end - linear };
}
