import type { DebugProtocol } from "@vscode/debugprotocol";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DapServer } from "../harness/dap-client";
import { DapSession, guest, lineOf, source } from "../harness/dap-session";

/** What other clients than VS Code send, ask for and count on. */

const APP = "sample-guests/pv/hello/app.c";
const TASKS = "sample-guests/pv/hello/tasks.c";
const HELLO = guest("pv/hello");

let server: DapServer;
let session: DapSession;
beforeAll(async () => (server = await DapServer.start()));
afterAll(() => server.stop());
afterEach(() => session.close());

/** Bodies of the events of a name so far. */
const events = <Body>(name: string): Body[] =>
  session.client.transcript.flatMap((message) =>
    "event" in message && message.event === name ? [message.body as Body] : [],
  );

const launched = async (args: object, capabilities: object = {}): Promise<void> => {
  session = await DapSession.connect(server.connect(), capabilities);
  await session.client.request("launch", { program: HELLO, ...args });
  await session.client.event("initialized");
};

describe("a launch", () => {
  it("goes on over what it does not know, and over null, with a warning each", async () => {
    await launched({ host: "127.0.0.1", cwd: "/tmp", env: { A: "1" }, kernal: 1, stopOnEntry: null });
    const warnings = session.client.written("important").split("\n");
    expect(warnings).toEqual([
      'launch configuration: "host", "cwd", "env", "kernal" are not known and of no effect; the attributes are ' +
        "program, commandLine, domains, memory, stopOnEntry, engine, vmm, sourceRoots, sourceMap, symbols, console, noDebug",
      'launch configuration: "stopOnEntry" counts as left out: it is null',
      "",
    ]);
  });

  it("tells of each module and source that it brings, before it asks for breakpoints", async () => {
    await launched({});
    const { client } = session;
    const { modules } = await client.request<{ modules: DebugProtocol.Module[] }>("modules");
    const { sources } = await client.request<{ sources: DebugProtocol.Source[] }>("loadedSources");
    expect(events("module")).toEqual(modules.map((module) => ({ reason: "new", module })));
    expect(events("loadedSource")).toEqual(sources.map((each) => ({ reason: "new", source: each })));
    expect(sources.map(({ name }) => name)).toContain("app.c");
    const names = client.transcript.flatMap((message) => ("event" in message ? [message.event] : []));
    expect(names.at(-1)).toBe("initialized");
  });
});

describe("a client that counts lines and columns from 0", () => {
  it("is answered so", async () => {
    const line = lineOf(APP, "u32 rectangle = shape->size.width") - 1;
    await launched({}, { linesStartAt1: false, columnsStartAt1: false });
    const [set] = await session.breakAtLines(APP, line);
    expect(set?.line).toBe(line);
    await session.start();
    const [frame] = await session.frames();
    expect(frame?.line).toBe(line);
    const { instructions } = await session.client.request<{ instructions: DebugProtocol.DisassembledInstruction[] }>(
      "disassemble",
      { memoryReference: frame?.instructionPointerReference, instructionCount: 1 },
    );
    expect(instructions[0]?.line).toBe(line);
    const { breakpoints } = await session.client.request<{ breakpoints: { line: number }[] }>("breakpointLocations", {
      source: { path: source(APP) },
      line,
    });
    expect(breakpoints).toEqual([{ line }]);
    const column = frame?.column ?? 0;
    await session.close();
    await launched({}, { linesStartAt1: true, columnsStartAt1: true });
    await session.breakAtLines(APP, line + 1);
    await session.start();
    const [same] = await session.frames();
    expect([same?.line, same?.column]).toEqual([line + 1, column + 1]);
  });
});

describe("a write by the debugger", () => {
  const memory = (): DebugProtocol.MemoryEvent["body"][] => events("memory");

  it("is told as memory that changed, by its address and to each view of memory", async () => {
    await launched({}, { supportsMemoryEvent: true });
    await session.breakAtLines(APP, lineOf(APP, "u32 rectangle = shape->size.width"));
    await session.start();
    const width = await session.evaluate("&shape->size.width");
    const address = width.slice(0, 10);
    const before = `0x${(Number(address) - 64).toString(16).padStart(8, "0")}`;
    await session.client.request("readMemory", { memoryReference: before, count: 128 });
    const [frame] = await session.frames();
    const set = { expression: "shape->size.width", value: "9", frameId: frame?.id };
    await session.client.request("setExpression", set);
    await session.client.request("threads");
    expect(memory()).toEqual([
      { memoryReference: address, offset: 0, count: 4 },
      { memoryReference: before, offset: 64, count: 4 },
    ]);
    const data = Buffer.from([1, 2, 3]).toString("base64");
    await session.client.request("writeMemory", { memoryReference: before, offset: 5, data });
    await session.client.request("threads");
    expect(memory().slice(2)).toContainEqual({ memoryReference: before, offset: 5, count: 3 });
  });

  it("is not told when a register changes, nor to a client that does not know the event", async () => {
    await launched({ stopOnEntry: true }, { supportsMemoryEvent: true });
    await session.start();
    await session.evaluate("$eax = 5");
    await session.client.request("threads");
    expect(memory()).toEqual([]);
    await session.close();
    await launched({ stopOnEntry: true });
    await session.start();
    await session.evaluate("*(int *)$esp = 5");
    await session.client.request("threads");
    expect(memory()).toEqual([]);
  });
});

