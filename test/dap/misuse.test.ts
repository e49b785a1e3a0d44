import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DapServer } from "../harness/dap-client";
import { DapSession, guest } from "../harness/dap-session";

/** Clients that do not keep to the protocol: each gets an answer, and the session goes on. */

let server: DapServer;
let session: DapSession;
beforeAll(async () => {
  server = await DapServer.start();
});
afterAll(() => server.stop());
afterEach(() => session.close());

const atEntry = async (): Promise<DapSession> => {
  session = await DapSession.launch(guest("pv/hello"), { stopOnEntry: true }, server.connect());
  await session.start();
  return session;
};

const evaluate = async (expression: string): Promise<string> =>
  (await session.client.request<{ result: string }>("evaluate", { expression, context: "repl" })).result;

describe("a request out of place", () => {
  it("is refused by name when every object has a property of that name", async () => {
    session = await DapSession.connect(server.connect());
    for (const name of ["toString", "constructor", "hasOwnProperty", "__proto__"]) {
      await expect(session.client.request(name)).rejects.toThrow(`the request "${name}" is not supported`);
    }
  });

  it("is refused when it launches a second machine", async () => {
    await atEntry();
    await expect(session.client.request("launch", { program: guest("pv/hello") })).rejects.toThrow(
      "the session has a machine already: a second one takes a session of its own",
    );
    expect(await session.runToEnd()).toBe(0);
  });

  it("does not set a stopped machine going when it is a second configurationDone", async () => {
    const { client } = await atEntry();
    await expect(client.request("configurationDone")).rejects.toThrow("the machine has begun to run already");
    expect(await evaluate("$cpl")).toBe("1");
  });

  it("is refused when configurationDone comes before the launch", async () => {
    session = await DapSession.connect(server.connect());
    await expect(session.client.request("configurationDone")).rejects.toThrow("nothing is being debugged");
  });
});

describe("a configurationDone that comes after terminate", () => {
  it("is refused, and nothing runs", async () => {
    session = await DapSession.launch(guest("pv/loop"));
    const { client } = session;
    await client.request("terminate");
    await client.event("terminated");
    await expect(client.request("configurationDone")).rejects.toThrow("the machine has ended");
    await client.request("disconnect");
    expect(await client.exited).toBe(0);
    expect(client.printed).toBe("");
  });
});

describe("a request whose arguments are malformed", () => {
  const malformed = (name: string, expected: string): RegExp =>
    new RegExp(`is malformed: "${name.replace(/[[\]]/g, "\\$&")}" must be ${expected}$`);
  it.each([
    ["setBreakpoints", {}, "arguments.source", "an object"],
    ["setBreakpoints", { source: { path: 7 } }, "arguments.source.path", "a string"],
    ["setBreakpoints", { source: {}, breakpoints: {} }, "arguments.breakpoints", "a list"],
    [
      "setBreakpoints",
      { source: {}, breakpoints: [{ line: 1 }, {}] },
      "arguments.breakpoints[1].line",
      "a whole number",
    ],
    ["setFunctionBreakpoints", {}, "arguments.breakpoints", "a list"],
    ["setInstructionBreakpoints", { breakpoints: [null] }, "arguments.breakpoints[0]", "an object"],
    ["setExceptionBreakpoints", { filters: [1] }, "arguments.filters[0]", "a string"],
    ["evaluate", { expression: 5 }, "arguments.expression", "a string"],
    ["variables", { variablesReference: "x" }, "arguments.variablesReference", "a whole number"],
    ["readMemory", { memoryReference: "0x1000" }, "arguments.count", "a whole number from 0 on"],
    ["readMemory", { memoryReference: "0x1000", count: -5 }, "arguments.count", "a whole number from 0 on"],
    [
      "disassemble",
      { memoryReference: "0x1000", instructionOffset: 1.5, instructionCount: 2 },
      "arguments.instructionOffset",
      "a whole number",
    ],
    ["dataBreakpointInfo", {}, "arguments.name", "a string"],
    ["setDataBreakpoints", {}, "arguments.breakpoints", "a list"],
    [
      "setDataBreakpoints",
      { breakpoints: [{ dataId: "x", condition: 5 }] },
      "arguments.breakpoints[0].condition",
      "a string",
    ],
    ["stackTrace", [], "arguments", "an object"],
  ] as const)("is refused: %s with %j", async (command, args, name, expected) => {
    const { client } = await atEntry();
    await expect(client.request(command, args)).rejects.toThrow(malformed(name, expected));
    expect(await evaluate("$cpl")).toBe("1");
  });
});

