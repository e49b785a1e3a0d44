import { describe, expect, it } from "vitest";
import type { DebugSession } from "vscode";
import type { HypercallRow, HypercallsArguments, HypercallsResponseBody } from "../../../debug-adapter/protocol";
import { SessionTrace } from "../../../extension/session-trace";

const rowsOf = (total: number, count: number): HypercallRow[] =>
  Array.from({ length: Math.min(total, count) }, (_, n) => ({
    index: total - Math.min(total, count) + n,
    domain: 0,
    vcpu: 0,
    number: 17,
    name: "xen_version",
    arguments: [],
    failed: false,
    eip: "0x00100000",
    ring: 1,
    instructions: n,
  }));

/** A session whose guest has made `total` hypercalls, and its trace. */
function session() {
  const asked: number[] = [];
  const state = { total: 0, hasEnded: false };
  const customRequest = (_name: string, { count }: HypercallsArguments): Promise<HypercallsResponseBody> => {
    if (state.hasEnded) return Promise.reject(new Error("it has ended"));
    asked.push(count);
    return Promise.resolve({ first: 0, total: state.total, rows: rowsOf(state.total, count) });
  };
  const trace = new SessionTrace({ customRequest } as unknown as DebugSession);
  /** The guest makes calls, and the adapter tells of it. */
  const call = (count: number): void => {
    state.total += count;
    trace.changed({ first: 0, total: state.total });
  };
  return { trace, call, asked, state };
}

describe("the trace of a session", () => {
  it("shows the newest thousand calls, and counts the others", async () => {
    const { trace, call } = session();
    call(400);
    await trace.read();
    expect(trace.rows).toHaveLength(400);
    call(400);
    await trace.read();
    call(400);
    await trace.read();
    expect(trace.rows.map(({ index }) => index)).toEqual(Array.from({ length: 1000 }, (_, n) => n + 200));
    expect([trace.dropped, trace.isShort, trace.isStale]).toEqual([200, false, false]);
  });

  it("shows few while calls come by the thousand, and all when they have stopped", async () => {
    const { trace, call, asked } = session();
    for (let n = 0; n < 3; n++) {
      call(100_000);
      await trace.read();
      expect([trace.rows.length, trace.isShort]).toEqual([50, true]);
    }
    await trace.read();
    expect([trace.rows.length, trace.dropped, trace.isShort]).toEqual([1000, 299_000, false]);
    expect(asked).toEqual([50, 50, 50, 1000]);
  });

  it("takes the rows of the adapter's last event, and is over then", async () => {
    const { trace, call, state } = session();
    call(5000);
    state.hasEnded = true;
    await trace.read();
    trace.changed({ first: 0, total: 5001, rows: rowsOf(5001, 1000) });
    trace.end();
    expect(trace.rows.at(-1)?.index).toBe(5000);
    expect([trace.dropped, trace.isShort, trace.isStale]).toEqual([4001, false, false]);
  });

  it("does not show again what was cleared", async () => {
    const { trace, call } = session();
    call(30);
    await trace.read();
    trace.clear();
    expect([trace.rows.length, trace.dropped]).toEqual([0, 0]);
    call(2);
    await trace.read();
    expect(trace.rows.map(({ index }) => index)).toEqual([30, 31]);
    expect(trace.dropped).toBe(0);
  });
});
