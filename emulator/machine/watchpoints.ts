import { Touch, type Touched, type Watch } from "../memory/watches";
import { MachineError } from "../boot/machine-error";
import {
  MAX_WATCHED,
  type Condition,
  type DebugMemory,
  type Disposable,
  type MachineView,
  type WatchAccess,
  type Watchpoint,
  type WatchpointHit,
} from "./api";
import type { Processor } from "./processor";

const TOUCHES: Record<WatchAccess, number> = { read: Touch.Read, write: Touch.Write, access: Touch.Read | Touch.Write };

interface Site {
  watchpoint: Watchpoint;
  condition: Condition | undefined;
  before: Uint8Array;
}

/**
 * Watchpoints, built on the processor's watches. They keep the bytes from before an access, and decide which hits stop.
 */
export class Watchpoints {
  private readonly sites = new Map<Watch, Site>();

  constructor(
    private readonly processor: Pick<Processor, "watches" | "takeTouched">,
    private readonly memory: DebugMemory,
  ) {}

  /** @throws MachineError watchpoint-length */
  set(watchpoint: Watchpoint, condition: Condition | undefined): Disposable {
    const { linear, length, access } = watchpoint;
    if (!Number.isInteger(length) || length < 1 || length > MAX_WATCHED)
      throw new MachineError("watchpoint-length", { length });
    const watch: Watch = { linear: linear >>> 0, length, touches: TOUCHES[access] };
    this.sites.set(watch, { watchpoint, condition, before: new Uint8Array() });
    this.processor.watches.add(watch);
    return {
      dispose: () => {
        if (this.sites.delete(watch)) this.processor.watches.remove(watch);
      },
    };
  }

  /** Is called before an access that touches the watch. */
  touching(watch: Watch): void {
    const site = this.sites.get(watch);
    if (site !== undefined) site.before = this.memory.readLinear(watch.linear, watch.length);
  }

  /** What the processor has stopped for, without the watchpoints whose condition does not hold. */
  hits(view: MachineView): WatchpointHit[] {
    const { instruction, touched } = this.processor.takeTouched();
    const hits: WatchpointHit[] = [];
    for (const touch of touched) {
      const site = this.sites.get(touch.watch);
      if (site === undefined || site.condition?.stops(view) === false) continue;
      hits.push({ watchpoint: site.watchpoint, before: site.before, ...describe(touch), instruction });
    }
    return hits;
  }
}

function describe({ linear, size, touches }: Touched): Pick<WatchpointHit, "access" | "linear" | "size"> {
  const access = touches === (Touch.Write as number) ? "write" : touches === (Touch.Read as number) ? "read" : "access";
  return { access, linear, size };
}
