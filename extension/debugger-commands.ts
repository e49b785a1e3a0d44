import * as vscode from "vscode";
import type { AuditBody, RingscopeRequests } from "../debug-adapter/protocol";
import { DEBUG_TYPE } from "./configurations";
import { messages } from "./messages";
import { inform, warn } from "./notices";

/** Commands that send the adapter requests which the Debug Adapter Protocol lacks. */
export function debuggerCommands(): vscode.Disposable[] {
  const hexadecimal = new Set<string>();
  return [
    vscode.commands.registerCommand("ringscope.audit", audit),
    vscode.commands.registerCommand("ringscope.stepOutToGuest", stepOutToGuest),
    vscode.commands.registerCommand("ringscope.toggleHexadecimal", async () => {
      const session = activeSession();
      if (session === undefined) return;
      const isOn = !hexadecimal.delete(session.id);
      if (isOn) hexadecimal.add(session.id);
      await request(session, "ringscope.setHexadecimal", { isOn });
    }),
    vscode.debug.onDidTerminateDebugSession(({ id }) => void hexadecimal.delete(id)),
  ];
}

function activeSession(): vscode.DebugSession | undefined {
  const session = vscode.debug.activeDebugSession;
  return session?.type === DEBUG_TYPE ? session : undefined;
}

/** Asks the adapter to count the frames of all domains again, and shows what it found. */
async function audit(): Promise<void> {
  const session = activeSession();
  const found = session && ((await request(session, "ringscope.audit", {})) as AuditBody | undefined);
  if (found === undefined) return;
  if (found.difference === undefined) inform(messages.auditRight(found));
  else warn(messages.auditWrong(found.difference));
}

/** Steps in the thread that is selected in the call stack. */
async function stepOutToGuest(): Promise<void> {
  const session = activeSession();
  const selected = vscode.debug.activeStackItem;
  if (session === undefined || selected === undefined) return;
  await request(session, "ringscope.stepOutToGuest", { threadId: selected.threadId });
}

/** @returns the answer; undefined where the adapter refuses, and VS Code itself shows its reason */
async function request<Name extends keyof RingscopeRequests & string>(
  session: vscode.DebugSession,
  name: Name,
  args: RingscopeRequests[Name],
): Promise<unknown> {
  try {
    return await session.customRequest(name, args);
  } catch {
    return undefined;
  }
}
