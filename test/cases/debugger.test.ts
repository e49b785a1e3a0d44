/** Kernels built as others build them, each hiding something from a debugger; the right answers are gdb's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { describe, expect, it } from "vitest";
import { DapSession } from "../harness/dap-session";
import { root, runProcess } from "../harness/process";
import { debuggerFolder } from "./images";

type Breakpoints = { breakpoints: DebugProtocol.Breakpoint[] };

const LAUNCHER = join(root, "bin", "ringscope");
/** A kernel ends with the byte 16 at the debug-exit port: (16 << 1) | 1. */
const ENDED_WELL = 33;

const image = (name: string): string => join(debuggerFolder, "out", `${name}.elf`);
const sourceFile = (name: string): string => join(debuggerFolder, name);

/** The number of the line that carries the comment `mark`. */
function marked(file: string, mark: string): number {
  const lines = readFileSync(sourceFile(file), "utf8").split("\n");
  return lines.findIndex((line) => line.includes(`/*${mark}*/`)) + 1;
}

/** Sets breakpoints in a source file by its path. */
async function breakAt(session: DapSession, path: string, ...lines: number[]): Promise<DebugProtocol.Breakpoint[]> {
  const args = { source: { path }, breakpoints: lines.map((line) => ({ line })) };
  return (await session.client.request<Breakpoints>("setBreakpoints", args)).breakpoints;
}

async function inSession(name: string, more: object, body: (session: DapSession) => Promise<void>): Promise<void> {
  const session = await DapSession.launch(image(name), { vmm: "none", ...more });
  try {
    await body(session);
  } finally {
    await session.close();
  }
}

/** A session that stands at a marked line of a source file. */
const atMark = (
  name: string,
  file: string,
  mark: string,
  body: (session: DapSession) => Promise<void>,
): Promise<void> =>
  inSession(name, {}, async (session) => {
    await breakAt(session, sourceFile(file), marked(file, mark));
    await session.start();
    await body(session);
  });

/** Goes on until the machine ends; where it stopped on its way, as `name:line`. */
async function stops(session: DapSession): Promise<string[]> {
  const seen: string[] = [];
  const ended = session.client.event("terminated").then(() => false);
  ended.catch(() => undefined);
  await session.client.request("configurationDone");
  for (;;) {
    const stopped = session.stop().then(() => true);
    stopped.catch(() => undefined);
    if (!(await Promise.race([stopped, ended]))) return seen;
    const [frame] = await session.frames();
    seen.push(`${frame?.name ?? "?"}:${frame?.line ?? 0}`);
    await session.client.request("continue", { threadId: session.threadId });
  }
}

const status = async (name: string): Promise<number | undefined> =>
  (await runProcess(process.execPath, [LAUNCHER, "run", image(name)], { timeoutSeconds: 20 })).status;

describe("01: a kernel at -O0 whose linker script throws .eh_frame away", () => {
  it("shows its parameters and locals", () =>
    atMark("01-noeh", "01-noeh.c", "BP", async (session) => {
      expect(await session.values("Locals")).toEqual({ a: "6", b: "7", r: "42" });
    }));
});

describe("02: the first instruction of a kernel", () => {
  it("stops at a function breakpoint on it", () =>
    inSession("01-noeh", {}, async (session) => {
      await session.breakAtFunctions("_start");
      await session.start();
      expect((await session.frames()).map(({ name }) => name)).toEqual(["_start"]);
    }));

  it("stops at a line breakpoint on it", () =>
    inSession("04-esp", {}, async (session) => {
      await breakAt(session, sourceFile("04-esp.S"), 7);
      await session.start();
      const [frame] = await session.frames();
      expect([frame?.name, frame?.line]).toEqual(["_start", 7]);
    }));
});

describe("03: boot code linked at 0xC0100000 that runs at 1 MiB before paging", () => {
  it("has its source at the entry, and stops at its lines before and after paging", () =>
    inSession("03-higher-half", { stopOnEntry: true }, async (session) => {
      const set = await breakAt(session, sourceFile("03-higher-half.S"), 12, 18, 22);
      expect(set.map(({ verified }) => verified)).toEqual([true, true, true]);
      expect(await stops(session)).toEqual(["entry:9", "entry:12", "entry:18", expect.stringMatching(/:22$/)]);
    }));
});

