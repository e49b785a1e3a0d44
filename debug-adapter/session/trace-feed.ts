import type { Disposable } from "../../emulator/index";
import type { HypercallRow, HypercallsEventBody, HypercallsResponseBody } from "../protocol";
import { HypercallLog, hypercallRow, traceHypercalls } from "../trace/index";
import type { Debuggee } from "../debuggee/debuggee";

/** Milliseconds between two events while the machine runs. */
const INTERVAL_MS = 100;
/** How many rows are formatted at once. This is more than anybody reads. */
const MAX_ROWS = 1000;

/**
 * Keeps the hypercalls of a session and tells its client how many there are, whatever the guest does. The client reads
 * those that it shows.
 */
export class TraceFeed {
  private readonly log = new HypercallLog();
  private readonly trace: Disposable | undefined;
  private hasChanged = false;
  private lastSent = 0;

  constructor(
    debuggee: Debuggee,
    private readonly send: (body: HypercallsEventBody) => void,
    /** The host's clock in milliseconds. */
    private readonly now: () => number,
  ) {
    const vmm = debuggee.images.vmm?.symbols;
    if (vmm === undefined) return;
    this.trace = traceHypercalls(debuggee.machine, vmm, {
      entered: (call) => {
        this.log.put(call);
        this.hasChanged = true;
      },
      left: (index, result) => {
        this.log.finish(index, result);
        this.hasChanged = true;
      },
    });
  }

  /** Tells of new calls when it is time. This is called between slices. */
  tick(): void {
    if (this.hasChanged && this.now() - this.lastSent >= INTERVAL_MS) this.flush();
  }

  /** Tells of new calls now. This is called before each stop. */
  flush(): void {
    if (this.hasChanged) this.tell({});
  }

  /** The session ends. The newest rows go with the last event, since they cannot be asked for afterwards. */
  end(): void {
    if (this.log.total > 0) this.tell({ rows: this.newest(MAX_ROWS) });
  }

  /** Rows from the index `start` on, or the newest ones, as far as they are kept: up to `count`, and at most 1000. */
  read(start: number | undefined, count: number): HypercallsResponseBody {
    const most = Math.min(count, MAX_ROWS);
    const { first, total } = this.log;
    return { first, total, rows: start === undefined ? this.newest(most) : this.rows(Math.max(start, first), most) };
  }

  private newest(count: number): HypercallRow[] {
    return this.rows(Math.max(this.log.first, this.log.total - count), count);
  }

  private rows(start: number, count: number): HypercallRow[] {
    const rows: HypercallRow[] = [];
    for (let index = start; index < start + count; index++) {
      const call = this.log.at(index);
      if (call === undefined) break;
      rows.push(hypercallRow(call));
    }
    return rows;
  }

  private tell(more: Pick<HypercallsEventBody, "rows">): void {
    this.hasChanged = false;
    this.lastSent = this.now();
    this.send({ first: this.log.first, total: this.log.total, ...more });
  }

  dispose(): void {
    this.trace?.dispose();
  }
}
