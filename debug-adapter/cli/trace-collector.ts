import type { Machine, Transfer } from "../../emulator/index";
import type { EventRow, Hypercall, HypercallSink } from "../trace/index";
import type { HypercallSpan } from "./trace-record";
import type { TraceWriter } from "./trace-writer";

/** Adds the machine's time to what happens. A hypercall is written when it is over. */
export class TraceCollector implements HypercallSink {
  private readonly open = new Map<number, HypercallSpan>();

  constructor(
    private readonly machine: Machine,
    private readonly writer: TraceWriter,
  ) {}

  /** HypercallSink. */
  entered(call: Hypercall): void {
    const copy = { ...call, arguments: [...call.arguments] };
    this.open.set(call.index, {
      kind: "hypercall",
      start: this.ticksAt(call.instructions),
      end: undefined,
      call: copy,
    });
  }

  /** HypercallSink. */
  left(index: number, result: number | undefined, instructions: number): void {
    const span = this.open.get(index);
    if (span === undefined) return;
    this.open.delete(index);
    span.end = this.ticksAt(instructions);
    span.call.result = result;
    this.writer.write(span);
  }

  /** The machine's time at a recorded moment. Since then no time has passed but that of instructions. */
  private ticksAt(instructions: number): number {
    return this.machine.ticks - (this.machine.instructions - instructions);
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