describe("the names of frames", () => {
  it("have what the client's format asks for", async () => {
    session = await DapSession.launchTo("area", HELLO, server.connect());
    const name = async (format: DebugProtocol.StackFrameFormat): Promise<string | undefined> => {
      const args = { threadId: session.threadId, levels: 1, format };
      return (await session.client.request<{ stackFrames: { name: string }[] }>("stackTrace", args)).stackFrames[0]
        ?.name;
    };
    const [{ line } = { line: 0 }] = await session.frames();
    expect(await name({})).toBe("area");
    expect(await name({ parameters: true })).toBe("area(shape)");
    expect(await name({ parameterNames: true })).toBe("area");
    const all = { parameters: true, parameterTypes: true, parameterNames: true, parameterValues: true };
    expect(await name(all)).toMatch(/^area\(const struct shape \* shape=0x[0-9a-f]{8} <shapes(\+0x[0-9a-f]+)?>\)$/);
    expect(await name({ module: true, line: true })).toBe(`hello.elf!area line ${line}`);
    expect(await name({ parameters: true, parameterTypes: true })).toBe("area(const struct shape *)");
  });
});

describe("rows of registers", () => {
  it.each([
    ["Registers", "eax", "unsigned int"],
    ["Registers", "eflags", "unsigned int"],
    ["Segments", "cs", "selector"],
    ["Control Registers", "cr3", "unsigned int"],
    ["Control Registers", "gdtr", "table register"],
  ])("have a type: %s, %s", async (scope, name, type) => {
    session = await DapSession.launchTo("area", HELLO, server.connect());
    expect((await session.scope(scope)).find((row) => row.name === name)?.type).toBe(type);
  });
});

describe("breakpointLocations", () => {
  it("offers the lines at which a breakpoint stays", async () => {
    await launched({});
    const { client } = session;
    const { sources } = await client.request<{ sources: { path: string }[] }>("loadedSources");
    const moved: string[] = [];
    let offered = 0;
    for (const each of sources.filter(({ path }) => /\.[chS]$/.test(path))) {
      const range = { source: each, line: 1, endLine: 1_000_000_000 };
      const { breakpoints } = await client.request<{ breakpoints: { line: number }[] }>("breakpointLocations", range);
      const set = await client.request<{ breakpoints: DebugProtocol.Breakpoint[] }>("setBreakpoints", {
        source: each,
        breakpoints,
      });
      offered += breakpoints.length;
      breakpoints.forEach(({ line }, n) => {
        if (set.breakpoints[n]?.line !== line) moved.push(`${each.path}:${line}`);
      });
    }
    expect(moved).toEqual([]);
    expect(offered).toBeGreaterThan(1000);
  });
});

describe("the scopes of a frame that is gone", () => {
  it("are none, and so are a separator's", async () => {
    session = await DapSession.launchTo("do_console_io", HELLO, server.connect());
    const [frame] = await session.frames();
    const scopes = (frameId: number | undefined): Promise<{ scopes: object[] }> =>
      session.client.request("scopes", { frameId });
    expect((await scopes(frame?.id)).scopes).toHaveLength(4);
    const separator = (await session.frames()).find(({ presentationHint }) => presentationHint === "label");
    expect(separator).toBeDefined();
    expect(await scopes(separator?.id)).toEqual({ scopes: [] });
    await session.step("next");
    expect(await scopes(frame?.id)).toEqual({ scopes: [] });
    await expect(scopes(123456789)).rejects.toThrow("there is no stack frame 123456789");
  });
});

describe("a breakpoint whose condition cannot be evaluated", () => {
  it("says so at the breakpoint itself, where it stops", async () => {
    await launched({});
    const line = lineOf(TASKS, "task->calls[number]++;");
    const [set] = await session.breakAtLines(TASKS, { line, condition: "*(int *)0xa0000000 == 1" });
    await session.start();
    expect(events("breakpoint")).toEqual([
      {
        reason: "changed",
        breakpoint: {
          id: set?.id,
          verified: true,
          message: "The condition of a breakpoint could not be evaluated: memory at 0xa0000000 cannot be read",
        },
      },
    ]);
  });
});

describe("a client that disconnects", () => {
  it.each([{}, { terminateDebuggee: true }, { terminateDebuggee: false }])("ends the machine: %j", async (args) => {
    await launched({ stopOnEntry: true });
    await session.start();
    await session.client.request("disconnect", args);
    await session.client.event("terminated");
  });
});
