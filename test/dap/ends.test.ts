import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DebugProtocol } from "@vscode/debugprotocol";
import type { ConsoleEventBody, HypercallsResponseBody } from "../../debug-adapter/protocol";
import { DapClient, DapServer } from "../harness/dap-client";
import { DapSession, guest } from "../harness/dap-session";

let server: DapServer;
let session: DapSession | undefined;
let folder: string;
beforeAll(async () => {
  server = await DapServer.start();
  folder = mkdtempSync(join(tmpdir(), "ringscope-"));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  await session?.close();
  session = undefined;
});

const launch = async (program: string, more: object = {}): Promise<DapSession> =>
  (session = await DapSession.launch(program, more, server.connect()));

/** The guest's own output: it runs. */
const isConsole = ({ category }: { category?: string }): boolean => category === "stdout";

const exceptionInfo = (of: DapSession) =>
  of.client.request<DebugProtocol.ExceptionInfoResponse["body"]>("exceptionInfo", { threadId: of.threadId });

describe("the end of a machine", () => {
  it("is the guest's orderly power-off, with exit code 0 and all that it printed", async () => {
    const hello = await launch(guest("pv/hello"), { noDebug: true });
    await hello.breakAtFunctions("kernel_main");
    await hello.client.request("configurationDone");
    expect(await hello.ended()).toBe(0);
    expect(hello.client.printed).toMatch(/^pv\/hello: a kernel in ring 1\n/);
    expect(hello.client.printed).toMatch(/kernel: power off\n$/);
  });

  it("is a bare kernel's write to the debug-exit port", async () => {
    const hello = await launch(guest("bare/hello"));
    await hello.client.request("configurationDone");
    expect(await hello.ended()).toBe(1);
  });

  it("comes when the client asks for it, in the middle of an endless loop", async () => {
    const loop = await launch(guest("pv/loop"));
    await loop.client.request("configurationDone");
    await loop.client.event("output", isConsole);
    await loop.client.request("terminate");
    await loop.client.event("terminated");
  });
});

