import type { Disposable } from "../../emulator/index";
import type { HypercallRow } from "../protocol";
import { type Hypercall, hypercallRow, traceHypercalls } from "../trace/index";
import type { Debuggee } from "../debuggee/debuggee";

/** Milliseconds between two batches while the machine runs. */
const INTERVAL_MS = 100;
/** More rows than that wait for no clock. */
const MAX_BATCH = 2000;

/** Gathers the calls of the hypercall trace and sends them as rows in batches. */
export class TraceFeed {
  private readonly changed = new Map<number, Hypercall>();
  private readonly trace: Disposable | undefined;
  private lastSent = 0;

  constructor(
    debuggee: Debuggee,
    private readonly send: (rows: HypercallRow[]) => void,
    /** The host's clock in milliseconds. */
    private readonly now: () => number,
  ) {
    const vmm = debuggee.images.vmm?.symbols;
    this.trace =
      vmm === undefined
        ? undefined
        : traceHypercalls(debuggee.machine, vmm, (call) => this.changed.set(call.index, call));
  }

  /** Sends a batch when it is time for one; called between slices. */
  tick(): void {
    if (this.now() - this.lastSent >= INTERVAL_MS || this.changed.size > MAX_BATCH) this.flush();
  }

  /** Sends what has gathered; before each stop and at the end. */
  flush(): void {
    this.lastSent = this.now();
    if (this.changed.size === 0) return;
    this.send([...this.changed.values()].map(hypercallRow));
    this.changed.clear();
  }

  dispose(): void {
    this.trace?.dispose();
  }
}