describe("04, 15: what a boot loader leaves", () => {
  it("is a stack that a kernel can push on", async () => expect(await status("04-esp")).toBe(ENDED_WELL));
  it("is a BIOS data area with the size of base memory", async () => expect(await status("15-bda")).toBe(ENDED_WELL));
});

describe.each(["gcc", "clang", "clang-O2"])("05: bit-fields across their storage unit, by %s", (compiler) => {
  it("have their values, alone and among the locals", () =>
    atMark(`05-bitfields-${compiler}`, "05-bitfields.c", "BP", async (session) => {
      expect(await session.evaluate("pa.b")).toBe("999999937");
      expect(await session.evaluate("pb.hi")).toBe("9 '\\t'");
      expect(Object.keys(await session.values("Locals"))).toContain("lpa");
    }));
});

describe("05: a bit-field that lies in five bytes", () => {
  it("is written whole", () =>
    atMark("05-bitfields-gcc", "05-bitfields.c", "BP", async (session) => {
      await session.evaluate("lpa.b=0", 0, "repl");
      expect(await session.evaluate("lpa.b")).toBe("0");
    }));
});

describe("06: functions without a prologue (-O0 -fomit-frame-pointer)", () => {
  it("stop at a function breakpoint before their first statement", () =>
    inSession("06-empty-prologue", {}, async (session) => {
      await session.breakAtFunctions("first", "bar");
      expect(await stops(session)).toEqual(["first:3", "bar:11"]);
    }));
});

describe("08: a nested function of GNU C", () => {
  it("shows its locals", () =>
    atMark("08-nested", "08-nested.c", "IN", async (session) => {
      expect(await session.values("Locals")).toMatchObject({ q: "3", z: "8" });
    }));
});

describe("09: values", () => {
  const at = (body: (session: DapSession) => Promise<void>): Promise<void> =>
    atMark("09-values", "09-values.c", "BP", body);

  it("show a long double, bytes that begin with 0, an enumerator of 64 bits and a complex number", () =>
    at(async (session) => {
      expect(await session.evaluate("ld")).toBe("-2.25");
      expect(await session.evaluate("mac")).not.toMatch(/^("")?$/);
      expect(await session.evaluate("ue")).toContain("UE");
      expect(await session.evaluate("cpx")).not.toContain("base is not a number");
    }));

  it("answer an assignment with what was assigned", () =>
    at(async (session) => {
      const set = async (scope: string, name: string, value: string): Promise<string> => {
        const [frame] = await session.frames();
        const { scopes } = await session.client.request<{ scopes: DebugProtocol.Scope[] }>("scopes", {
          frameId: frame?.id ?? 0,
        });
        const variablesReference = scopes.find((each) => each.name === scope)?.variablesReference;
        const args = { variablesReference, name, value };
        return (await session.client.request<{ value: string }>("setVariable", args)).value;
      };
      expect(await set("Locals", "r", "78")).toBe("78");
      expect(await set("Registers", "eax", "0x123")).toBe("0x00000123");
      await expect(set("Locals", "b", "1")).rejects.toThrow();
    }));
});

describe("12: an interrupt stub of NASM without call-frame information", () => {
  it("is followed in the stack by the function that it interrupted", () =>
    atMark("12-isr", "12-isr.c", "H", async (session) => expect(await session.names()).toContain("div0")));

  it("is where a step out of the handler stops, or what it interrupted", () =>
    atMark("12-isr", "12-isr.c", "H", async (session) => {
      expect(await session.step("stepOut")).toMatch(/^(isr_common|div0)\b/);
    }));
});

describe.each(["gz", "split", "debuglink"])("13: debug information with -%s", (form) => {
  it("binds source breakpoints", () =>
    inSession(`13-${form}`, {}, async (session) => {
      const [set] = await breakAt(session, sourceFile("01-noeh.c"), marked("01-noeh.c", "BP"));
      expect(set?.verified).toBe(true);
    }));
});

describe("16: sources", () => {
  const line = marked("01-noeh.c", "BP");

  it("are known through a symbolic link to their folder", () =>
    inSession("16-plain", {}, async (session) => {
      const [set] = await breakAt(session, sourceFile("out/src/link/k.c"), line);
      expect(set?.verified).toBe(true);
    }));

  it("are known by sourceRoots where they were built elsewhere", () =>
    inSession("16-pmap", { sourceRoots: [sourceFile("out/src")] }, async (session) => {
      const [set] = await breakAt(session, sourceFile("out/src/k.c"), line);
      expect(set?.verified).toBe(true);
    }));
});
