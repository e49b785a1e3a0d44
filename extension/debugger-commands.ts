import * as vscode from "vscode";
import type { RingscopeRequests } from "../debug-adapter/protocol";
import { DEBUG_TYPE } from "./configurations";

/** Commands that send the adapter requests which the Debug Adapter Protocol lacks. */
export function debuggerCommands(): vscode.Disposable[] {
  const hexadecimal = new Set<string>();
  return [
    vscode.commands.registerCommand("ringscope.stepOutToGuest", stepOutToGuest),
    vscode.commands.registerCommand("ringscope.toggleHexadecimal", async () => {
      const session = vscode.debug.activeDebugSession;
      if (session?.type !== DEBUG_TYPE) return;
      const isOn = !hexadecimal.delete(session.id);
      if (isOn) hexadecimal.add(session.id);
      await request(session, "ringscope.setHexadecimal", { isOn });
    }),
    vscode.debug.onDidTerminateDebugSession(({ id }) => void hexadecimal.delete(id)),
  ];
}

/** Steps in the thread that is selected in the call stack. */
async function stepOutToGuest(): Promise<void> {
  const session = vscode.debug.activeDebugSession;
  const selected = vscode.debug.activeStackItem;
  if (session?.type !== DEBUG_TYPE || selected === undefined) return;
  await request(session, "ringscope.stepOutToGuest", { threadId: selected.threadId });
}

/** A refusal is shown to the user. Nothing waits until the message is closed. */
async function request<Name extends keyof RingscopeRequests & string>(
  session: vscode.DebugSession,
  name: Name,
  args: RingscopeRequests[Name],
): Promise<void> {
  try {
    await session.customRequest(name, args);
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}
