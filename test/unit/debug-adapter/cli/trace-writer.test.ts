import { describe, expect, it } from "vitest";
import type { TraceRecord } from "../../../../debug-adapter/cli/trace-record";
import { makeWriter, type TraceFormat } from "../../../../debug-adapter/cli/trace-writer";

const call = {
  index: 4,
  domain: 1,
  vcpu: 0,
  number: 18,
  arguments: [0, 14, 0x0010a2c4],
  eip: 0x00100247,
  ring: 1,
  instructions: 5000,
  result: 14,
};
const row = {
  index: 4,
  domain: 1,
  vcpu: 0,
  number: 18,
  name: "console_io",
  arguments: ["write", "14", "0x0010a2c4"],
  result: "14",
  failed: false,
  eip: "0x00100247",
  ring: 1,
  instructions: 5000,
};
const shutdown = { ...call, number: 29, arguments: [2, 0x00107ff0], result: undefined };
const refused = { ...call, arguments: [7, 14, 0x0010a2c4], result: 0xffff_ffda };
const transfer = { kind: "int" as const, vector: 0x82, fromCpl: 1, toCpl: 0, fromEip: 0x1000, toEip: 0xf6900000 };

const RECORDS: readonly TraceRecord[] = [
  { kind: "hypercall", start: 6000, end: 8000, call },
  { kind: "hypercall", start: 9000, end: undefined, call: shutdown },
  { kind: "ring", instructions: 5001, start: 6001, transfer },
  { kind: "event", start: 7000, row: { instructions: 5002, domain: 1, kind: "send", port: 3 } },
  { kind: "event", start: 7001, row: { instructions: 5003, domain: 1, kind: "refusal", reason: "a foreign frame" } },
  { kind: "hypercall", start: 7002, end: 7003, call: refused },
];

function written(format: TraceFormat, records: readonly TraceRecord[] = RECORDS): string {
  let text = "";
  const writer = makeWriter(format, (piece) => (text += piece));
  for (const record of records) writer.write(record);
  writer.end();
  return text;
}

describe("a trace as text", () => {
  it("has one line for each record", () => {
    expect(written("text").split("\n")).toEqual([
      "        5000  d1v0  console_io(write, 14, 0x0010a2c4) = 14",
      "        5000  d1v0  sched_op(shutdown, 0x00107ff0) does not return",
      "        5001  ring 1 -> 0  int 0x82         0x00001000 -> 0xf6900000",
      "        5002  d1    send port 3",
      "        5003  d1    refusal a foreign frame",
      "        5000  d1v0  console_io(7, 14, 0x0010a2c4) = -38 ENOSYS",
      "",
    ]);
  });
});

describe("a trace as JSON", () => {
  it("is one list, and an empty one is a list too", () => {
    const list = JSON.parse(written("json")) as unknown[];
    expect(list).toHaveLength(RECORDS.length);
    expect(list[0]).toEqual({ kind: "hypercall", start: 6000, end: 8000, ...row });
    expect(list[3]).toEqual({ kind: "event", event: "send", start: 7000, instructions: 5002, domain: 1, port: 3 });
    expect(JSON.parse(written("json", []))).toEqual([]);
  });
});

describe("a trace for Perfetto", () => {
  it("gives hypercalls a duration in microseconds and a process for each domain", () => {
    const { traceEvents } = JSON.parse(written("perfetto")) as { traceEvents: unknown[] };
    expect(traceEvents[0]).toMatchObject({ name: "console_io", ph: "X", ts: 6, dur: 2, pid: 1, tid: 0 });
    expect(traceEvents[2]).toMatchObject({ name: "ring 1 -> 0", ph: "i", ts: 6.001 });
    expect(JSON.parse(written("perfetto", []))).toMatchObject({ traceEvents: [] });
  });
});