describe("a guest that does wrong", () => {
  it("stops before a crash ends its domain, with the reason and the guest's stack", async () => {
    const fault = await launch(guest("pv/fault"));
    const stop = await fault.start();
    expect(stop.reason).toBe("exception");
    expect(stop.text).toMatch(/^Domain 0 crashed: /);
    expect(stop.description).toBe(stop.text);
    expect(stop.text).toMatch(
      /; it was a (read from|write to) 0x[0-9a-f]{8} in ring 1: the (PTE|PDE|PDPTE) 0x[0-9a-f]+ \(at physical 0x[0-9a-f]{8}\) is /,
    );
    expect(await exceptionInfo(fault)).toMatchObject({
      exceptionId: "domain crash",
      description: stop.text,
      breakMode: "always",
    });
    const names = await fault.names();
    expect(names[0]).toBe("trace_domain_crash");
    const separator = names.indexOf("── ring 1 → 0: page fault ──");
    expect(names.slice(separator + 1, separator + 3)).toEqual(["touch", "kernel_main"]);
    // The first that VS Code shows, for its source is neither missing nor "deemphasized".
    const shown = (await fault.frames()).find(({ source }) => source?.presentationHint === undefined && source?.path);
    expect(shown).toMatchObject({ name: "touch", presentationHint: "normal" });
    expect(await fault.runToEnd()).toBe(72);
  });

  it("can be paused in an endless loop, and goes on", async () => {
    const loop = await launch(guest("pv/loop"));
    await loop.client.request("configurationDone");
    await loop.client.event("output", isConsole);
    await loop.client.request("pause", { threadId: 0 });
    expect(await loop.stop()).toMatchObject({ reason: "pause", allThreadsStopped: true });
    expect((await loop.names()).slice(0, 2)).toEqual(["forever", "kernel_main"]);
    const rounds = Number(await loop.evaluate("rounds"));
    await loop.client.request("continue", { threadId: loop.threadId });
    await loop.client.request("pause", { threadId: 0 });
    await loop.stop();
    expect(Number(await loop.evaluate("rounds"))).toBeGreaterThanOrEqual(rounds);
  });

  it("is frozen before the reset of a triple fault, with the chain of faults", async () => {
    const triple = await launch(guest("bare/triple-fault"));
    const stop = await triple.start();
    expect(stop).toMatchObject({ reason: "exception" });
    const { exceptionId, description } = await exceptionInfo(triple);
    expect(exceptionId).toBe("triple fault");
    expect(description).toMatch(
      /^Triple fault\. The machine is stopped before its reset\. The faults that led to it:\n {2}#/,
    );
    expect(description).toMatch(
      /\nIt began with #GP\(0x001a\) in \w+(\+0x[0-9a-f]+)? \(\w+\.[cS]:\d+\): the vector lies/,
    );
    expect(stop.description).toMatch(/^Triple fault, which began with #GP\(0x001a\) in /);
    expect(await triple.names()).toContain("kernel_main");
    expect(await triple.runToEnd()).toBe(70);
  });

  it("gets -ENOSYS for an unknown hypercall, and the trace shows it", async () => {
    const unknown = await launch(guest("pv/unknown-hypercall"));
    await unknown.client.request("configurationDone");
    expect(await unknown.ended()).toBe(0);
    const { rows } = await unknown.client.request<HypercallsResponseBody>("ringscope.hypercalls", { count: 1000 });
    expect(
      rows.filter(({ failed }) => failed).map(({ name, result, domain, ring }) => [name, result, domain, ring]),
    ).toEqual([
      ["hypercall 60", "-38 ENOSYS", 0, 1],
      ["hypercall 128", "-38 ENOSYS", 0, 1],
      ["hypercall 4294967295", "-38 ENOSYS", 0, 1],
    ]);
    expect(rows.map(({ name }) => name)).toContain("console_io");
  });

  it("stops where the VMM refuses a request, when that filter is on", async () => {
    const hello = await launch(guest("pv/hello"));
    await hello.client.request("setExceptionBreakpoints", { filters: ["refusal"] });
    const stop = await hello.start();
    expect(stop.text).toMatch(/^The hypervisor refused a request of domain 0: /);
    expect(await hello.names()).toContain("show_refusals");
  });
});

describe("a guest without debug information", () => {
  it("is said so, and debugged by its symbols", async () => {
    const program = join(folder, "stripped.elf");
    execFileSync("strip", ["--strip-debug", "-o", program, guest("pv/hello")]);
    const hello = await launch(program);
    expect(await hello.client.event("output")).toEqual({
      category: "important",
      output: "stripped.elf has no debug information: its source cannot be shown, breakpoints go to functions only\n",
    });
    await hello.breakAtFunctions("timer_set");
    await hello.start();
    expect((await hello.stack()).slice(0, 2)).toEqual(["timer_set", "show_all_masked"]);
    expect((await hello.step("stepIn", "instruction")).slice(0, 9)).toBe("timer_set");
  });
});

describe("stopOnEntry", () => {
  it("stops at the guest kernel's first instruction, ring 1", async () => {
    const hello = await launch(guest("pv/hello"), { stopOnEntry: true });
    expect(await hello.start()).toMatchObject({ reason: "entry" });
    expect(await hello.evaluate("$cs")).toBe("0x0000e019");
  });

  it("stops at a bare kernel's first instruction", async () => {
    const hello = await launch(guest("bare/hello"), { stopOnEntry: true });
    expect(await hello.start()).toMatchObject({ reason: "entry" });
    expect((await hello.names())[0]).toBe("_start");
  });
});

describe("a launch that cannot be", () => {
  const file = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const refused = (args: object): Promise<string> =>
    DapSession.connect(server.connect()).then(async (connected) => {
      session = connected;
      return connected.client.request("launch", args).then(
        () => "it was launched",
        (error: Error) => error.message,
      );
    });

  it.each<[object, string]>([
    [{}, 'launch configuration: "program" is missing: the ELF file of a guest kernel'],
    [{ program: 5 }, 'launch configuration: "program" must be the path of a file, not 5'],
    [{ program: "x", memory: "lots" }, 'launch configuration: "memory" must be a size such as 128M, not "lots"'],
    [{ program: "x", memory: 128 }, 'launch configuration: "memory" must be a size such as 128M, not 128'],
    [{ program: "x", domains: "y" }, 'launch configuration: "domains" must be a list of strings "FILE ARGS", not "y"'],
    [
      { program: "x", engine: "fast" },
      'launch configuration: "engine" must be "auto", "interpreter" or "compiled", not "fast"',
    ],
    [{ program: "x", stopOnEntry: "yes" }, 'launch configuration: "stopOnEntry" must be true or false, not "yes"'],
    [{ program: "x", console: "window" }, 'launch configuration: "console" must be "output" or "event", not "window"'],
  ])("says what is wrong with %j", async (args, message) => {
    expect(await refused(args)).toBe(message);
  });

  it("says why a file is no guest kernel", async () => {
    const hello = readFileSync(guest("pv/hello"));
    const is64Bit = Uint8Array.from(hello);
    is64Bit[4] = 2;
    const cases: [string, string][] = [
      [join(folder, "missing.elf"), "no such file"],
      [file("text.elf", Buffer.from("hello, world\n".repeat(20))), "not an ELF file"],
      [file("wide.elf", is64Bit), "a 64-bit ELF file; the machine is 32-bit (IA-32): build with -m32"],
      [file("empty.elf", new Uint8Array(0)), "the file is empty"],
      [guest("pv/no-notes"), "not a paravirtual kernel: it has neither Xen notes nor a __xen_guest section"],
    ];
    for (const [program, what] of cases) {
      expect(await refused({ program })).toBe(`cannot launch ${program}: ${what}`);
      await session?.close();
    }
    const cut = file("cut.elf", hello.subarray(0, 5000));
    expect(await refused({ program: cut })).toMatch(
      /cut\.elf: truncated: it should have \d+ bytes at least and has 5000$/,
    );
  });

  it("says that a machine cannot have so much memory", async () => {
    expect(await refused({ program: guest("pv/hello"), memory: "4G" })).toContain(
      "the machine's memory must be 1M to 2047M",
    );
  });

  it("does not attach", async () => {
    session = await DapSession.connect(server.connect());
    await expect(session.client.request("attach", {})).rejects.toThrow(
      "attach is not supported: Ringscope runs the machine itself, use a launch configuration",
    );
  });
});

it("refuses input for a console that is not there", async () => {
  const hello = await launch(guest("pv/hello"));
  const input = { console: "no such", data: "x" };
  await expect(hello.client.request("ringscope.consoleInput", input)).rejects.toThrow('there is no console "no such"');
});

it("gives consoles and log as events of their own when the client wants that", async () => {
  const hello = await launch(guest("pv/hello"), { console: "event" });
  await hello.breakAtFunctions("kernel_main");
  await hello.start();
  await hello.breakAtFunctions("traps_init");
  await hello.continue();
  const bodies = hello.client.transcript
    .filter(
      (message): message is DebugProtocol.Event =>
        message.type === "event" && "event" in message && message.event === "ringscope.console",
    )
    .map(({ body }) => body as ConsoleEventBody);
  const text = (name: string, log: boolean | undefined): string =>
    bodies
      .filter((body) => body.console === name && body.log === log)
      .map(({ data }) => data)
      .join("");
  expect(text("hello", undefined)).toMatch(/^pv\/hello: a kernel in ring 1\n/);
  expect(text("VMM log", true)).toMatch(/^Ringscope VMM\n/);
  expect(hello.client.printed).toBe("");
});

it("keeps the conversation in a file for a bug report", async () => {
  const path = join(folder, "trace.txt");
  const client = DapClient.start("--trace", path);
  session = await DapSession.connect(client);
  await client.request("disconnect");
  expect(await client.exited).toBe(0);
  const lines = readFileSync(path, "utf8");
  expect(lines).toMatch(/^<- .*\n?.*"command":"initialize"/s);
  expect(lines).toMatch(/^-> .*"supportsDisassembleRequest":true/ms);
});

it("leaves with its client: the process over standard input and output ends with 0", async () => {
  copyFileSync(guest("pv/loop"), join(folder, "loop.elf"));
  const client = DapClient.start();
  session = await DapSession.launch(join(folder, "loop.elf"), {}, client);
  await client.request("configurationDone");
  await client.event("output", isConsole);
  await client.request("disconnect");
  expect(await client.exited).toBe(0);
});
