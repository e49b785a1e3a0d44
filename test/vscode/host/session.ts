import type { DebugProtocol } from "@vscode/debugprotocol";
import * as vscode from "vscode";

const WAIT_MS = 30_000;

/** Follows what the adapters say, as an extension may. */
export class Listener implements vscode.Disposable {
  readonly #events: DebugProtocol.Event[] = [];
  readonly #refusals: string[] = [];
  readonly #tracker = vscode.debug.registerDebugAdapterTrackerFactory("ringscope", {
    createDebugAdapterTracker: () => ({
      onDidSendMessage: (message: DebugProtocol.Event | DebugProtocol.Response) => {
        if (message.type === "event") this.#events.push(message as DebugProtocol.Event);
        else if (!(message as DebugProtocol.Response).success) {
          this.#refusals.push((message as DebugProtocol.Response).message ?? "");
        }
      },
    }),
  });

  /** The next event of this name, with such a body, that nobody has waited for. */
  async event<Body>(name: string, matches: (body: Body) => boolean = () => true): Promise<Body> {
    const at = await until(`the event ${name}`, () => {
      const found = this.#events.findIndex((event) => event.event === name && matches(event.body as Body));
      return found < 0 ? undefined : found;
    });
    return this.#events.splice(at, 1)[0]?.body as Body;
  }

  /** The messages of requests that were refused. */
  get refusals(): readonly string[] {
    return this.#refusals;
  }

  dispose(): void {
    this.#tracker.dispose();
  }
}

/** Polls until `probe` gives something. */
export async function until<Value>(what: string, probe: () => Value | undefined): Promise<Value> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
    const value = probe();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for ${what}`);
}
