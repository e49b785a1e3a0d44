/** Images whose debug information is damaged or endless: each request is answered in words, and the adapter stays small. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { describe, expect, it } from "vitest";
import { RequestError } from "../harness/dap-client";
import { DapSession } from "../harness/dap-session";
import { peakMemory } from "../harness/memory";

const FOLDER = join(__dirname, "hostile");
const MEMORY_LIMIT = 512 * (1 << 20);

/** What was said to a request: its body, or the words in which it was refused. */
async function answer<Body>(session: DapSession, command: string, args: object): Promise<Body | string> {
  return session.client.request<Body>(command, args).catch((error: unknown) => {
    if (error instanceof RequestError) return error.message;
    throw error;
  });
}

/** Asks all that a client asks at a stop. @returns the refusals */
async function lookAround(session: DapSession): Promise<string[]> {
  const said: unknown[] = [];
  const ask = async <Body>(command: string, args: object): Promise<Body | undefined> => {
    const got = await answer<Body>(session, command, args);
    if (typeof got !== "string") return got;
    said.push(got);
    return undefined;
  };
  await ask("setBreakpoints", { source: { path: "/x/h.c" }, breakpoints: [{ line: 3 }] });
  await ask("setFunctionBreakpoints", { breakpoints: [{ name: "main" }] });
  await session.client.request("configurationDone");
  await session.stop();
  const stack = await ask<{ stackFrames: DebugProtocol.StackFrame[] }>("stackTrace", { threadId: session.threadId });
  const frameId = stack?.stackFrames[0]?.id ?? 0;
  const scopes = await ask<{ scopes: DebugProtocol.Scope[] }>("scopes", { frameId });
  for (const { variablesReference } of scopes?.scopes ?? []) await ask("variables", { variablesReference });
  const value = await ask<{ variablesReference: number }>("evaluate", { expression: "v", frameId });
  if (value?.variablesReference) await ask("variables", { variablesReference: value.variablesReference });
  await ask("evaluate", { expression: "sizeof v", frameId });
  await ask("modules", {});
  return said.map(String);
}

describe("damaged debug information", () => {
  it.each(readdirSync(FOLDER))("%s is answered in words", async (file) => {
    const session = await DapSession.connect();
    try {
      const program = join(FOLDER, file);
      const launched = await answer(session, "launch", { program, stopOnEntry: true, vmm: "none" });
      const refusals = typeof launched === "string" ? [launched] : await lookAround(session);
      for (const refusal of refusals) expect(refusal).not.toMatch(/error of the debugger itself/);
      expect(peakMemory(session.client.pid)).toBeLessThan(MEMORY_LIMIT);
    } finally {
      await session.close();
    }
  });
});
