/** A stream that is not as the protocol wants it: one answer for each request, and the session goes on or ends with a line in words. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ROOT } from "../harness/dap-client";
import { peakMemory } from "../harness/memory";

const MEGABYTE = 1 << 20;
const MOST_MEMORY = 512 * MEGABYTE;
const USAGE = 64;

interface Answer {
  type: string;
  request_seq?: unknown;
  success?: boolean;
  command?: string;
  message?: string;
  body?: { output?: string };
}

/** `bin/ringscope dap`, into whose standard input bytes go as they are. */
class RawClient {
  readonly answers: Answer[] = [];
  complaints = "";
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcessWithoutNullStreams;
  private pending = Buffer.alloc(0);
  private onAnswer: () => void = () => undefined;

  constructor() {
    this.child = spawn(process.execPath, [join(ROOT, "bin/ringscope"), "dap"]);
    this.child.stdout.on("data", (chunk: Buffer) => this.receive(chunk));
    this.child.stderr.on("data", (chunk: Buffer) => (this.complaints += chunk.toString()));
    this.child.stdin.on("error", () => undefined);
    this.ended = new Promise((resolve) => this.child.once("close", resolve));
  }

  write(bytes: string | Buffer): Promise<void> {
    return new Promise((resolve) => this.child.stdin.write(bytes, () => resolve()));
  }

  /** All answers, once the request `seq` is answered. */
  async until(seq: number): Promise<Answer[]> {
    while (!this.answers.some(({ request_seq }) => request_seq === seq))
      await new Promise<void>((resolve) => (this.onAnswer = resolve));
    return this.answers.filter(({ type }) => type === "response");
  }

  get memory(): number {
    return peakMemory(this.child.pid ?? 0);
  }

  close(): Promise<unknown> {
    this.child.kill();
    return this.ended;
  }

  private receive(chunk: Buffer): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    for (;;) {
      const start = this.pending.indexOf("\r\n\r\n") + 4;
      const length = Number(/Content-Length: (\d+)/.exec(this.pending.toString("latin1", 0, start))?.[1]);
      if (start < 4 || this.pending.length < start + length) return;
      this.answers.push(JSON.parse(this.pending.toString("utf8", start, start + length)) as Answer);
      this.pending = this.pending.subarray(start + length);
      this.onAnswer();
    }
  }
}

let client: RawClient;
afterEach(() => client.close());

const framed = (body: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);
const request = (seq: unknown, command: unknown = "threads", args: object = {}): string =>
  JSON.stringify({ seq, type: "request", command, arguments: args });

/** What becomes of a stream; after it one more request is sent, which the session still answers. */
async function answersTo(...pieces: readonly (string | Buffer)[]): Promise<Answer[]> {
  client = new RawClient();
  for (const piece of pieces) await client.write(piece);
  await client.write(framed(request(99, "initialize")));
  const answers = await client.until(99);
  expect(answers.at(-1)).toMatchObject({ request_seq: 99, success: true });
  return answers.slice(0, -1);
}

const REFUSED = { request_seq: 1, success: false, command: "threads", message: "nothing is being debugged" };

