import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { HypercallRow, HypercallsResponseBody } from "../../debug-adapter/protocol";
import { ROOT } from "../harness/dap-client";
import { DapSession, guest } from "../harness/dap-session";

/** `ringscope trace` and a debug session tell the same of the same guest, to the instruction. */

let session: DapSession;
afterEach(() => session.close());

/** A call as both tell it. */
const told = ({
  index,
  domain,
  vcpu,
  name,
  arguments: words,
  result,
  failed,
  eip,
  ring,
  instructions,
}: HypercallRow) => ({
  ...{ index, domain, vcpu, name, arguments: words, result, failed, eip, ring, instructions },
});

async function traced(...args: string[]): Promise<ReturnType<typeof told>[]> {
  const launcher = join(ROOT, "bin", "ringscope");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [launcher, "trace", "--hypercalls", "--format", "json", ...args],
    { maxBuffer: 1 << 28 },
  );
  // The trace prints a call when it is back, and one that blocks comes back after others.
  return (JSON.parse(stdout) as HypercallRow[]).sort((a, b) => a.index - b.index).map(told);
}

async function ofSession(): Promise<ReturnType<typeof told>[]> {
  const rows: HypercallRow[] = [];
  for (;;) {
    const more = await session.client.request<HypercallsResponseBody>("ringscope.hypercalls", {
      start: rows.length,
      count: 1000,
    });
    if (more.rows.length === 0) return rows.map(told);
    rows.push(...more.rows);
  }
}

describe("the counts of instructions", () => {
  it("of each hypercall are those of the command line's trace", async () => {
    const program = guest("pv/hello");
    session = await DapSession.launch(program);
    await session.client.request("configurationDone");
    await session.ended();
    const rows = await ofSession();
    expect(rows.length).toBeGreaterThan(50);
    expect(rows).toEqual(await traced(program));
  });

  it("are the same with a command line, a second domain and another size of memory", async () => {
    const program = guest("pv/hello");
    const second = `${guest("pv/hello")} c d`;
    session = await DapSession.launch(program, { commandLine: "a b", domains: [second], memory: "96M" });
    await session.client.request("configurationDone");
    await session.ended();
    const rows = await ofSession();
    expect(new Set(rows.map(({ domain }) => domain))).toEqual(new Set([0, 1]));
    expect(rows).toEqual(await traced("--append", "a b", "--domain", second, "--memory", "96M", program));
  });

  it("are the same where the debugger has stopped, stepped and looked in between", async () => {
    const program = guest("pv/hello");
    session = await DapSession.launch(program);
    await session.breakAtFunctions("do_update_va_mapping", "hypercall_entry");
    await session.start();
    for (let n = 0; n < 5; n++) {
      await session.stack();
      await session.step("stepIn");
      await session.step("next");
      await session.continue();
    }
    await session.breakAtFunctions();
    expect(await session.runToEnd()).toBe(0);
    expect(await ofSession()).toEqual(await traced(program));
  });
});
