import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { DapServer } from "../harness/dap-client";
import { DapSession, guest, lineOf } from "../harness/dap-session";

const APP = "sample-guests/pv/hello/app.c";
const TASKS = "sample-guests/pv/hello/tasks.c";

let server: DapServer;
let session: DapSession;
beforeAll(async () => (server = await DapServer.start()));
afterAll(() => server.stop());
afterEach(() => session.close());

/** In the guest kernel, before the first write system call. */
const atCallWrite = async (): Promise<void> =>
  void (session = await DapSession.launchTo("call_write", guest("pv/hello"), server.connect()));

describe("variables", () => {
  it("unfolds a pointer to a structure, its arrays in pages", async () => {
    await atCallWrite();
    const task = (await session.scope("Locals")).find(({ name }) => name === "task");
    expect(task).toMatchObject({ type: "struct task *", evaluateName: "task", namedVariables: 6 });
    const members = await session.children(task);
    expect(members.map(({ name }) => name)).toEqual(["name", "state", "parent", "memory", "calls", "alarm"]);
    const calls = members.find(({ name }) => name === "calls");
    expect(calls).toMatchObject({ type: "u32 [3]", indexedVariables: 3, evaluateName: "task->calls" });
    const page = await session.children(calls, { filter: "indexed", start: 0, count: 2 });
    expect(page.map(({ name, value, evaluateName }) => [name, value, evaluateName])).toEqual([
      ["[0]", "1", "task->calls[0]"],
      ["[1]", "0", "task->calls[1]"],
    ]);
  });

  it("shows numbers in hexadecimal when the client asks for it", async () => {
    await atCallWrite();
    const frameId = (await session.frames())[0]?.id;
    const { scopes } = await session.client.request<{ scopes: DebugProtocol.Scope[] }>("scopes", { frameId });
    const locals = await session.children(scopes[0], { format: { hex: true } });
    expect(locals.find(({ name }) => name === "length")?.value).toBe("0x00000012");
  });

  it("has the variables of outer frames, across rings", async () => {
    await atCallWrite();
    const say = (await session.names()).indexOf("say");
    expect((await session.values("Locals", say))["text"]).toMatch(/ "hello from ring 3\\n"$/);
    const registers = await session.values("Registers", say);
    expect(registers["eip"]).toBe((await session.frames())[say]?.instructionPointerReference);
    expect(await session.evaluate("$esp", say)).toBe(registers["esp"]);
  });

  it("changes a member, a register and what the guest does with it", async () => {
    await atCallWrite();
    const { result } = await session.client.request<{ result: string }>("evaluate", {
      expression: "length = 5",
      frameId: (await session.frames())[0]?.id,
      context: "repl",
    });
    expect(result).toBe("5");
    await session.client.event("invalidated");
    const task = (await session.scope("Locals")).find(({ name }) => name === "task");
    const set = { variablesReference: task?.variablesReference, name: "state", value: "2" };
    expect(await session.client.request("setVariable", set)).toMatchObject({ value: "TASK_ENDED (2)" });
    await session.client.request("setExpression", {
      expression: "$eflags",
      value: "$eflags | 1",
      frameId: (await session.frames())[0]?.id,
    });
    expect(await session.evaluate("$eflags & 1")).toBe("1");
    await session.breakAtFunctions("compute");
    await session.continue();
    expect(session.client.printed).toContain("app: hello  system call by vector 81\n");
  });
});