describe("a request", () => {
  it("is answered once when its stream comes byte by byte", async () => {
    const bytes = framed(request(1));
    expect(await answersTo(...Array.from(bytes, (byte) => Buffer.of(byte)))).toMatchObject([REFUSED]);
  });

  it("is answered once wherever its stream is split in two", async () => {
    const bytes = framed(request(1));
    client = new RawClient();
    for (let at = 1; at < bytes.length; at++) {
      await client.write(bytes.subarray(0, at));
      await client.write(bytes.subarray(at));
    }
    await client.write(framed(request(2)));
    const answers = await client.until(2);
    expect(answers.filter(({ request_seq }) => request_seq === 1)).toHaveLength(bytes.length - 1);
  });

  it("of 64 MiB is refused by its number, in little memory", async () => {
    const text = request(7, "evaluate", { expression: "A".repeat(64 * MEGABYTE) });
    expect(await answersTo(framed(text))).toMatchObject([
      { request_seq: 7, success: false, message: "a request of 65 MiB is too long" },
    ]);
    expect(client.memory).toBeLessThan(MOST_MEMORY);
  });

  it.each([
    ["lists", "[]"],
    ["lists inside of each other", "["],
    ["objects", '{"a":1}'],
  ])("of 20 MiB of %s is refused in little memory", async (_, value) => {
    const count = Math.floor((20 * MEGABYTE) / (value.length + 1));
    const values = value === "[" ? "[".repeat(count) + "]".repeat(count) : `[${`${value},`.repeat(count)}1]`;
    const text = `{"seq":7,"type":"request","command":"evaluate","arguments":${values}}`;
    const [answer] = await answersTo(framed(text));
    expect(answer).toMatchObject({ request_seq: 7, success: false, command: "evaluate" });
    expect(answer?.message).toMatch(/^a request of \d+ MiB (has too many values|is too long)/);
    expect(client.memory).toBeLessThan(MOST_MEMORY);
  });

  it("in a text that is no UTF-8 is read with replacements", async () => {
    const bytes = Buffer.from(request(1, "evaluate", { expression: "????" }));
    Buffer.of(0xff, 0xc0, 0x80, 0xed).copy(bytes, bytes.indexOf("????"));
    expect(await answersTo(framed(bytes))).toMatchObject([{ request_seq: 1, success: false }]);
  });

  it.each([
    ["a number", 5],
    ["null", null],
    ["an object whose text cannot be made", { toString: 1 }],
    ["nothing", undefined],
    ["an empty text", ""],
  ])("whose name is %s is refused in words", async (_, command) => {
    expect(await answersTo(framed(JSON.stringify({ seq: 1, type: "request", command })))).toMatchObject([
      { request_seq: 1, success: false, command: "", message: 'the request has no name ("command")' },
    ]);
  });

  it("whose name is nested ten thousand deep is refused in words", async () => {
    const name = "[".repeat(10_000) + "]".repeat(10_000);
    expect(await answersTo(framed(`{"seq":1,"type":"request","command":${name}}`))).toMatchObject([
      { request_seq: 1, success: false, message: 'the request has no name ("command")' },
    ]);
  });

  it.each([undefined, null, "1", 1.5, 1e300, {}])("with the number %j is told to the user", async (seq) => {
    expect(await answersTo(framed(request(seq)))).toEqual([]);
    expect(client.answers.map(({ body }) => body?.output)).toContain(
      'the request "threads" has no number ("seq"): it cannot be answered\n',
    );
  });

  it.each(["response", "event", "nonsense", 5, null])("of the type %j is left alone", async (type) => {
    expect(await answersTo(framed(JSON.stringify({ seq: 1, type, command: "threads", request_seq: 1 })))).toEqual([]);
  });
});

describe("a header", () => {
  it.each([
    ["in small letters", "content-length: N"],
    ["without a space", "Content-Length:N"],
    ["with a second field", "Content-Type: x\r\nContent-Length: N"],
    ["that says its length twice", "Content-Length: N\r\nContent-Length: N"],
  ])("%s is understood", async (_, header) => {
    const text = request(1);
    expect(await answersTo(`${header.replaceAll("N", `${text.length}`)}\r\n\r\n${text}`)).toMatchObject([REFUSED]);
  });

  const NO_PROTOCOL = "ringscope: the client does not speak the Debug Adapter Protocol: ";
  it.each([
    ["a length of 10^12", "Content-Length: 1000000000000\r\n\r\n{", "a message of 1000000000000 bytes is too long"],
    ["a negative length", "Content-Length: -5\r\n\r\n{}", 'no Content-Length before "Content-Length: -5"'],
    ["a length in another base", "Content-Length: 0x10\r\n\r\n{}", 'no Content-Length before "Content-Length: 0x10"'],
    ["two lengths", "Content-Length: 5\r\nContent-Length: 50\r\n\r\n{}", "a header with two lengths (5, 50)"],
    ["no end", `Content-Type: ${"x".repeat(5000)}`, `no Content-Length before "Content-Type: ${"x".repeat(46)}..."`],
    ["lines without CR", 'Content-Length: 9\n\n{"seq":1}', 'no Content-Length before "Content-Length: 9"'],
    ["zeros", Buffer.alloc(5000), `no Content-Length before "${"\\x00".repeat(60)}..."`],
  ])("with %s ends the session with one line", async (_, bytes, reason) => {
    client = new RawClient();
    await client.write(framed(request(1)));
    await client.write(bytes);
    expect(await client.ended).toBe(USAGE);
    expect(client.complaints).toBe(`${NO_PROTOCOL}${reason}\n`);
    expect(client.answers).toMatchObject([REFUSED]);
  });
});
