/** What other clients send, and requests that ask for too much. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { describe, expect, it } from "vitest";
import { DapClient } from "../harness/dap-client";
import { DapSession, guest, lineOf } from "../harness/dap-session";
import { peakMemory } from "../harness/memory";
import { kernelImage, pvImage } from "./images";

const APP = "sample-guests/pv/hello/app.c";
const PAGE_TABLES = "sample-guests/pv/hello/pagetables.c";
const FLOOD_MS = 3000;
const MEGABYTE = 1 << 20;

async function withSession(session: DapSession, body: (session: DapSession) => Promise<void>): Promise<void> {
  try {
    await body(session);
  } finally {
    await session.close();
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("a guest that makes hypercalls without end", () => {
  it("is paused, and has cost the client and the adapter little", async () => {
    await withSession(await DapSession.launch(pvImage("many")), async (session) => {
      await session.client.request("configurationDone");
      await sleep(FLOOD_MS);
      await session.client.request("pause", { threadId: 100 });
      await session.stop();

      expect(JSON.stringify(session.client.transcript).length).toBeLessThan(4 * MEGABYTE);
      expect(peakMemory(session.client.pid)).toBeLessThan(400 * MEGABYTE);
    });
  });
});

describe("pause", () => {
  const TICK = "test/cases/guests/pv/hot-loop/main.c";

  it("stops a kernel that does nothing but fault", async () => {
    await withSession(await DapSession.launch(kernelImage("fault-loop"), { vmm: "none" }), async (session) => {
      await session.client.request("configurationDone");
      await sleep(500);
      await session.client.request("pause", { threadId: 1 });
      expect((await session.stop()).reason).toBe("pause");
    });
  });

  it.each(["tick {n}", "tick {pte}"])(
    "stops a loop with the logpoint '%s', whose lines stay few",
    async (logMessage) => {
      await withSession(await DapSession.launch(pvImage("hot-loop")), async (session) => {
        const line = lineOf(TICK, "sum += n + (u32)pte;");
        const [set] = await session.breakAtLines(TICK, { line, logMessage });
        expect(set?.verified).toBe(true);
        await session.client.request("configurationDone");
        await sleep(FLOOD_MS);
        await session.client.request("pause", { threadId: 100 });
        expect((await session.stop()).reason).toBe("pause");
        expect(JSON.stringify(session.client.transcript).length).toBeLessThan(4 * MEGABYTE);
      });
    },
  );
});

describe("large arrays", () => {
  it("cost what is looked at, and an element's data breakpoint costs nothing", async () => {
    await withSession(await DapSession.launch(kernelImage("big-arrays"), { memory: "512M" }), async (session) => {
      await session.breakAtFunctions("stop");
      await session.start();
      const { id } = (await session.frames())[1] ?? { id: 0 };
      const evaluate = (expression: string): Promise<DebugProtocol.EvaluateResponse["body"]> =>
        session.client.request("evaluate", { expression, frameId: id });
      for (const name of ["mem_map", "heap", "five", "bigs", "local"]) {
        const { variablesReference } = await evaluate(name);
        expect((await session.children({ variablesReference })).length).toBeGreaterThan(0);
      }
      const heap = await evaluate("heap");
      const info = await session.client.request<{ dataId: string | null }>("dataBreakpointInfo", {
        variablesReference: heap.variablesReference,
        name: "[5]",
      });
      expect(info.dataId).not.toBeNull();
      expect(peakMemory(session.client.pid)).toBeLessThan(900 * MEGABYTE);
    });
  });
});

describe("readMemory and writeMemory", () => {
  it.each([16, 64, 256])("answer a request for %d MiB", async (megabytes) => {
    const session = await DapSession.launch(guest("bare/hello"), { stopOnEntry: true, memory: "512M" });
    await withSession(session, async () => {
      await session.start();
      const args = { memoryReference: "0x100000", count: megabytes * MEGABYTE };
      const answer = await session.client
        .request<{ data: string }>("readMemory", args)
        .then(({ data }) => data.length, String);
      expect(String(answer)).not.toContain("an error of the debugger itself");
      expect(peakMemory(session.client.pid)).toBeLessThan(1200 * MEGABYTE);
    });
  });
});

describe("launch", () => {
  const attributes = [
    { command: "launch" },
    { host: "127.0.0.1" },
    { stopOnEntry: null },
    { cwd: "/tmp" },
    { env: { A: "1" } },
    { $schema: "x" },
  ];

  it.each(attributes)("takes %o, which other clients send", async (more) => {
    await withSession(await DapSession.launch(guest("pv/hello"), more), async (session) => {
      expect((await session.breakAtFunctions("map_page"))[0]?.verified).toBe(true);
    });
  });
});

describe("a client that counts from zero", () => {
  it("gets every line and column so", async () => {
    const session = await DapSession.connect(DapClient.start(), { linesStartAt1: false, columnsStartAt1: false });
    await withSession(session, async ({ client }) => {
      await client.request("launch", { program: guest("pv/hello") });
      await client.event("initialized");
      const line = lineOf(APP, "u32 rectangle = shape->size.width") - 1;
      const [set] = await session.breakAtLines(APP, line);
      expect(set?.line).toBe(line);
      await session.start();
      const [frame] = await session.frames();
      expect(frame?.line).toBe(line);
      const args = { memoryReference: frame?.instructionPointerReference, instructionCount: 1 };
      const { instructions } = await client.request<{ instructions: DebugProtocol.DisassembledInstruction[] }>(
        "disassemble",
        args,
      );
      expect(instructions[0]?.line).toBe(line);
    });
  });
});

describe("conditions and logpoints on page-table entries of 64 bits", () => {
  const line = lineOf(PAGE_TABLES, "return HYPERCALL4(update_va_mapping");

  it.each(["pte == 0", "pte & 1", "(u32)pte != 0", "*(unsigned int *)&pte != 0"])("take %s", async (condition) => {
    await withSession(await DapSession.launch(guest("pv/hello")), async (session) => {
      expect((await session.breakAtLines(PAGE_TABLES, { line, condition }))[0]).toMatchObject({ verified: true });
    });
  });

  it.each(["{pte}", "{pte & 1}", "{$eax,x}"])("write %s", async (logMessage) => {
    await withSession(await DapSession.launch(guest("pv/hello")), async (session) => {
      expect((await session.breakAtLines(PAGE_TABLES, { line, logMessage }))[0]).toMatchObject({ verified: true });
    });
  });
});

describe("breakpointLocations", () => {
  it("offers no line that setBreakpoints would move", async () => {
    await withSession(await DapSession.launch(guest("pv/hello")), async ({ client }) => {
      const { sources } = await client.request<{ sources: { path: string }[] }>("loadedSources");
      const moved: string[] = [];
      for (const source of sources.filter(({ path }) => /\.[chS]$/.test(path))) {
        const offered = await client.request<{ breakpoints: { line: number }[] }>("breakpointLocations", {
          source,
          line: 1,
          endLine: 9999,
        });
        const breakpoints = offered.breakpoints.map(({ line }) => ({ line }));
        const set = await client.request<{ breakpoints: { line: number }[] }>("setBreakpoints", {
          source,
          breakpoints,
        });
        set.breakpoints.forEach(({ line }, i) => {
          if (line !== breakpoints[i]?.line) moved.push(`${source.path}:${breakpoints[i]?.line ?? 0}`);
        });
      }
      expect(sources.length).toBeGreaterThan(10);
      expect(moved).toEqual([]);
    });
  });
});
