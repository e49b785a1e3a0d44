import { hex32 } from "../values/hex";
import { hypercallRow } from "../trace/index";
import type { HypercallSpan, RingChange, TracedEvent, TraceRecord } from "./trace-record";

export type TraceFormat = "text" | "json" | "perfetto";

export interface TraceWriter {
  write(record: TraceRecord): void;
  end(): void;
}

export function makeWriter(format: TraceFormat, print: (text: string) => void): TraceWriter {
  switch (format) {
    case "text":
      return { write: (record) => print(`${textLine(record)}\n`), end: () => undefined };
    case "json":
      return new ListWriter(print, "[", "]", jsonObject);
    case "perfetto":
      return new ListWriter(print, '{"displayTimeUnit":"ns","traceEvents":[', "]}", perfettoEvent);
  }
}

/** A JSON list with one element a line, written as it grows. */
class ListWriter implements TraceWriter {
  private separator: string;

  constructor(
    private readonly print: (text: string) => void,
    open: string,
    private readonly close: string,
    private readonly element: (record: TraceRecord) => object,
  ) {
    this.separator = open;
  }

  write(record: TraceRecord): void {
    this.print(`${this.separator}\n${JSON.stringify(this.element(record))}`);
    this.separator = ",";
  }

  end(): void {
    this.print(`${this.separator === "," ? "" : this.separator}\n${this.close}\n`);
  }
}

const COUNT_WIDTH = 12;

function textLine(record: TraceRecord): string {
  switch (record.kind) {
    case "hypercall":
      return `${count(record.call.instructions)}  d${record.call.domain}v${record.call.vcpu}  ${hypercallText(record)}`;
    case "ring":
      return `${count(record.instructions)}  ${ringText(record)}`;
    case "event":
      return `${count(record.row.instructions)}  d${record.row.domain}    ${eventText(record)}`;
  }
}

function count(instructions: number): string {
  return String(instructions).padStart(COUNT_WIDTH);
}

function hypercallText({ call, end }: HypercallSpan): string {
  const { name, arguments: words, result } = hypercallRow(call);
  const text = `${name}(${words.join(", ")})`;
  if (result !== undefined) return `${text} = ${result}`;
  return end === undefined ? `${text} does not return` : text;
}

function ringText({ transfer }: RingChange): string {
  const { kind, vector, fromCpl, toCpl, fromEip, toEip } = transfer;
  const how = vector < 0 ? kind : `${kind} 0x${vector.toString(16).padStart(2, "0")}`;
  return `ring ${fromCpl} -> ${toCpl}  ${how.padEnd(15)}  ${hex32(fromEip)} -> ${hex32(toEip)}`;
}

function eventText({ row }: TracedEvent): string {
  const { kind, port, vector, reason } = row;
  const details = [
    port === undefined ? "" : `port ${port}`,
    vector === undefined ? "" : `vector ${vector}`,
    reason ?? "",
  ];
  return [kind, ...details].filter((part) => part !== "").join(" ");
}

function jsonObject(record: TraceRecord): object {
  switch (record.kind) {
    case "hypercall":
      return { kind: record.kind, start: record.start, end: record.end, ...hypercallRow(record.call) };
    case "ring":
      return { kind: record.kind, start: record.start, instructions: record.instructions, how: record.transfer };
    case "event":
      return { start: record.start, ...record.row, kind: record.kind, event: record.row.kind };
  }
}

const TICKS_PER_US = 1000;
/** The process id of timeline rows that belong to no domain. */
const MACHINE_PID = 65535;

/** Trace Event Format: complete events for hypercalls, instants for everything else, and a process for each domain. */
function perfettoEvent(record: TraceRecord): object {
  const ts = record.start / TICKS_PER_US;
  switch (record.kind) {
    case "hypercall": {
      const { start, end } = record;
      const row = hypercallRow(record.call);
      const dur = ((end ?? start) - start) / TICKS_PER_US;
      const args = { arguments: row.arguments, result: row.result, eip: row.eip };
      return { name: row.name, cat: "hypercall", ph: "X", ts, dur, pid: row.domain, tid: row.vcpu, args };
    }
    case "ring": {
      const { fromCpl, toCpl } = record.transfer;
      const name = `ring ${fromCpl} -> ${toCpl}`;
      return { name, cat: "ring", ph: "i", s: "t", ts, pid: MACHINE_PID, tid: 0, args: record.transfer };
    }
    case "event": {
      const { row } = record;
      return { name: row.kind, cat: "event", ph: "i", s: "p", ts, pid: row.domain, tid: 0, args: row };
    }
  }
}
