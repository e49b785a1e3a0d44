import type { Machine, Transfer } from "../../emulator/index";
import type { HypercallRow } from "../protocol";
import type { EventRow } from "../trace/index";
import type { HypercallSpan } from "./trace-record";
import type { TraceWriter } from "./trace-writer";

/** Puts the machine's time to what happens; a hypercall is written when it is over. */
export class TraceCollector {
  private readonly open = new Map<number, HypercallSpan>();

  constructor(
    private readonly machine: Machine,
    private readonly writer: TraceWriter,
  ) {}

  /** The same row twice: at its entry and at its return. */
  hypercall(row: HypercallRow): void {
    const span = this.open.get(row.index);
    if (span === undefined) {
      this.open.set(row.index, { kind: "hypercall", start: this.machine.ticks, end: undefined, row });
      return;
    }
    this.open.delete(row.index);
    span.end = this.machine.ticks;
    this.writer.write(span);
  }

  transfer(transfer: Transfer): void {
    const { instructions, ticks } = this.machine;
    this.writer.write({ kind: "ring", instructions, start: ticks, transfer: { ...transfer } });
  }

  event(row: EventRow): void {
    this.writer.write({ kind: "event", start: this.machine.ticks, row });
  }

  /** Writes what is still open, in the order of entry. */
  end(): void {
    for (const span of this.open.values()) this.writer.write(span);
    this.writer.end();
  }
}
