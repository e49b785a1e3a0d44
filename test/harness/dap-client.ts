import { spawn, type ChildProcess } from "node:child_process";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { DebugProtocol } from "@vscode/debugprotocol";

export const ROOT = join(__dirname, "..", "..");
const LAUNCHER = join(ROOT, "bin", "ringscope");
const TIMEOUT_MS = 20_000;

/** A refused request; the message is the one that the user would see. */
export class RequestError extends Error {}

/** One message of a conversation, as it went over the wire. */
export type Message = DebugProtocol.Request | DebugProtocol.Response | DebugProtocol.Event;

interface Waiter {
  matches(event: DebugProtocol.Event): boolean;
  resolve(event: DebugProtocol.Event): void;
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await ended;
}

/** `bin/ringscope dap --port 0`: one adapter process for many conversations. */
export class DapServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(): Promise<DapServer> {
    const child = spawn(process.execPath, [LAUNCHER, "dap", "--port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
    const port = await new Promise<number>((resolve, reject) => {
      child.on("exit", () => reject(new Error("the adapter ended before it listened")));
      child.stderr.on("data", (data: Buffer) => resolve(Number(/:(\d+)\n/.exec(data.toString())?.[1])));
    });
    return new DapServer(child, port);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  connect(): DapClient {
    return DapClient.over(connect(this.port, "127.0.0.1"));
  }

  stop(): Promise<void> {
    return endProcess(this.child);
  }
}

/** A Debug Adapter Protocol client that talks to a real adapter process. */
export class DapClient {
  /** Everything said so far, in order. */
  readonly transcript: Message[] = [];
  private readonly pending = new Map<number, (response: DebugProtocol.Response) => void>();
  private readonly waiters: Waiter[] = [];
  /** Events that nobody has waited for yet. */
  private readonly events: DebugProtocol.Event[] = [];
  private buffer = Buffer.alloc(0);
  private seq = 1;

  private constructor(
    input: Readable,
    private readonly output: Writable,
    /** Ends the conversation, or the adapter that has no other; to be called in `finally`. */
    readonly close: () => unknown,
    /** The exit status of the adapter's own process; null for a signal, never for a shared server. */
    readonly exited: Promise<number | null>,
    /** The adapter's process; 0 for a shared server. */
    readonly pid: number,
  ) {
    input.on("data", (chunk: Buffer) => this.receive(chunk));
  }

  /** `bin/ringscope dap` over its standard input and output. */
  static start(...args: string[]): DapClient {
    const child = spawn(process.execPath, [LAUNCHER, "dap", ...args], { stdio: ["pipe", "pipe", "inherit"] });
    return new DapClient(
      child.stdout,
      child.stdin,
      () => endProcess(child),
      new Promise((resolve) => child.once("exit", resolve)),
      child.pid ?? 0,
    );
  }

  /** A conversation with a server that others use too. */
  static over(socket: Socket): DapClient {
    return new DapClient(socket, socket, () => socket.destroy(), new Promise(() => undefined), 0);
  }

  /** The response's body. Throws RequestError when it is refused. */
  async request<Body = Record<string, unknown>>(command: string, args: object = {}): Promise<Body> {
    const request: DebugProtocol.Request = { seq: this.seq++, type: "request", command, arguments: args };
    this.transcript.push(request);
    const text = JSON.stringify(request);
    const response = await this.within(
      new Promise<DebugProtocol.Response>((resolve) => {
        this.pending.set(request.seq, resolve);
        this.output.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      }),
      `response to ${command}`,
    );
    if (response.success) return response.body as Body;
    throw new RequestError(
      (response.body as { error?: { format: string } } | undefined)?.error?.format ?? response.message,
    );
  }

  /** The next event of that kind that has not been waited for, come or to come. */
  event<Body = Record<string, unknown>>(name: string, matches: (body: Body) => boolean = () => true): Promise<Body> {
    const wanted = (event: DebugProtocol.Event): boolean => event.event === name && matches(event.body as Body);
    const index = this.events.findIndex(wanted);
    const [come] = index < 0 ? [] : this.events.splice(index, 1);
    if (come !== undefined) return Promise.resolve(come.body as Body);
    const coming = new Promise<DebugProtocol.Event>((resolve) => this.waiters.push({ matches: wanted, resolve }));
    return this.within(coming, `event ${name}`).then((event) => event.body as Body);
  }

  /** All that the guests have printed so far. */
  get printed(): string {
    return this.written("stdout");
  }

  /** All output of a category so far. */
  written(category: string): string {
    return this.transcript
      .filter(
        (message): message is DebugProtocol.OutputEvent =>
          message.type === "event" && "event" in message && message.event === "output",
      )
      .filter(({ body }) => body.category === category)
      .map(({ body }) => body.output)
      .join("");
  }

  private async within<T>(promise: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no ${what} within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private receive(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (;;) {
      const head = this.buffer.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.buffer.toString("latin1", 0, head))?.[1]);
      const start = head + 4;
      if (this.buffer.length < start + length) return;
      const message = JSON.parse(this.buffer.toString("utf8", start, start + length)) as Message;
      this.buffer = this.buffer.subarray(start + length);
      this.dispatch(message);
    }
  }

  private dispatch(message: Message): void {
    this.transcript.push(message);
    if (message.type === "response" && "request_seq" in message) {
      this.pending.get(message.request_seq)?.(message);
      this.pending.delete(message.request_seq);
    } else if (message.type === "event" && "event" in message) {
      const index = this.waiters.findIndex((waiter) => waiter.matches(message));
      const [waiter] = index < 0 ? [] : this.waiters.splice(index, 1);
      if (waiter === undefined) this.events.push(message);
      else waiter.resolve(message);
    }
  }
}
