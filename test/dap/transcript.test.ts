import { afterEach, expect, it } from "vitest";
import { DapSession, guest, lineOf } from "../harness/dap-session";
import { transcriptText } from "../harness/transcript";

const CONSOLE = "sample-guests/lib/pv/console.c";
const APP = "sample-guests/pv/hello/app.c";

let session: DapSession;
afterEach(() => session.close());

it("holds a conversation: a breakpoint in ring 3, a step into a hypercall, the orderly end", async () => {
  session = await DapSession.launch(guest("pv/hello"));
  await session.breakAtLines(APP, lineOf(APP, "u32 total = total_area(&shapes[0], areas, ARRAY_LENGTH(areas));"));
  await session.client.request("setExceptionBreakpoints", { filters: ["crash"] });
  await session.start();
  await session.threads();
  await session.step("next");
  await session.scope("Locals");
  await session.breakAtLines(CONSOLE, lineOf(CONSOLE, "HYPERCALL3(console_io, CONSOLEIO_write"));
  await session.continue();
  await session.stack();
  await session.step("stepIn");
  await session.evaluate("regs->eax");
  await session.breakAtLines(CONSOLE);
  await session.step("stepOut");
  expect(await session.runToEnd()).toBe(0);
  await session.client.request("disconnect");
  await expect(transcriptText(session.client.transcript)).toMatchFileSnapshot("golden/hello.txt");
});

it("holds a conversation: a guest that crashes", async () => {
  session = await DapSession.launch(guest("pv/fault"));
  await session.client.request("setExceptionBreakpoints", { filters: ["crash"] });
  await session.start();
  await session.stack();
  await session.client.request("exceptionInfo", { threadId: session.threadId });
  expect(await session.runToEnd()).toBe(72);
  await expect(transcriptText(session.client.transcript)).toMatchFileSnapshot("golden/fault.txt");
});

it("holds a conversation: a triple fault on the bare machine", async () => {
  session = await DapSession.launch(guest("bare/triple-fault"));
  await session.start();
  await session.stack();
  await session.client.request("exceptionInfo", { threadId: session.threadId });
  expect(await session.runToEnd()).toBe(70);
  await expect(transcriptText(session.client.transcript)).toMatchFileSnapshot("golden/triple-fault.txt");
});
