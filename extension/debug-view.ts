import type { DebugProtocol } from "@vscode/debugprotocol";
import * as vscode from "vscode";

/** In these cases VS Code opens the container by itself, or the user is looking already. */
const LEFT_ALONE = new Set(["breakpoint", "step", "goto"]);

/**
 * Shows the debug container when the guest stops. VS Code does so only for the reason "breakpoint". After a pause, a
 * crash, an entry or a data breakpoint the user would be left with the Explorer.
 * @param isOpen whether the container is known to be visible
 */
export function openDebugViewAtStops(debugType: string, isOpen: () => boolean): vscode.Disposable {
  const stopped = (body: DebugProtocol.StoppedEvent["body"]): void => {
    const wanted = vscode.workspace.getConfiguration("debug").get("openDebug") === "openOnDebugBreak";
    if (wanted && !LEFT_ALONE.has(body.reason) && !isOpen()) void open();
  };
  return vscode.debug.registerDebugAdapterTrackerFactory(debugType, {
    createDebugAdapterTracker: () => ({
      onDidSendMessage: (message: DebugProtocol.ProtocolMessage) => {
        const event = message as DebugProtocol.Event;
        if (event.type === "event" && event.event === "stopped") {
          stopped(event.body as DebugProtocol.StoppedEvent["body"]);
        }
      },
    }),
  });
}

/** The container takes the keyboard when it opens. At a stop the editor should have it. */
async function open(): Promise<void> {
  await vscode.commands.executeCommand("workbench.view.debug");
  await vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
}
