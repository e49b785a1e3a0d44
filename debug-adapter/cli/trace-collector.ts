import type { Machine, Transfer } from "../../emulator/index";
import type { EventRow, Hypercall } from "../trace/index";
import type { HypercallSpan } from "./trace-record";
import type { TraceWriter } from "./trace-writer";

/** Adds the machine's time to what happens. A hypercall is written when it is over. */
export class TraceCollector {
  private readonly open = new Map<number, HypercallSpan>();

  constructor(
    private readonly machine: Machine,
    private readonly writer: TraceWriter,
  ) {}

  /** Takes the same call twice: at its entry and at its return. */
  hypercall(call: Hypercall): void {
    const span = this.open.get(call.index);
    if (span === undefined) {
      this.open.set(call.index, { kind: "hypercall", start: this.machine.ticks, end: undefined, call });
      return;
    }
    this.open.delete(call.index);
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

  /** Writes the calls that are still open, in the order of entry. */
  end(): void {
    for (const span of this.open.values()) this.writer.write(span);
    this.writer.end();
  }
}
