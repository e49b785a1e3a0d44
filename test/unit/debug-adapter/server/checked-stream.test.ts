import { describe, expect, it } from "vitest";
import { CheckedStream, ProtocolError } from "../../../../debug-adapter/server/checked-stream";
import type { LostRequest } from "../../../../debug-adapter/server/long-message";

const MEGABYTE = 1 << 20;

const framed = (text: string): Buffer =>
  Buffer.concat([Buffer.from(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n`), Buffer.from(text)]);
const request = (seq: number, more: object = {}): string =>
  JSON.stringify({ seq, type: "request", command: "threads", ...more });

interface Outcome {
  passed: string;
  lost: [LostRequest, string][];
  error: unknown;
}

/** What becomes of a stream that arrives in pieces of so many bytes. */
function sent(bytes: Buffer, piece = 64 << 10): Promise<Outcome> {
  return new Promise((resolve) => {
    const outcome: Outcome = { passed: "", lost: [], error: undefined };
    const stream = new CheckedStream((lost, reason) => outcome.lost.push([lost, reason]));
    stream.on("data", (chunk: Buffer) => (outcome.passed += chunk.toString()));
    stream.on("end", () => resolve(outcome));
    stream.on("error", (error) => resolve({ ...outcome, error }));
    for (let at = 0; at < bytes.length; at += piece) stream.write(bytes.subarray(at, at + piece));
    stream.end();
  });
}

describe("a client's stream", () => {
  it.each([1, 7, 1000])("is passed on whole when it comes in pieces of %i bytes", async (piece) => {
    const bytes = Buffer.concat([1, 2, 3].map((seq) => framed(request(seq, { arguments: { text: "häh" } }))));
    expect(await sent(bytes, piece)).toEqual({ passed: bytes.toString(), lost: [], error: undefined });
  });

  it("may have a message of 20 MiB", async () => {
    const bytes = framed(request(1, { arguments: { data: "A".repeat(20 * MEGABYTE) } }));
    const { passed, error } = await sent(Buffer.concat([bytes, framed(request(2))]));
    expect(error).toBeUndefined();
    expect(passed.length).toBe(bytes.length + framed(request(2)).length);
  });
});

describe("a request of 64 MiB", () => {
  const data = "A".repeat(64 * MEGABYTE);

  it.each([
    ["after its number", JSON.stringify({ seq: 7, type: "request", command: "evaluate", arguments: { data } })],
    ["before its number", JSON.stringify({ arguments: { data }, command: "evaluate", type: "request", seq: 7 })],
  ])("is read past, and told by its number and command: arguments %s", async (_, text) => {
    const { passed, lost, error } = await sent(Buffer.concat([framed(request(1)), framed(text), framed(request(8))]));
    expect(error).toBeUndefined();
    expect(lost).toEqual([[{ seq: 7, command: "evaluate" }, "a request of 65 MiB is too long"]]);
    expect(passed).toBe(`${framed(request(1)).toString()}${framed(request(8)).toString()}`);
  });

  it("that tells neither is read past all the same", async () => {
    const { lost, error } = await sent(framed(`{"x":"${data}"}`));
    expect(error).toBeUndefined();
    expect(lost).toEqual([[{ seq: undefined, command: undefined }, "a request of 65 MiB is too long"]]);
  });

  it("that the client does not finish is a stream that was cut", async () => {
    const { error } = await sent(framed(data).subarray(0, 30 * MEGABYTE));
    expect(error).toEqual(new ProtocolError("the client has left in the middle of a message"));
  });
});

describe("a request of some MiB", () => {
  const ofValues = (value: string, count: number): string =>
    `{"seq":7,"type":"request","command":"x","arguments":[${`${value},`.repeat(count)}1]}`;

  it.each(["[]", "{}", "null", '"a"'])("is refused when it has too many values: %s", async (value) => {
    const { lost, passed, error } = await sent(Buffer.concat([framed(ofValues(value, 500_000)), framed(request(8))]));
    expect(error).toBeUndefined();
    expect(lost).toEqual([
      [{ seq: 7, command: "x" }, expect.stringMatching(/^a request of \d MiB has too many values/) as string],
    ]);
    expect(passed).toBe(framed(request(8)).toString());
  });

  it("is passed on when it is one long text", async () => {
    const bytes = framed(request(1, { arguments: { data: "A".repeat(3 * MEGABYTE) } }));
    expect(await sent(bytes)).toEqual({ passed: bytes.toString(), lost: [], error: undefined });
  });
});

describe("a header", () => {
  it.each([
    "content-length: 2",
    "CONTENT-LENGTH:2",
    "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length:   2  ",
    "Content-Length: 2\r\nContent-Length: 2",
  ])("in another form is passed on in the usual one: %j", async (header) => {
    const text = request(3);
    const { passed, error } = await sent(Buffer.from(`${header.replaceAll("2", `${text.length}`)}\r\n\r\n${text}`));
    expect(error).toBeUndefined();
    expect(passed).toBe(framed(text).toString());
  });

  it("with two lengths ends the session", async () => {
    const { error } = await sent(Buffer.from("Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}"));
    expect(String(error)).toMatch(/a header with two lengths \(2, 40\)$/);
  });

  it("whose lines end in LF alone ends the session", async () => {
    const { error } = await sent(Buffer.from('Content-Length: 20\n\n{"seq":1}'));
    expect(String(error)).toMatch(/no Content-Length before "Content-Length: 20"$/);
  });

  it.each(["99999999999", "9".repeat(400)])("that promises %s bytes ends the session at once", async (length) => {
    const { error } = await sent(Buffer.from(`Content-Length: ${length}\r\n\r\n{`));
    expect(String(error)).toMatch(/a message of \S+ bytes is too long$/);
  });

  it.each(["x".repeat(100_000), `Content-Length: 5${" ".repeat(5000)}\r\n\r\n12345`, "Content-Length: -5\r\n\r\n{}"])(
    "that is none ends the session",
    async (text) => {
      const { error } = await sent(Buffer.from(text));
      expect(String(error)).toMatch(/no Content-Length before/);
    },
  );
});

describe("a message", () => {
  it.each(["{", "[1]", "5", "null", ""])("that is %s ends the session", async (text) => {
    const { error } = await sent(framed(text));
    expect(error).toBeInstanceOf(ProtocolError);
  });

  it("of a hundred thousand brackets ends the session", async () => {
    const { error } = await sent(framed("[".repeat(100_000)));
    expect(error).toBeInstanceOf(ProtocolError);
  });
});
