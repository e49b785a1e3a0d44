/** One adapter process, and conversations with it in which anything may be sent: each answer is counted and timed. */
import { readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { DapServer } from "../harness/dap-client";
import { peakMemory } from "../harness/memory";

/** How long an answer is waited for. Whether it came in time is told by the processor's time, not by the clock. */
const PATIENCE_MS = 30_000;
/** A tick of /proc: Linux counts processes' time in hundredths of a second. */
const TICK_MS = 10;

export type Response = DebugProtocol.Response;

export interface Answer {
  response: Response;
  /** Processor time that the adapter spent from the request to the answer, in milliseconds. */
  cpuMs: number;
}

/** The adapter kept silent, or closed the connection. */
export class NoAnswer extends Error {}

/** `bin/ringscope dap --port 0`, with what it costs the host. */
export class Adapter {
  private constructor(private readonly server: DapServer) {}

  static async start(): Promise<Adapter> {
    return new Adapter(await DapServer.start());
  }

  connect(): Conversation {
    return new Conversation(connect(this.server.port, "127.0.0.1"), this);
  }

  /** User and system time so far, in milliseconds. */
  get cpuMs(): number {
    const [, fields = ""] = /\) (.*)/.exec(readFileSync(`/proc/${this.server.pid}/stat`, "utf8")) ?? [];
    const [user = "0", system = "0"] = fields.split(" ").slice(11, 13);
    return (Number(user) + Number(system)) * TICK_MS;
  }

  /** Bytes of memory at most since `forgetPeak`. */
  get peakMemory(): number {
    return peakMemory(this.server.pid);
  }

  forgetPeak(): void {
    writeFileSync(`/proc/${this.server.pid}/clear_refs`, "5");
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** A connection, over which whole messages or any bytes are sent. */
export class Conversation {
  readonly responses = new Map<unknown, Response[]>();
  readonly events: DebugProtocol.Event[] = [];
  /** The connection is closed. */
  isOver = false;
  private pending: Buffer = Buffer.alloc(0);
  private wake: () => void = () => undefined;
  private seq = 0;

  constructor(
    private readonly socket: Socket,
    private readonly adapter: Adapter,
  ) {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.receive(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.isOver = true;
      this.wake();
    });
  }

  send(bytes: Buffer | string): void {
    if (!this.isOver) this.socket.write(bytes);
  }

  /** @throws NoAnswer */
  async ask(command: unknown, args?: unknown): Promise<Answer> {
    const seq = ++this.seq;
    const before = this.adapter.cpuMs;
    this.send(framed({ seq, type: "request", command, ...(args === undefined ? {} : { arguments: args }) }));
    const response = await this.answerTo(seq);
    return { response, cpuMs: this.adapter.cpuMs - before };
  }

  /** @throws NoAnswer */
  async answerTo(seq: unknown): Promise<Response> {
    await this.until(() => this.responses.has(seq), `answer to request ${String(seq)}`);
    return this.responses.get(seq)?.[0] as Response;
  }

  /** The next of these events, or undefined when none comes in the time. Events that came before it are forgotten. */
  async event(names: readonly string[], ms = PATIENCE_MS): Promise<DebugProtocol.Event | undefined> {
    const find = (): number => this.events.findIndex(({ event }) => names.includes(event));
    await this.until(() => find() >= 0, "event", ms).catch(() => undefined);
    const index = find();
    return index < 0 ? undefined : this.events.splice(0, index + 1).at(-1);
  }

  /** Waits for the connection's end. @throws NoAnswer */
  closed(): Promise<void> {
    return this.until(() => false, "end of the connection").catch((error: unknown) => {
      if (!this.isOver) throw error;
    });
  }

  /** Requests that were answered more than once. */
  get answeredTwice(): Response[] {
    return [...this.responses.values()].filter((each) => each.length > 1).flat();
  }

  close(): void {
    this.socket.destroy();
  }

  private async until(isSo: () => boolean, what: string, ms = PATIENCE_MS): Promise<void> {
    const end = Date.now() + ms;
    while (!isSo()) {
      if (this.isOver) throw new NoAnswer(`the connection ended: no ${what}`);
      if (Date.now() >= end) throw new NoAnswer(`no ${what} within ${ms} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - Date.now());
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  private receive(chunk: Buffer): void {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    for (;;) {
      const head = this.pending.indexOf("\r\n\r\n");
      if (head < 0) break;
      const length = Number(/Content-Length: (\d+)/.exec(this.pending.toString("latin1", 0, head))?.[1]);
      const end = head + 4 + length;
      if (this.pending.length < end) break;
      this.take(JSON.parse(this.pending.toString("utf8", head + 4, end)) as DebugProtocol.ProtocolMessage);
      this.pending = this.pending.subarray(end);
    }
    this.wake();
  }

  private take(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === "event") this.events.push(message as DebugProtocol.Event);
    if (message.type !== "response") return;
    const response = message as Response;
    const others = this.responses.get(response.request_seq) ?? [];
    this.responses.set(response.request_seq, [...others, response]);
  }
}

/** A message with its header. */
export function framed(message: unknown): Buffer {
  const body = Buffer.from(typeof message === "string" ? message : JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}
