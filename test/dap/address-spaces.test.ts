/**
 * Two domains that are linked at the same addresses: isolation waits in a hypercall while hello runs its application. All that
 * is asked about a frame of isolation must be answered from isolation's memory and by its names.
 */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DapSession, guest, lineOf } from "../harness/dap-session";

const APP = "sample-guests/pv/hello/app.c";

let session: DapSession;
/** The thread of the domain that does not run, and a frame of its guest. */
let other: number;
let frame: DebugProtocol.StackFrame;

beforeEach(async () => {
  session = await DapSession.launch(guest("pv/isolation"), { domains: [guest("pv/hello")] });
  await session.breakAtLines(APP, lineOf(APP, 'say("hello from ring 3'));
  await session.start();
  const { threads } = await session.client.request<{ threads: DebugProtocol.Thread[] }>("threads");
  other = threads.find(({ id }) => id !== session.threadId)?.id ?? 0;
  const found = (await session.frames(other)).find(({ name }) => name === "map_read_only");
  if (found === undefined) throw new Error("isolation does not wait in map_read_only");
  frame = found;
});

afterEach(() => session.close());

const request = <T>(command: string, args: object): Promise<T> => session.client.request<T>(command, args);

const evaluate = async (expression: string): Promise<string> =>
  (await request<{ result: string }>("evaluate", { expression, frameId: frame.id })).result;

async function word(memoryReference: string): Promise<number> {
  const { data } = await request<{ data: string }>("readMemory", { memoryReference, count: 4 });
  return Buffer.from(data, "base64").readUInt32LE();
}

async function locals(of = frame): Promise<{ reference: number; rows: DebugProtocol.Variable[] }> {
  const { scopes } = await request<{ scopes: DebugProtocol.Scope[] }>("scopes", { frameId: of.id });
  const reference = scopes[0]?.variablesReference ?? 0;
  return { reference, rows: await session.children(scopes[0]) };
}

describe("a frame of a domain that does not run", () => {
  it("has the memory that its rows show", async () => {
    const { rows } = await locals();
    expect(rows.map(({ name }) => name)).toContain("mfn");
    for (const { memoryReference, value } of rows) expect(await word(memoryReference ?? "")).toBe(Number(value) >>> 0);
  });

  it("is disassembled from its own code", async () => {
    const args = { memoryReference: frame.instructionPointerReference, instructionOffset: -1, instructionCount: 1 };
    const { instructions } = await request<{ instructions: DebugProtocol.DisassembledInstruction[] }>(
      "disassemble",
      args,
    );
    expect(instructions[0]?.instruction).toMatch(/^call 0x[0-9a-f]{8} <hypercall_page/);
    expect(instructions[0]?.location?.path).toMatch(/isolation\/main\.c$/);
  });

  it("has its own names, and none of another domain's", async () => {
    expect(await evaluate("(unsigned int *)$eip")).toMatch(/<map_read_only\+0x/);
    for (const name of ["shapes", "area"]) await expect(evaluate(name)).rejects.toThrow(`"${name}" is not known here`);
    expect(await evaluate("current->domain->id")).toBe("1");
  });

  it("has the page tables of its vCPU, and no segment registers of the one that runs", async () => {
    expect(await evaluate("$cr3")).not.toBe(await session.evaluate("$cr3"));
    const { scopes } = await request<{ scopes: DebugProtocol.Scope[] }>("scopes", { frameId: frame.id });
    expect(scopes.map(({ name }) => name)).toEqual(["Locals", "Registers"]);
    await expect(evaluate("$ds")).rejects.toThrow("the register ds was not kept in this frame");
  });

  it("is written to in its own memory", async () => {
    const { reference, rows } = await locals();
    const mfn = rows.find(({ name }) => name === "mfn")?.memoryReference ?? "";
    const there = mfn.replace(/@.*/, "");
    const running = await word(there);
    await request("setVariable", { variablesReference: reference, name: "mfn", value: "0x1234" });
    expect([await word(mfn), await word(there)]).toEqual([0x1234, running]);
    const data = Buffer.from([1, 0, 0, 0]).toString("base64");
    await request("writeMemory", { memoryReference: mfn, data });
    expect([await word(mfn), await word(there)]).toEqual([1, running]);
  });

  it("gives data breakpoints that watch its domain", async () => {
    const { reference } = await locals();
    const { dataId } = await request<{ dataId: string }>("dataBreakpointInfo", {
      variablesReference: reference,
      name: "result_",
    });
    await session.breakAtLines(APP);
    await request("setDataBreakpoints", { breakpoints: [{ dataId, accessType: "write" }] });
    const stop = await session.continue();
    expect(stop.threadId).toBe(other);
    expect(await session.here()).toMatch(/^map_read_only main\.c/);
  });

  it("gives instruction breakpoints that stop its domain only", async () => {
    await session.breakAtLines(APP);
    const breakpoints = [{ instructionReference: frame.instructionPointerReference }];
    await request("setInstructionBreakpoints", { breakpoints });
    expect((await session.continue()).threadId).toBe(other);
  });

  it("is not stepped in place of the one that runs", async () => {
    for (const command of ["next", "stepIn", "stepOut"])
      await expect(request(command, { threadId: other })).rejects.toThrow(
        '"domain 0 vCPU 0: isolation.elf" does not run now and cannot be stepped: ' +
          'the processor is with "domain 1 vCPU 0: hello.elf"; set a breakpoint where it goes on',
      );
  });
});

it("refuses a reference to a vCPU that is not there", async () => {
  await expect(request("readMemory", { memoryReference: "0x00100000@d7v0", count: 4 })).rejects.toThrow(
    '"0x00100000@d7v0" is not a memory reference',
  );
});
