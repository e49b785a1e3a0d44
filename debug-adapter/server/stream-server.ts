import { ProtocolServer } from "@vscode/debugadapter/lib/protocol";
import type { DebugProtocol } from "@vscode/debugprotocol";
import type { RingscopeSession } from "../session/session";

/** Puts a session's messages into the protocol's frames, over a pair of streams. */
export class StreamServer extends ProtocolServer {
  constructor(private readonly session: RingscopeSession) {
    super();
    // The library numbers the messages of its stream, and refuses a response that already has a number.
    session.onDidSendMessage((message) => {
      if (message.type === "event") this.sendEvent(message as DebugProtocol.Event);
      else this.sendResponse({ ...(message as DebugProtocol.Response), seq: 0 });
    });
    // The client has left, whether it has said so or not.
    this.on("close", () => session.leave());
    this.on("error", () => session.leave());
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    this.session.handleMessage(request);
  }
}