describe("a request about what is not there", () => {
  const NOWHERE: [string, object, string][] = [
    ["next", { threadId: 9999 }, "there is no thread 9999"],
    ["stepIn", { threadId: 9999 }, "there is no thread 9999"],
    ["stepIn", { threadId: 9999, granularity: "instruction" }, "there is no thread 9999"],
    ["stepOut", { threadId: -1 }, "there is no thread -1"],
    ["continue", { threadId: 9999 }, "there is no thread 9999"],
    ["pause", { threadId: 9999 }, "there is no thread 9999"],
    ["stackTrace", { threadId: 9999 }, "there is no thread 9999"],
    ["exceptionInfo", { threadId: 9999 }, "there is no thread 9999"],
    ["scopes", { frameId: 9999 }, "there is no stack frame 9999"],
    ["scopes", { frameId: 0 }, "there is no stack frame 0"],
    ["evaluate", { expression: "1", frameId: 9999 }, "this stack frame is gone"],
    ["setExpression", { expression: "$eax", value: "1", frameId: 9999 }, "this stack frame is gone"],
    ["dataBreakpointInfo", { name: "$eax", frameId: 9999 }, "this stack frame is gone"],
    ["dataBreakpointInfo", { name: "x", variablesReference: 9999 }, "this variable is gone"],
    ["variables", { variablesReference: 9999 }, "this variable is gone"],
    ["setVariable", { variablesReference: 9999, name: "x", value: "1" }, "this variable is gone"],
  ];
  it.each(NOWHERE)("is refused, and nothing runs: %s with %j", async (command, args, message) => {
    const { client } = await atEntry();
    const before = await evaluate("$eip");
    await expect(client.request(command, args)).rejects.toThrow(message);
    expect(await evaluate("$eip")).toBe(before);
    expect(client.transcript.filter((each) => "event" in each && each.event === "stopped")).toHaveLength(1);
  });

  it("is refused when it would step out to the guest of a thread that there never was", async () => {
    session = await DapSession.launchTo("do_console_io", guest("pv/hello"), server.connect());
    await expect(session.client.request("ringscope.stepOutToGuest", { threadId: 9999 })).rejects.toThrow(
      "there is no thread 9999",
    );
  });

  it("means what stopped when it names no thread, or null", async () => {
    const { client } = await atEntry();
    for (const args of [{}, { threadId: null }, { threadId: 0 }]) {
      await client.request("next", { ...args, granularity: "instruction" });
      expect((await session.stop()).reason).toBe("step");
    }
    const { result } = await client.request<{ result: string }>("evaluate", { expression: "$cpl", frameId: null });
    expect(result).toBe("1");
  });

  it("pauses by the number of a thread that has come and gone", async () => {
    session = await DapSession.launch(guest("pv/loop"), {}, server.connect());
    await session.client.request("configurationDone");
    await session.client.request("pause", { threadId: 1 });
    expect((await session.stop()).reason).toBe("pause");
    await session.client.request("continue", { threadId: 1 });
    await session.client.request("pause", { threadId: 1 });
    expect((await session.stop()).reason).toBe("pause");
  });
});

describe("an expression that is nested or long without end", () => {
  it.each([
    [
      "brackets",
      `${"(".repeat(5000)}1${")".repeat(5000)}`,
      "the expression is too long: it may have 1000 words and signs",
    ],
    ["brackets that fit", `${"(".repeat(400)}1${")".repeat(400)}`, "the expression is nested too deeply"],
    ["operators", `${"1+".repeat(5000)}1`, "the expression is too long: it may have 1000 words and signs"],
    ["signs", `${"-".repeat(900)}1`, "the expression is nested too deeply"],
  ])("is refused: %s", async (_name, expression, message) => {
    await atEntry();
    await expect(evaluate(expression)).rejects.toThrow(message);
  });
});

