/** Two domains whose kernels are linked at the same addresses; stopped in the second, a look at the first. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DapSession, guest, lineOf } from "../harness/dap-session";

const APP = "sample-guests/pv/hello/app.c";

describe("a frame of a domain that does not run", () => {
  let session: DapSession;
  let other: number;
  let frame: DebugProtocol.StackFrame;

  beforeAll(async () => {
    session = await DapSession.launch(guest("pv/isolation"), { domains: [guest("pv/hello")] });
    await session.breakAtLines(APP, lineOf(APP, 'say("hello from ring 3'));
    await session.start();
    const { threads } = await session.client.request<{ threads: DebugProtocol.Thread[] }>("threads");
    other = threads.find(({ id }) => id !== session.threadId)?.id ?? 0;
    const found = (await session.frames(other)).find(({ name }) => name === "map_read_only");
    if (found === undefined) throw new Error("domain 0 does not stand in map_read_only");
    frame = found;
  });
  afterAll(() => session.close());

  const evaluate = async (expression: string): Promise<string> =>
    (await session.client.request<{ result: string }>("evaluate", { expression, frameId: frame.id })).result;

  const locals = async (): Promise<DebugProtocol.Variable[]> => {
    const { scopes } = await session.client.request<{ scopes: DebugProtocol.Scope[] }>("scopes", { frameId: frame.id });
    return session.children(scopes[0]);
  };

  const word = async (memoryReference: string | undefined): Promise<number> => {
    const { data } = await session.client.request<{ data: string }>("readMemory", { memoryReference, count: 4 });
    return Buffer.from(data, "base64").readUInt32LE();
  };

  it("has variables whose memory is its own domain's", async () => {
    const inMemory = (await locals()).filter(({ memoryReference, type }) => memoryReference && !type?.includes("*"));
    expect(inMemory.length).toBeGreaterThan(0);
    for (const { value, memoryReference } of inMemory) expect(await word(memoryReference)).toBe(Number(value) >>> 0);
  });

  it("has the code of its own domain in the disassembly", async () => {
    const { instructions } = await session.client.request<{ instructions: DebugProtocol.DisassembledInstruction[] }>(
      "disassemble",
      {
        memoryReference: frame.instructionPointerReference,
        instructionCount: 1,
      },
    );
    expect(instructions[0]?.location?.path ?? frame.source?.path).toBe(frame.source?.path);
    const bytes = Buffer.from((instructions[0]?.instructionBytes ?? "").replaceAll(" ", ""), "hex");
    const inMemory = Number(await evaluate("*(unsigned int *)$eip"));
    expect(bytes.length).toBeGreaterThan(0);
    for (const [i, byte] of [...bytes].slice(0, 4).entries()) expect((inMemory >>> (8 * i)) & 0xff).toBe(byte);
  });

  it("knows the names of its own image, and not those of the running one", async () => {
    expect(await evaluate("map_read_only")).toContain("map_read_only");
    await expect(evaluate("shapes")).rejects.toThrow();
  });

  it("is written to in its own domain", async () => {
    const target = (await locals()).find(({ memoryReference, type }) => memoryReference && !type?.includes("*"));
    const running = await session.evaluate("*(unsigned int *)$esp");
    const { scopes } = await session.client.request<{ scopes: DebugProtocol.Scope[] }>("scopes", { frameId: frame.id });
    const args = { variablesReference: scopes[0]?.variablesReference, name: target?.name, value: "0x1234" };
    await session.client.request("setVariable", args);
    const again = (await session.frames(other)).find(({ name }) => name === "map_read_only");
    if (again !== undefined) frame = again;
    expect(Number((await locals()).find(({ name }) => name === target?.name)?.value)).toBe(0x1234);
    expect(await session.evaluate("*(unsigned int *)$esp")).toBe(running);
  });

  it("is not stepped in place of the running one, but refused in words", async () => {
    const refused = session.client.request("next", { threadId: other });
    await expect(refused).rejects.toThrow(/domain 0 vCPU 0: isolation.elf/);
  });
});
