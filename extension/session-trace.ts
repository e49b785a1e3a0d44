import type * as vscode from "vscode";
import type {
  HypercallRow,
  HypercallsArguments,
  HypercallsEventBody,
  HypercallsResponseBody,
  RingscopeRequests,
} from "../debug-adapter/protocol";

/** Rows shown; the adapter's own trace is longer. */
const ROWS = 1000;
const READ: keyof RingscopeRequests & string = "ringscope.hypercalls";

/** The hypercalls of one session, as far as the view shows them. */
export class SessionTrace {
  /** In the order of entry. */
  rows: readonly HypercallRow[] = [];
  /** There are rows that have not been read. */
  isStale = false;
  hasEnded = false;
  #total = 0;
  /** Rows before this index were cleared away. */
  #cleared = 0;

  constructor(readonly session: vscode.DebugSession) {}

  /** How many are not shown, of those that were not cleared away. */
  get dropped(): number {
    return this.#total - this.#cleared - this.rows.length;
  }

  /** The adapter says that there is more. With its last event come the rows: nobody can be asked for them afterwards. */
  changed({ total, rows }: HypercallsEventBody): void {
    this.isStale = rows === undefined;
    if (rows !== undefined) this.#take(total, rows);
  }

  end(): void {
    this.hasEnded = true;
    this.isStale = false;
  }

  /** Reads the newest rows. */
  async read(): Promise<void> {
    this.isStale = false;
    const wanted: HypercallsArguments = { count: ROWS };
    let answer: HypercallsResponseBody;
    try {
      answer = (await this.session.customRequest(READ, wanted)) as HypercallsResponseBody;
    } catch {
      // The session has ended: the adapter's last event had the rows, or is on its way.
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
