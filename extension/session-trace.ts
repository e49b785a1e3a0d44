import type * as vscode from "vscode";
import type {
  HypercallRow,
  HypercallsArguments,
  HypercallsEventBody,
  HypercallsResponseBody,
  RingscopeRequests,
} from "../debug-adapter/protocol";

/** How many rows are shown. The adapter's own trace is longer. */
const ROWS = 1000;
/**
 * Rows shown while calls come faster than anybody can read: a tree of all rows, sent several times a second, keeps VS
 * Code too busy to draw its other views.
 */
const FEW_ROWS = 50;
/** New calls since the last look from which on that is so. */
const FLOOD = 500;
const READ: keyof RingscopeRequests & string = "ringscope.hypercalls";

/** The hypercalls of one session that the view shows. */
export class SessionTrace {
  /** The rows, in the order of entry. */
  rows: readonly HypercallRow[] = [];
  /** Whether there are rows that have not been read yet. */
  isStale = false;
  hasEnded = false;
  /** Calls at the last look, and by the adapter's last event. */
  #total = 0;
  #announced = 0;
  /** Rows before this index were cleared. */
  #cleared = 0;

  constructor(readonly session: vscode.DebugSession) {}

  /** How many rows are not shown, without those that were cleared. */
  get dropped(): number {
    return this.#total - this.#cleared - this.rows.length;
  }

  /** The adapter tells that there are more rows. Its last event contains rows, which cannot be asked for afterwards. */
  changed({ total, rows }: HypercallsEventBody): void {
    this.isStale = rows === undefined;
    this.#announced = total;
    if (rows !== undefined) this.#take(total, rows);
  }

  end(): void {
    this.hasEnded = true;
    this.isStale = false;
  }

  /** Whether the last look was at few rows where there are more. */
  get isShort(): boolean {
    return !this.hasEnded && this.dropped > 0 && this.rows.length < ROWS;
  }

  /** Reads the newest rows. */
  async read(): Promise<void> {
    this.isStale = false;
    const wanted: HypercallsArguments = { count: this.#announced - this.#total > FLOOD ? FEW_ROWS : ROWS };
    let answer: HypercallsResponseBody;
    try {
      answer = (await this.session.customRequest(READ, wanted)) as HypercallsResponseBody;
    } catch {
      // The session has ended. The adapter's last event had the rows, or is on its way.
      return;
    }
    // The adapter's last event may have overtaken this answer.
    if (answer.total >= this.#total) this.#take(answer.total, answer.rows);
  }

  clear(): void {
    this.#cleared = this.#total;
    this.rows = [];
  }

  #take(total: number, rows: readonly HypercallRow[]): void {
    this.#total = total;
    this.rows = rows.filter(({ index }) => index >= this.#cleared);
  }
}
