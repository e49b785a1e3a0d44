import type { DebugProtocol } from "@vscode/debugprotocol";
import { protocolMessages as say } from "../messages";

/** The errors of requests have no meaningful number. */
const ERROR_ID = 1;

/**
 * One end of the Debug Adapter Protocol, without a transport. Whole messages come in by `handleMessage`, and go out to
 * those who listen by `onDidSendMessage`. VS Code calls an adapter in this way if it runs in its own process or in a
 * web worker. Over a stream, server/ puts the messages into frames.
 */
export abstract class ProtocolSession {
  private sequence = 0;
  private readonly listeners = new Set<(message: DebugProtocol.ProtocolMessage) => void>();

  /** Calls `listener` with each message for the client, until the result is disposed of. */
  readonly onDidSendMessage = (listener: (message: DebugProtocol.ProtocolMessage) => void): { dispose(): void } => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  /** Takes a message of the client. Responses are ignored, since this end sends no requests. */
  handleMessage(message: DebugProtocol.ProtocolMessage): void {
    if (message.type !== "request") return;
    const { seq, command } = message as { seq: unknown; command?: unknown };
    const name = typeof command === "string" ? command : "";
    if (typeof seq !== "number" || !Number.isSafeInteger(seq)) this.refuseUnread({}, say.noNumber(name));
    else if (name === "") this.refuseUnread({ seq, command: name }, say.noCommand());
    else this.dispatchRequest(message as DebugProtocol.Request);
  }

  /** Refuses a request that was not read, as far as it is known which one it was; otherwise tells the user. */
  refuseUnread({ seq, command }: { seq?: number | undefined; command?: string | undefined }, reason: string): void {
    if (seq === undefined || command === undefined)
      this.sendEvent("output", { category: "important", output: `${reason}\n` });
    else this.refuse({ seq, command, type: "request" }, reason);
  }

  /** Answers a request once, by `respond` or `refuse`. */
  protected abstract dispatchRequest(request: DebugProtocol.Request): void;

  protected sendEvent(event: string, body?: object): void {
    this.send("event", { event, ...(body === undefined ? {} : { body }) });
  }

  protected respond({ seq, command }: DebugProtocol.Request, body?: object): void {
    this.send("response", { request_seq: seq, success: true, command, ...(body === undefined ? {} : { body }) });
  }

  /** @param reason one line for the user */
  protected refuse({ seq, command }: DebugProtocol.Request, reason: string): void {
    // Clients look up words in braces among the variables. There are none, so "{_name}" in a reason stays as it is.
    const error: DebugProtocol.Message = { id: ERROR_ID, format: reason, variables: {}, showUser: true };
    this.send("response", { request_seq: seq, success: false, command, message: reason, body: { error } });
  }

  private send(type: "event" | "response", content: object): void {
    const message = { seq: ++this.sequence, type, ...content };
    for (const listener of this.listeners) listener(message);
  }
}
