import { realpathSync } from "node:fs";
import * as vscode from "vscode";
import type { ConsoleEventBody, HypercallsEventBody, RingscopeEvents } from "../debug-adapter/protocol";
import { configurationOf, ConfigurationProvider, DEBUG_TYPE, pickGuest } from "./configurations";
import { debuggerCommands } from "./debugger-commands";
import { openDebugViewAtStops } from "./debug-view";
import { GuestBuilder } from "./guest-builder";
import { GuestConsoles } from "./guest-consoles";
import { HypercallTrace } from "./hypercall-trace";

/** Wires the providers and views. VS Code starts the adapter itself, by the manifest. */
export function activate(context: vscode.ExtensionContext): void {
  // During development the extensions folder holds a link to the checkout.
  const root = realpathSync(context.extensionPath);
  const builder = new GuestBuilder(root);
  const provider = new ConfigurationProvider(root, builder);
  const { Dynamic, Initial } = vscode.DebugConfigurationProviderTriggerKind;
  const offering = { provideDebugConfigurations: provider.provideDebugConfigurations.bind(provider) };
  context.subscriptions.push(
    builder,
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, provider, Initial),
    // VS Code calls a provider's resolve methods once for each registration, so this registration only offers.
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, offering, Dynamic),
    vscode.commands.registerCommand("ringscope.pickGuest", async () => (await pickGuest(provider))?.program),
    vscode.commands.registerCommand("ringscope.debugGuest", () => debugGuest(provider)),
    ...debuggerCommands(),
    ...followSessions(context.workspaceState),
  );
}

async function debugGuest(provider: ConfigurationProvider): Promise<void> {
  const guest = await pickGuest(provider);
  if (guest) await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], configurationOf(guest));
}

/** Passes the adapter's own events to the terminals and the trace. @param memory the workspace's */
function followSessions(memory: vscode.Memento): vscode.Disposable[] {
  const trace = new HypercallTrace(memory);
  const consoles = new GuestConsoles();
  const ours = (act: (session: vscode.DebugSession) => void) => (session: vscode.DebugSession) => {
    if (session.type === DEBUG_TYPE) act(session);
  };
  return [
    trace,
    consoles,
    openDebugViewAtStops(DEBUG_TYPE, () => trace.isVisible),
    vscode.commands.registerCommand("ringscope.clearHypercalls", () => trace.clear()),
    vscode.debug.onDidStartDebugSession(
      ours((session) => {
        consoles.started(session);
        trace.started(session);
      }),
    ),
    vscode.debug.onDidTerminateDebugSession(
      ours((session) => {
        consoles.ended(session);
        trace.ended(session);
      }),
    ),
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
      if (session.type !== DEBUG_TYPE) return;
      switch (event as keyof RingscopeEvents) {
        case "ringscope.hypercalls":
          return trace.changed(session, body as HypercallsEventBody);
        case "ringscope.console":
          return consoles.write(session, body as ConsoleEventBody);
      }
    }),
  ];
}
