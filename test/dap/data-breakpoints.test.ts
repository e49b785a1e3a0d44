import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { DapServer } from "../harness/dap-client";
import { DapSession, guest, lineOf } from "../harness/dap-session";

const TASKS = "sample-guests/pv/hello/tasks.c";

type Info = DebugProtocol.DataBreakpointInfoResponse["body"];

let server: DapServer;
let session: DapSession;
beforeAll(async () => (server = await DapServer.start()));
afterAll(() => server.stop());
afterEach(() => session.close());

/** In the guest kernel, before the first write system call. */
const atCallWrite = async (): Promise<void> =>
  void (session = await DapSession.launchTo("call_write", guest("pv/hello"), server.connect()));

const info = (args: object): Promise<Info> => session.client.request<Info>("dataBreakpointInfo", args);

async function watch(...breakpoints: DebugProtocol.DataBreakpoint[]): Promise<DebugProtocol.Breakpoint[]> {
  return (
    await session.client.request<DebugProtocol.SetDataBreakpointsResponse["body"]>("setDataBreakpoints", {
      breakpoints,
    })
  ).breakpoints;
}

const idOf = async (args: object): Promise<string> => (await info(args)).dataId ?? "";

describe("a data breakpoint", () => {
  it("stops after the instruction that writes to a variable, and says what it was and is", async () => {
    await atCallWrite();
    const { dataId, description, accessTypes } = await info({ name: "app_task.calls[0]" });
    expect(description).toMatch(/^app_task\.calls\[0\] \(4 bytes at 0x[0-9a-f]{8}\)$/);
    expect(accessTypes).toEqual(["read", "write", "readWrite"]);
    const [placed] = await watch({ dataId: dataId ?? "", accessType: "write" });
    expect(placed).toMatchObject({ verified: true });
    const before = Number(await session.evaluate("app_task.calls[0]"));
    const stop = await session.continue();
    expect(stop).toMatchObject({ reason: "data breakpoint", hitBreakpointIds: [placed?.id] });
    const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;
    expect(stop.text).toMatch(
      new RegExp(
        `^app_task\\.calls\\[0\\]: ${hex(before)} -> ${hex(before + 1)}, written by the instruction at 0x[0-9a-f]{8}$`,
      ),
    );
    expect(await session.evaluate("app_task.calls[0]")).toBe(String(before + 1));
  });

  it("is had from a row of the Variables view, under the expression that it stands for", async () => {
    await atCallWrite();
    const task = (await session.scope("Locals")).find(({ name }) => name === "task");
    const { description } = await info({ variablesReference: task?.variablesReference, name: "state" });
    expect(description).toMatch(/^task->state \(4 bytes at 0x[0-9a-f]{8}\)$/);
  });

  it("stops only where its condition holds", async () => {
    await atCallWrite();
    const dataId = await idOf({ name: "app_task.calls[0]" });
    await watch({ dataId, accessType: "write", condition: "app_task.calls[0] == 3" });
    await session.continue();
    expect(await session.evaluate("app_task.calls[0]")).toBe("3");
  });

  it("watches so many bytes at an address", async () => {
    await atCallWrite();
    const { result } = await session.client.request<{ result: string }>("evaluate", {
      expression: "&app_task.calls[0]",
      context: "watch",
    });
    const address = result.slice(0, 10);
    const [placed] = await watch({
      dataId: await idOf({ name: address, asAddress: true, bytes: 12 }),
      accessType: "readWrite",
    });
    expect(placed).toMatchObject({ verified: true });
    expect((await session.continue()).text).toMatch(
      new RegExp(`^${address} was (read|written) by the instruction at `),
    );
  });

  it("says in the stop's description which part of a range was touched, and what it was and is", async () => {
    await atCallWrite();
    const { description } = await info({ name: "app_task.calls" });
    const [, bytes = "0"] = /\((\d+) bytes at/.exec(description) ?? [];
    expect(Number(bytes)).toBeGreaterThan(4);
    await watch({ dataId: await idOf({ name: "app_task.calls" }), accessType: "write" });
    const first = await session.continue();
    expect(first.description).toBe(first.text);
    expect(first.text).toMatch(
      /^app_task\.calls( \+ \d+ \(0x[0-9a-f]{8}\))?: 0x[0-9a-f]{8} -> 0x[0-9a-f]{8}, written by the instruction at 0x[0-9a-f]{8}$/,
    );
  });

  it("can be asked for before the start, by the names of the first domain", async () => {
    session = await DapSession.launch(guest("pv/hello"), {}, server.connect());
    const dataId = await idOf({ name: "app_task.calls[0]" });
    const [placed] = await watch({ dataId, accessType: "write" });
    expect(placed).toMatchObject({ verified: true });
    expect(await session.start()).toMatchObject({ reason: "data breakpoint", hitBreakpointIds: [placed?.id] });
    expect(await session.evaluate("current->domain->id")).toBe("0");
  });

  it("stops once for a repeated instruction, whatever it touches", async () => {
    session = await DapSession.launchTo("show_updates", guest("pv/hello"), server.connect());
    await watch({ dataId: await idOf({ name: "page[0]", bytes: 64 }), accessType: "write" });
    const stop = await session.continue();
    expect(stop.text).toMatch(/^page\[0\]: .* -> 00 00 00 00 00 00 00 00 \.\.\., written by/);
    expect(await session.evaluate("$ecx")).toBe("0x00000000");
    expect((await session.continue()).text).not.toMatch(/ -> 00 00 00 00/);
  });

  it("ends a step", async () => {
    await atCallWrite();
    const line = lineOf(TASKS, "task->calls[number]++;");
    await session.breakAtLines(TASKS, line);
    await session.continue();
    await watch({ dataId: await idOf({ name: "task->calls[number]" }), accessType: "write" });
    await session.client.request("next", { threadId: session.threadId });
    expect((await session.stop()).reason).toBe("data breakpoint");
  });

  it("is gone when the next request does not name it", async () => {
    await atCallWrite();
    await watch({ dataId: await idOf({ name: "app_task.calls[0]" }), accessType: "write" });
    expect(await watch()).toEqual([]);
    expect(await session.runToEnd()).toBe(0);
  });
});

describe("dataBreakpointInfo", () => {
  it("says why a register cannot be watched", async () => {
    await atCallWrite();
    expect(await info({ name: "$eax" })).toEqual({
      dataId: null,
      description: "$eax is not in memory: it cannot be watched",
    });
  });

  it("says how much can be watched", async () => {
    await atCallWrite();
    expect(await info({ name: "0x00100000", asAddress: true, bytes: 5000 })).toEqual({
      dataId: null,
      description: "0x00100000 has 5000 bytes: 1 to 4096 can be watched",
    });
  });

  it("refuses a name that nobody knows, and an address that is none", async () => {
    await atCallWrite();
    await expect(info({ name: "nobody" })).rejects.toThrow("nobody");
    await expect(info({ name: "here", asAddress: true })).rejects.toThrow('"here" is not a memory reference');
  });
});

describe("setDataBreakpoints", () => {
  it("answers each that it cannot place with the reason", async () => {
    await atCallWrite();
    const dataId = await idOf({ name: "app_task.calls[0]" });
    const answers = await watch(
      { dataId: "here" },
      { dataId, accessType: "execute" as "read" },
      { dataId, accessType: "write", condition: "app_task.calls[0] ==" },
      { dataId },
    );
    expect(answers.map(({ verified }) => verified)).toEqual([false, false, false, true]);
    expect(answers[0]?.message).toBe('"here" names no memory that can be watched');
    expect(answers[1]?.message).toBe('"execute" is not a kind of access: read, write or readWrite');
    expect(answers[2]?.message).toMatch(/^the condition cannot be used: /);
  });
});