describe("evaluate", () => {
  it("knows names of all images, registers, casts, arithmetic and functions", async () => {
    await atCallWrite();
    expect(await session.evaluate("app_task.calls[0] + sizeof(struct task)")).toBe("37");
    expect(await session.evaluate("current->domain->id")).toBe("0");
    expect(await session.evaluate("*(u8 *)$eip,x")).toMatch(/^\d+ '/);
    expect(await session.evaluate("system_call")).toMatch(/^0x[0-9a-f]{8} <system_call>$/);
    expect(await session.evaluate("&task->calls[1] - &task->calls[0]")).toBe("1");
    expect(await session.evaluate("task->state == TASK_RUNNING")).toBe("1");
    expect(await session.evaluate("($cs & 3) == 1 && $cpl == 1")).toBe("1");
  });

  it.each([
    ["nothing", '"nothing" is not known here'],
    ["task->nothing", 'struct task has no member "nothing"'],
    ["task +", "the expression ends too early"],
    ["*(u32 *)0xf0000000", "memory at 0xf0000000 cannot be read"],
    ["$nothing", 'there is no register "nothing"'],
  ])("refuses %s in words", async (expression, message) => {
    await atCallWrite();
    await expect(session.evaluate(expression)).rejects.toThrow(message);
  });

  it("does not let a hover change anything", async () => {
    await atCallWrite();
    await expect(session.evaluate("length = 1", 0, "hover")).rejects.toThrow("a hover changes nothing");
  });
});

describe("memory and disassembly", () => {
  it("reads and writes memory, and says where it ends", async () => {
    await atCallWrite();
    const memoryReference = (await session.evaluate("&task->calls")).slice(0, 10);
    const data = Buffer.from([7, 0, 0, 0]).toString("base64");
    expect(await session.client.request("writeMemory", { memoryReference, data })).toEqual({ bytesWritten: 4 });
    expect(await session.evaluate("task->calls[0]")).toBe("7");
    const read = await session.client.request<{ data: string; address: string }>("readMemory", {
      memoryReference,
      count: 4,
    });
    expect(read).toEqual({ address: memoryReference, data });
    const beyond = await session.client.request("readMemory", { memoryReference: "0xf0000000", count: 16 });
    expect(beyond).toEqual({ address: "0xf0000000", data: "", unreadableBytes: 16 });
  });

  it("disassembles in both directions around EIP, with lines and names", async () => {
    await atCallWrite();
    const eip = (await session.frames())[0]?.instructionPointerReference ?? "";
    const rows = async (instructionOffset: number, instructionCount: number) =>
      (
        await session.client.request<{ instructions: DebugProtocol.DisassembledInstruction[] }>("disassemble", {
          memoryReference: eip,
          instructionOffset,
          instructionCount,
        })
      ).instructions;
    const around = await rows(-4, 8);
    expect(around).toHaveLength(8);
    expect(around[4]?.address).toBe(eip);
    const entry = around.findIndex(({ symbol }) => symbol === "call_write");
    expect(around[entry]).toMatchObject({ instruction: "push ebp", instructionBytes: "55" });
    expect(around[entry + 1]).toMatchObject({ instruction: "mov ebp, esp", instructionBytes: "89 e5" });
    const line = lineOf(TASKS, "if (!contains(&task->memory, text, length)) return CALL_FAILED;");
    expect(around[4]?.line).toBe(line);
    const far = await rows(0, 40);
    expect(far.some(({ instruction }) => /^call 0x[0-9a-f]{8} <contains>$/.test(instruction))).toBe(true);
    expect((await rows(-2, 1))[0]?.address).toBe(around[2]?.address);
  });

  it("fills rows without memory", async () => {
    await atCallWrite();
    const args = { memoryReference: "0xf0000000", instructionOffset: -1, instructionCount: 3 };
    const { instructions } = await session.client.request<{ instructions: DebugProtocol.DisassembledInstruction[] }>(
      "disassemble",
      args,
    );
    expect(instructions.map(({ instruction, presentationHint }) => [instruction, presentationHint])).toEqual([
      ["(not mapped)", "invalid"],
      ["(not mapped)", "invalid"],
      ["(not mapped)", "invalid"],
    ]);
  });
});

describe("breakpoints", () => {
  it("slides to the next line with code and says so", async () => {
    session = await DapSession.launch(guest("pv/hello"), {}, server.connect());
    const comment = lineOf(TASKS, "/* The kernel prints only what the task could have read itself. */");
    const [set] = await session.breakAtLines(TASKS, comment);
    expect(set).toMatchObject({
      verified: true,
      message: `line ${comment} has no code; the breakpoint is on line ${set?.line}`,
    });
    expect(set?.line).toBeGreaterThan(comment);
  });

  it("says why a breakpoint cannot be set", async () => {
    session = await DapSession.launch(guest("pv/hello"), {}, server.connect());
    const path = "/nowhere/at-all.c";
    const args = { source: { path }, breakpoints: [{ line: 1 }] };
    const { breakpoints } = await session.client.request<{ breakpoints: DebugProtocol.Breakpoint[] }>(
      "setBreakpoints",
      args,
    );
    expect(breakpoints[0]).toMatchObject({ verified: false, message: `no loaded image was made from "${path}"` });
    expect((await session.breakAtLines(APP, 9999))[0]).toMatchObject({
      verified: false,
      message: "there is no code at line 9999 or after it",
    });
    expect((await session.breakAtFunctions("no_such_function"))[0]).toMatchObject({
      verified: false,
      message: 'there is no function "no_such_function"',
    });
    expect((await session.breakAtFunctions({ name: "call_write", condition: "length >" }))[0]).toMatchObject({
      verified: false,
      message: "the condition cannot be used: the expression ends too early",
    });
    expect((await session.breakAtFunctions({ name: "call_write", hitCondition: "often" }))[0]).toMatchObject({
      verified: false,
      message: '"often" is not a hit count: write a number, or >=, >, <, <=, % and a number',
    });
  });

  it("evaluates conditions and hit counts in the machine", async () => {
    session = await DapSession.launch(guest("pv/hello"), {}, server.connect());
    await session.breakAtFunctions({
      name: "call_write",
      condition: "task->state == TASK_RUNNING && task->calls[0] == 3",
    });
    await session.start();
    expect(await session.evaluate("task->calls[0]")).toBe("3");
    await session.breakAtFunctions({ name: "call_write", hitCondition: "2" });
    await session.continue();
    expect(await session.evaluate("task->calls[0]")).toBe("5");
    await session.breakAtFunctions({ name: "call_write", condition: "length == 12345" });
    expect(await session.runToEnd()).toBe(0);
  });

  it("stops at an instruction, and lists the lines that can have one", async () => {
    await atCallWrite();
    const line = lineOf(TASKS, "if (!contains(&task->memory, text, length)) return CALL_FAILED;");
    const source = { path: (await session.frames())[0]?.source?.path };
    expect(await session.client.request("breakpointLocations", { source, line: line - 2, endLine: line })).toEqual({
      // A breakpoint on the function's own line would move to its first statement, so that line is not offered.
      breakpoints: [{ line }],
    });
    await session.breakAtFunctions();
    const back = (await session.frames())[1]?.instructionPointerReference;
    await session.client.request("setInstructionBreakpoints", { breakpoints: [{ instructionReference: back }] });
    expect(await session.continue()).toMatchObject({ reason: "instruction breakpoint" });
    expect((await session.frames())[0]?.instructionPointerReference).toBe(back);
  });

  it("lists sources and images", async () => {
    session = await DapSession.launch(guest("pv/hello"), {}, server.connect());
    const { sources } = await session.client.request<{ sources: DebugProtocol.Source[] }>("loadedSources");
    expect(sources.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["app.c", "tasks.c", "hypercall.c", "entry.S"]),
    );
    const { modules } = await session.client.request<{ modules: DebugProtocol.Module[] }>("modules");
    expect(modules.map(({ name, symbolStatus }) => [name, symbolStatus])).toEqual([
      ["vmm.elf", "Symbols loaded."],
      ["hello.elf (domain 0)", "Symbols loaded."],
    ]);
  });
});
