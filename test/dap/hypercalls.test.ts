import { afterEach, describe, expect, it } from "vitest";
import type { HypercallRow, HypercallsEventBody, HypercallsResponseBody } from "../../debug-adapter/protocol";
import { DapSession, guest } from "../harness/dap-session";

/** The hypercall trace over the protocol: events that say how much there is, rows for whom asks for them. */

let session: DapSession;
afterEach(() => session.close());

const events = (): HypercallsEventBody[] =>
  session.client.transcript.flatMap((message) =>
    "event" in message && message.event === "ringscope.hypercalls" ? [message.body as HypercallsEventBody] : [],
  );

const read = (args: { start?: number; count: number }): Promise<HypercallsResponseBody> =>
  session.client.request<HypercallsResponseBody>("ringscope.hypercalls", args);

const indices = (rows: readonly HypercallRow[]): number[] => rows.map(({ index }) => index);

describe("a guest that makes thousands of hypercalls", () => {
  it("has a few events of a hundred bytes, and its newest rows with the last", async () => {
    session = await DapSession.launch(guest("pv/fuzz"));
    await session.client.request("configurationDone");
    await session.ended();
    const all = events();
    const last = all.at(-1);
    const total = last?.total ?? 0;
    expect(total).toBeGreaterThan(4000);
    expect(indices(last?.rows ?? [])).toEqual(Array.from({ length: 1000 }, (_, n) => total - 1000 + n));
    for (const event of all.slice(0, -1)) expect(Object.keys(event)).toEqual(["first", "total"]);
  });

  it("has every row read by its index, while the client may still ask", async () => {
    session = await DapSession.launch(guest("pv/fuzz"));
    await session.client.request("configurationDone");
    await session.ended();
    const { first, total } = await read({ count: 0 });
    expect(first).toBe(0);
    const rows: HypercallRow[] = [];
    while (rows.length < total) rows.push(...(await read({ start: rows.length, count: 700 })).rows);
    expect(indices(rows)).toEqual(Array.from({ length: total }, (_, n) => n));
    expect(rows.every(({ name, eip, ring }) => name !== "" && /^0x[0-9a-f]{8}$/.test(eip) && ring === 1)).toBe(true);
    const counts = rows.map(({ instructions }) => instructions);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  it("has a thousand rows read at once at most, and none beyond the end", async () => {
    session = await DapSession.launch(guest("pv/fuzz"));
    await session.client.request("configurationDone");
    await session.ended();
    const { total } = await read({ count: 0 });
    expect((await read({ start: 10, count: 1_000_000_000 })).rows).toHaveLength(1000);
    expect(indices((await read({ start: total - 2, count: 10 })).rows)).toEqual([total - 2, total - 1]);
    expect((await read({ start: total, count: 10 })).rows).toEqual([]);
    expect((await read({ start: Number.MAX_SAFE_INTEGER, count: 10 })).rows).toEqual([]);
    expect(indices((await read({ count: 3 })).rows)).toEqual([total - 3, total - 2, total - 1]);
  });
});

describe("a call", () => {
  it("has no result while it is inside, and one when it is back", async () => {
    session = await DapSession.launchTo("do_console_io", guest("pv/hello"));
    const [inside] = (await read({ count: 1 })).rows;
    expect(inside).toMatchObject({ name: "console_io", failed: false });
    expect(inside).not.toHaveProperty("result");
    await session.step("stepOut");
    await session.step("stepOut");
    await session.step("stepOut");
    const { rows } = await read({ start: inside?.index ?? 0, count: 1 });
    expect(rows).toMatchObject([{ index: inside?.index, name: "console_io", result: "0" }]);
  });
});

describe("a session without a hypervisor", () => {
  it("has a trace without rows", async () => {
    session = await DapSession.launch(guest("bare/hello"), { stopOnEntry: true });
    await session.start();
    expect(await read({ count: 10 })).toEqual({ first: 0, total: 0, rows: [] });
    expect(events()).toEqual([]);
  });
});
