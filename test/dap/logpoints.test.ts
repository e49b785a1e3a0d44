import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { join } from "node:path";
import { DapServer, ROOT } from "../harness/dap-client";
import { DapSession, guest, lineOf } from "../harness/dap-session";

const TASKS = "sample-guests/pv/hello/tasks.c";
/** Once for each system call of the application. */
const CALL = "task->calls[number]++;";

let server: DapServer;
let session: DapSession;
beforeAll(async () => (server = await DapServer.start()));
afterAll(() => server.stop());
afterEach(() => session.close());

async function logAt(
  text: string,
  wish: Partial<DebugProtocol.SourceBreakpoint>,
): Promise<DebugProtocol.Breakpoint | undefined> {
  session = await DapSession.launch(guest("pv/hello"), {}, server.connect());
  const [placed] = await session.breakAtLines(TASKS, { line: lineOf(TASKS, text), ...wish });
  return placed;
}

/** Runs to the machine's end; the lines that logpoints wrote, which begin with "log:". */
async function logged(): Promise<string[]> {
  await session.client.request("configurationDone");
  expect(await session.ended()).toBe(0);
  return session.client
    .written("console")
    .split("\n")
    .filter((line) => line.startsWith("log:"));
}

describe("a logpoint", () => {
  it("writes its message with the values of its expressions and does not stop", async () => {
    expect(
      await logAt(CALL, { logMessage: "log: {task->name} makes call {number}, {task->calls[number] + 1} times" }),
    ).toMatchObject({ verified: true });
    const lines = await logged();
    expect(lines[0]).toMatch(/^log: 0x[0-9a-f]{8} "app" makes call \d+, 1 times$/);
    expect(lines.length).toBeGreaterThan(2);
  });

  it("leads back to its line", async () => {
    await logAt(CALL, { logMessage: "log: {number}" });
    await logged();
    const outputs = session.client.transcript
      .flatMap((message) => ("event" in message && message.event === "output" ? [message] : []))
      .map(({ body }) => body as DebugProtocol.OutputEvent["body"]);
    const places = outputs
      .filter(({ output }) => output.startsWith("log: "))
      .map(({ source, line }) => ({ path: source?.path, line }));
    expect(places.length).toBeGreaterThan(0);
    for (const place of places) expect(place).toEqual({ path: join(ROOT, TASKS), line: lineOf(TASKS, CALL) });
    expect(outputs.find(({ output }) => !output.startsWith("log: "))).not.toHaveProperty("source");
  });

  it("writes structures, and integers of 64 bits", async () => {
    await logAt(CALL, { logMessage: "log: {*(unsigned long long *)task->name} {*task}" });
    const [line = ""] = await logged();
    const [, number = "", structure] = /^log: (\d+) (.*)$/.exec(line) ?? [];
    // The low bytes are the text "app", with its end.
    expect(BigInt(number) & 0xffffffffn).toBe(0x707061n);
    expect(number.length).toBeLessThanOrEqual(20);
    expect(structure).toMatch(/name = 0x[0-9a-f]{8} "app"/);
  });

  it("writes where its condition holds only", async () => {
    await logAt(CALL, { logMessage: "log: {number}", condition: "number == 1" });
    expect(new Set(await logged())).toEqual(new Set(["log: 1"]));
  });

  it("says of memory that is not there why it cannot be read", async () => {
    await logAt("task->state = TASK_ENDED;", { logMessage: "log: {*(unsigned *)0xa0000000}" });
    expect(await logged()).toEqual(["log: <memory at 0xa0000000 cannot be read>"]);
  });

  it("writes the reason for an expression that cannot be used, and the others", async () => {
    const placed = await logAt(CALL, { logMessage: "log: {nobody} {number == 1} {2 +}", condition: "number == 1" });
    expect(placed).toMatchObject({ verified: true });
    expect(placed?.message).toMatch(/^\{nobody\} in the message cannot be used: .*; \{2 \+\} in the message cannot be/);
    const [line] = await logged();
    expect(line).toBe('log: <"nobody" is not known here> 1 <the expression ends too early>');
  });

  it("works out integers of 64 bits and floating point numbers", async () => {
    const wide = "(unsigned long long)number << 40";
    await logAt(CALL, { logMessage: `log: {${wide}} {number / 4.0}`, condition: `(${wide}) == 1ull << 40` });
    expect(new Set(await logged())).toEqual(new Set(["log: 1099511627776 0.25"]));
  });
});
