/** A repeated string instruction is one instruction to the user, however the machine counts it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DapSession, source } from "../harness/dap-session";
import { compileKernel } from "../harness/kernel/compile.mjs";

let folder: string;
let kernel: string;
let session: DapSession;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringscope-repeat-"));
  kernel = join(folder, "repeat.elf");
  compileKernel([source("test/dap/kernels/repeat.c")], kernel, ["-g", "-O0"]);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => session.close());

/** At the REP STOSB of the n-th call of fill. */
async function atRepeat(call: number): Promise<void> {
  session = await DapSession.launchTo("fill", kernel);
  if (call > 1) {
    await session.breakAtFunctions("fill");
    await session.continue();
    await session.breakAtFunctions();
  }
  for (;;) {
    const [next] = await instructions();
    if (next?.instruction.startsWith("rep ") === true) return;
    await session.step("stepIn", "instruction");
  }
}

async function instructions(): Promise<{ address: string; instruction: string }[]> {
  const memoryReference = await session.evaluate("$eip");
  const args = { memoryReference, instructionCount: 2 };
  return (
    await session.client.request<{ instructions: { address: string; instruction: string }[] }>("disassemble", args)
  ).instructions;
}

const STEPS = [
  ["stepIn", "instruction"],
  ["next", "instruction"],
  ["stepIn", "statement"],
  ["next", "statement"],
] as const;

describe("a step at a repeated instruction", () => {
  it.each(STEPS)("%s by %s makes all of its iterations", async (command, granularity) => {
    await atRepeat(1);
    const next = (await instructions())[1]?.address ?? "";
    expect(await session.evaluate("$ecx")).toBe("0x00001000");
    await session.step(command, granularity);
    expect(await session.evaluate("$ecx")).toBe("0x00000000");
    if (granularity === "instruction") expect(await session.evaluate("$eip")).toBe(next);
    expect(await session.evaluate("page[4095]")).toBe("120 'x'");
  });

  it.each(STEPS)(
    "%s by %s stops once for watched bytes inside, with the instruction done",
    async (command, granularity) => {
      await atRepeat(1);
      const { dataId } = await session.client.request<{ dataId: string }>("dataBreakpointInfo", {
        name: "page[100]",
        bytes: 16,
      });
      await session.client.request("setDataBreakpoints", { breakpoints: [{ dataId, accessType: "write" }] });
      await session.client.request(command, { threadId: session.threadId, granularity });
      expect((await session.stop()).reason).toBe("data breakpoint");
      expect(await session.evaluate("$ecx")).toBe("0x00000000");
      await session.client.request(command, { threadId: session.threadId, granularity });
      expect((await session.stop()).reason).toBe("step");
    },
  );

  it.each(STEPS)("%s by %s is not held up by a breakpoint on it", async (command, granularity) => {
    await atRepeat(1);
    const instructionReference = await session.evaluate("$eip");
    await session.client.request("setInstructionBreakpoints", { breakpoints: [{ instructionReference }] });
    await session.client.request(command, { threadId: session.threadId, granularity });
    expect((await session.stop()).reason).toBe("step");
    expect(await session.evaluate("$ecx")).toBe("0x00000000");
  });

  it("goes into the handler of a fault that comes after some iterations", async () => {
    await atRepeat(2);
    const repeated = await session.evaluate("$eip");
    expect(await session.evaluate("$ecx")).toBe("0x00000080");
    await session.step("stepIn", "instruction");
    expect(await session.evaluate("$ecx")).toBe("0x00000040");
    expect(await session.evaluate("$eip")).toBe((await session.evaluate("&page_fault,x")).slice(0, 10));
    expect(await session.evaluate("*(unsigned *)($esp + 4),x")).toBe(repeated);
  });

  it("lets the handler run and goes on when it steps over", async () => {
    await atRepeat(2);
    await session.step("next", "instruction");
    expect(await session.evaluate("$ecx")).toBe("0x00000000");
    expect(await session.evaluate("faults")).toBe("1");
  });
});
