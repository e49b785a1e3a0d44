import { join } from "node:path";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DapServer, ROOT } from "../harness/dap-client";
import { DapSession } from "../harness/dap-session";
import { compileKernel } from "../harness/kernel/compile.mjs";

/** Every request has a bound on what it reads and answers, whatever the program and its client ask for. */

const ARRAYS = join(ROOT, "dist", "test", "arrays.elf");
/** Rows that one request gets at most. */
const MOST_ROWS = 4096;
const PAGES = 1 << 20;

type Variable = DebugProtocol.Variable;

let server: DapServer;
let session: DapSession;
beforeAll(async () => {
  compileKernel([join(import.meta.dirname, "kernels", "arrays.c")], ARRAYS, ["-g", "-O0"]);
  server = await DapServer.start();
});
afterAll(() => server.stop());
afterEach(() => session.close());

async function atStop(): Promise<void> {
  session = await DapSession.launch(ARRAYS, { vmm: "none", memory: "256M" }, server.connect());
  await session.breakAtFunctions("stop");
  await session.start();
}

const row = (expression: string): Promise<Variable & { result: string }> =>
  session.client.request("evaluate", { expression, context: "watch" });

describe("an array of a million structures", () => {
  it("gives as many rows as a view can show, and says how many are left", async () => {
    await atStop();
    const rows = await session.children(await row("pages"));
    expect(rows).toHaveLength(MOST_ROWS + 1);
    expect(rows[3]).toMatchObject({ name: "[3]", evaluateName: "pages[3]" });
    expect(rows[3]?.value).toMatch(/flags = 7/);
    expect(rows.at(-1)).toEqual({
      name: "...",
      value: `<${PAGES - MOST_ROWS} more elements: they can be asked for by their number>`,
      variablesReference: 0,
    });
  });

  it.each([
    [PAGES - 2, 100, ["[1048574]", "[1048575]"]],
    [PAGES, 1, []],
    [1000, 2, ["[1000]", "[1001]"]],
    [PAGES - MOST_ROWS, 0, undefined],
  ])("gives the rows from %i on, %i of them", async (start, count, names) => {
    await atStop();
    const rows = await session.children(await row("pages"), { filter: "indexed", start, count });
    if (names !== undefined) expect(rows.map(({ name }) => name)).toEqual(names);
    else expect([rows.length, rows.at(-1)?.name]).toEqual([MOST_ROWS, `[${PAGES - 1}]`]);
  });

  it("has none that is named", async () => {
    await atStop();
    expect(await session.children(await row("pages"), { filter: "named" })).toEqual([]);
  });

  it("has references for what was unfolded last, and forgets the oldest of a hundred thousand", async () => {
    await atStop();
    const pages = await row("pages");
    const [first] = await session.children(pages, { start: 0, count: 1 });
    let last: Variable | undefined;
    for (let n = 0; n < 25; n++) last = (await session.children(pages, { count: MOST_ROWS }))[0];
    expect((await session.children(last)).map(({ name }) => name)).toEqual(["flags", "next", "references"]);
    await expect(session.children(first)).rejects.toThrow("this variable is gone");
  });
});

describe("an element of an array of 64 MiB", () => {
  it("is found by its number, to be watched or changed", async () => {
    await atStop();
    const { variablesReference } = await row("heap");
    for (const [name, address] of [
      ["[5]", "heap + 5"],
      ["[67108863]", "heap + 67108863"],
    ] as const) {
      const { result: linear } = await row(`(void *)(${address})`);
      const info = await session.client.request<{ description: string }>("dataBreakpointInfo", {
        variablesReference,
        name,
      });
      expect(info.description).toBe(`heap${name} (1 byte at ${linear.slice(0, 10)})`);
    }
    const set = await session.client.request<Variable>("setVariable", { variablesReference, name: "[6]", value: "65" });
    expect(set.value).toBe("65 'A'");
    for (const name of ["[67108864]", "[-1]", "[5", "5", "[05x]"])
      await expect(session.client.request("setVariable", { variablesReference, name, value: "65" })).rejects.toThrow(
        "there is no variable",
      );
  });
});

describe("a request with too much in it", () => {
  const LONG = "x".repeat((1 << 16) + 1);
  const many = (each: object): object[] => new Array<object>(1001).fill(each);
  it.each([
    ["setBreakpoints", { source: { path: "x.c" }, breakpoints: many({ line: 1 }) }, "arguments.breakpoints", "list"],
    ["setFunctionBreakpoints", { breakpoints: many({ name: "stop" }) }, "arguments.breakpoints", "list"],
    [
      "setInstructionBreakpoints",
      { breakpoints: many({ instructionReference: "0" }) },
      "arguments.breakpoints",
      "list",
    ],
    ["setDataBreakpoints", { breakpoints: many({ dataId: "0" }) }, "arguments.breakpoints", "list"],
    ["evaluate", { expression: LONG }, "arguments.expression", "string"],
    ["setVariable", { variablesReference: 1, name: LONG, value: "1" }, "arguments.name", "string"],
    [
      "setBreakpoints",
      { source: { path: "x.c" }, breakpoints: [{ line: 1, logMessage: LONG }] },
      "arguments.breakpoints[0].logMessage",
      "string",
    ],
  ])("is refused: %s, %#", async (command, args, name, kind) => {
    await atStop();
    const bound = kind === "list" ? "a list of 1000 at most" : "a string of 65536 characters at most";
    await expect(session.client.request(command, args)).rejects.toThrow(`"${name}" must be ${bound}`);
  });
});

describe("arrays inside of each other", () => {
  it("are unfolded one dimension after the other", async () => {
    await atStop();
    let at: Variable | undefined = await row("cube");
    for (const n of [1, 2, 3, 4]) at = (await session.children(at)).find(({ name }) => name === `[${n}]`);
    expect((await session.children(at))[5]).toMatchObject({ name: "[5]", evaluateName: "cube[1][2][3][4][5]" });
  });
});

describe("memory", () => {
  it("is read by 16 MiB at once at most", async () => {
    await atStop();
    const read = (count: number): Promise<{ data: string; unreadableBytes?: number }> =>
      session.client.request("readMemory", { memoryReference: "0x00100000", count });
    expect((await read(1 << 20)).data).toHaveLength(Math.ceil((1 << 20) / 3) * 4);
    for (const count of [(16 << 20) + 1, 1 << 30, Number.MAX_SAFE_INTEGER])
      await expect(read(count)).rejects.toThrow("no more than 16 MiB can be read at once");
  });
});
