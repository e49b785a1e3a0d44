import * as vscode from "vscode";
import type {
  AuditBody,
  ConsoleEventBody,
  HypercallsEventBody,
  RingscopeEvents,
  RingscopeRequests,
} from "../debug-adapter/protocol";
import { configurationOf, ConfigurationProvider, DEBUG_TYPE, pickGuest } from "./configurations";
import { debuggerCommands } from "./debugger-commands";
import { GuestBuilder } from "./guest-builder";
import { GuestConsoles } from "./guest-consoles";
import { HypercallTrace } from "./hypercall-trace";
import { messages } from "./messages";

const AUDIT: keyof RingscopeRequests & string = "ringscope.audit";

/** Wires the providers and views; VS Code starts the adapter itself, as the manifest says. */
export function activate(context: vscode.ExtensionContext): void {
  const builder = new GuestBuilder();
  const provider = new ConfigurationProvider(context.extensionPath, builder);
  const { Dynamic, Initial } = vscode.DebugConfigurationProviderTriggerKind;
  const offering = { provideDebugConfigurations: provider.provideDebugConfigurations.bind(provider) };
  context.subscriptions.push(
    builder,
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, provider, Initial),
    // The resolve methods of a provider run once for each registration: this one only offers.
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, offering, Dynamic),
    vscode.commands.registerCommand("ringscope.pickGuest", async () => (await pickGuest(provider))?.program),
    vscode.commands.registerCommand("ringscope.debugGuest", () => debugGuest(provider)),
    ...debuggerCommands(),
    ...followSessions(),
  );
}

async function debugGuest(provider: ConfigurationProvider): Promise<void> {
  const guest = await pickGuest(provider);
  if (guest) await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], configurationOf(guest));
}

/** Has the adapter count the frames of all domains anew, and says what it found. */
async function audit(): Promise<void> {
  const session = vscode.debug.activeDebugSession;
  if (session?.type !== DEBUG_TYPE) return;
  try {
    const found = (await session.customRequest(AUDIT)) as AuditBody;
    if (found.difference === undefined) void vscode.window.showInformationMessage(messages.auditRight(found));
    else void vscode.window.showWarningMessage(messages.auditWrong(found.difference));
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}

/** Carries the adapter's own events to the terminals and the trace. */
function followSessions(): vscode.Disposable[] {
  const trace = new HypercallTrace();
  const consoles = new Map<string, GuestConsoles>();
  return [
    trace,
    vscode.commands.registerCommand("ringscope.clearHypercalls", () => trace.clear()),
    vscode.commands.registerCommand("ringscope.audit", audit),
    vscode.debug.onDidStartDebugSession((session) => {
      if (session.type !== DEBUG_TYPE) return;
      for (const [id, old] of consoles) {
        old.dispose();
        consoles.delete(id);
      }
      trace.reset();
    }),
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
      if (session.type !== DEBUG_TYPE) return;
      switch (event as keyof RingscopeEvents) {
        case "ringscope.hypercalls":
          return trace.changed(session, body as HypercallsEventBody);
        case "ringscope.console": {
          const known = consoles.get(session.id) ?? new GuestConsoles(session);
          consoles.set(session.id, known);
          return known.write(body as ConsoleEventBody);
        }
      }
    }),
    vscode.debug.onDidTerminateDebugSession((session) => consoles.get(session.id)?.end()),
    { dispose: () => consoles.forEach((guest) => guest.dispose()) },
  ];
}