describe("a request after the end", () => {
  it.each(["continue", "next", "stackTrace"])("is told that the machine has ended: %s", async (command) => {
    await atEntry();
    await session.runToEnd();
    await expect(session.client.request(command, { threadId: session.threadId })).rejects.toThrow(
      "the machine has ended",
    );
  });
});

describe("a request that asks for too much", () => {
  it.each([
    { instructionCount: 1_000_000_000 },
    { instructionOffset: 1_000_000_000, instructionCount: 3 },
    { instructionOffset: -1_000_000_000, instructionCount: 3 },
  ])("is refused when it is a disassembly of %j", async (window) => {
    const { client } = await atEntry();
    await expect(client.request("disassemble", { memoryReference: "0x00100000", ...window })).rejects.toThrow(
      "no more than 10000 instructions can be disassembled at once",
    );
  });
});

describe("an assignment to a register", () => {
  it.each(["$eax", "$eip"])("answers with the value that was assigned: %s", async (register) => {
    await atEntry();
    const { frameId } = await frame();
    const { result } = await session.client.request<{ result: string }>("evaluate", {
      expression: `${register} = 77`,
      frameId,
      context: "repl",
    });
    expect(result).toBe("77");
    expect(await evaluate(register)).toBe("0x0000004d");
  });
});

async function frame(): Promise<{ frameId: number }> {
  const { stackFrames } = await session.client.request<{ stackFrames: { id: number }[] }>("stackTrace", {
    threadId: session.threadId,
  });
  return { frameId: stackFrames[0]?.id ?? 0 };
}

describe("a reference that is not an address", () => {
  it.each(["", " ", "-5", "1e3", "0x1ffffffff"])('is refused: "%s"', async (reference) => {
    const { client } = await atEntry();
    const { breakpoints } = await client.request<{ breakpoints: object[] }>("setInstructionBreakpoints", {
      breakpoints: [{ instructionReference: reference }],
    });
    expect(breakpoints).toMatchObject([{ verified: false, message: `"${reference}" is not an address` }]);
    await expect(client.request("readMemory", { memoryReference: reference, count: 4 })).rejects.toThrow(
      `"${reference}" is not a memory reference`,
    );
  });
});

describe("a refusal that quotes the client", () => {
  it("does not end the session over a word in braces", async () => {
    const { client } = await atEntry();
    await expect(client.request("readMemory", { memoryReference: "{_start}", count: 4 })).rejects.toThrow(
      '"{_start}" is not a memory reference',
    );
    await expect(client.request("{_start}")).rejects.toThrow('the request "{_start}" is not supported');
    expect(await evaluate("$cpl")).toBe("1");
  });
});

describe("an assignment inside of an expression", () => {
  const INQUIRIES: [string, string, object][] = [
    ["a hover", "evaluate", { expression: "0 + ($eax = 77)", context: "hover" }],
    ["a question for a data breakpoint", "dataBreakpointInfo", { name: "$eax = 77" }],
  ];
  it.each(INQUIRIES)("is refused in %s", async (_name, command, args) => {
    const { client } = await atEntry();
    const before = await evaluate("$eax");
    await expect(client.request(command, args)).rejects.toThrow();
    expect(await evaluate("$eax")).toBe(before);
  });
});

describe("the event invalidated", () => {
  it("is for clients that know it", async () => {
    session = await DapSession.connect(server.connect(), {});
    const { client } = session;
    await client.request("launch", { program: guest("pv/hello"), stopOnEntry: true });
    await session.start();
    await evaluate("$eax = 77");
    expect(await evaluate("$eax")).toBe("0x0000004d");
    expect(client.transcript.filter((message) => "event" in message && message.event === "invalidated")).toEqual([]);
  });
});
