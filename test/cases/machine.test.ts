/** The processor does the same whoever looks on, and what the manual says where it is asked little. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DapSession, lineOf } from "../harness/dap-session";
import { root, runProcess } from "../harness/process";
import { DEBUG_EXCEPTION_CASES, kernelImage, pvImage } from "./images";

const LAUNCHER = join(root, "bin", "ringscope");

/** hlt-tf.S writes 1 to the debug-exit port when #DB came: (1 << 1) | 1. */
const DEBUG_EXCEPTION_CAME = 3;

const APP = "test/cases/guests/pv/tenants/app.c";
/** A word of the page whose TLB entry the guest forgets to drop. */
const STALE_WORD = "0x0011a000";

async function symbolAddress(image: string, name: string): Promise<string> {
  const { stdout } = await runProcess("nm", [image], { timeoutSeconds: 10 });
  const found = new RegExp(`^([0-9a-f]+) . ${name}$`, "m").exec(stdout)?.[1];
  if (found === undefined) throw new Error(`${image} has no symbol ${name}`);
  return `0x${found}`;
}

describe("a debug exception", () => {
  const names = { 1: "after HLT under TF", 2: "for INT1", 3: "for DR0 as a breakpoint", 5: "for DR0 as a watch" };

  it.each(DEBUG_EXCEPTION_CASES.map((n) => [names[n], n] as const))("comes %s", async (_, n) => {
    const args = [LAUNCHER, "run", kernelImage(`hlt-tf-${n}`)];
    const { status } = await runProcess(process.execPath, args, { timeoutSeconds: 20 });
    expect(status).toBe(DEBUG_EXCEPTION_CAME);
  });
});

describe("a REP that overwrites itself", () => {
  const image = kernelImage("rep-self");

  async function printed(step?: "stepIn" | "next"): Promise<string> {
    const session = await DapSession.launch(image, { console: "output" });
    try {
      const reference = await symbolAddress(image, "self");
      await session.client.request("setInstructionBreakpoints", {
        breakpoints: [{ instructionReference: reference }],
      });
      await session.start();
      if (step !== undefined) await session.step(step, "instruction");
      await session.client.request("setInstructionBreakpoints", { breakpoints: [] });
      await session.runToEnd();
      return session.client.printed.trim();
    } finally {
      await session.close();
    }
  }

  it("prints R when it runs undisturbed", async () => {
    const { stdout } = await runProcess(process.execPath, [LAUNCHER, "run", image], { timeoutSeconds: 20 });
    expect(stdout.trim()).toBe("R");
  });

  it("prints R after a breakpoint on it", async () => expect(await printed()).toBe("R"));
  it("prints R when it is stepped into by instruction", async () => expect(await printed("stepIn")).toBe("R"));
  it("prints R when it is stepped over by instruction", async () => expect(await printed("next")).toBe("R"));
});

describe("a guest that forgets INVLPG", () => {
  const image = pvImage("tenants");
  const WRONG_LEDGER = "tenant 1: 19995 entries in the ledger";

  it("goes wrong in its own way when nobody looks", async () => {
    const { stdout } = await runProcess(process.execPath, [LAUNCHER, "guest", image], { timeoutSeconds: 60 });
    expect(stdout).toContain(WRONG_LEDGER);
  });

  it("goes wrong in the same way while a data breakpoint watches the page", async () => {
    const session = await DapSession.launch(image, { console: "output" });
    try {
      const line = lineOf(APP, "enter(ledger, value);");
      await session.breakAtLines(APP, { line, condition: "value == 149 && self == 1" });
      await session.start();
      await session.breakAtLines(APP);
      const info = await session.client.request<{ dataId: string }>("dataBreakpointInfo", {
        name: STALE_WORD,
        asAddress: true,
        bytes: 4,
      });
      const { breakpoints } = await session.client.request<{ breakpoints: { verified: boolean }[] }>(
        "setDataBreakpoints",
        { breakpoints: [{ dataId: info.dataId, accessType: "readWrite", condition: "0" }] },
      );
      expect(breakpoints[0]?.verified).toBe(true);
      await session.client.request("continue", { threadId: session.threadId });
      // Each of some hundred thousand touches is decided outside of the machine's run, which takes a while.
      await expect.poll(() => session.client.printed, { timeout: 90_000 }).toContain(WRONG_LEDGER);
    } finally {
      await session.close();
    }
  });
});
