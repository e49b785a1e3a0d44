import { Transform, type TransformCallback } from "node:stream";
import { protocolMessages as say } from "../messages";
import { LongMessage, type LostRequest } from "./long-message";

/**
 * The start of Content-Length, perhaps after a Content-Type. Spelling and spaces may differ; what is passed on has one
 * form.
 */
const HEADER_START = "content-";
const HEADER_END = "\r\n\r\n";
/** The longest header that is accepted. A header of the protocol has some 20 bytes. */
const LONGEST_HEADER = 1024;
/** The size of the longest message that is read. A request to write 16 MiB of memory has 22 MiB. */
const LONGEST_MESSAGE = 24 << 20;
/** For a longer message the stream does not even wait. */
const LONGEST_PASSED_OVER = 1 << 30;
/**
 * The longest message that may have many values. A longer one is read only if it is one long text, such as memory in
 * base64.
 */
const LONGEST_OF_MANY_VALUES = 1 << 20;
/** The most values in one message. A value of JSON takes up to 30 times the memory of its text. */
const MOST_VALUES = 100_000;

const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];

/** The client does not speak the protocol. The message says what is wrong. */
export class ProtocolError extends Error {}

/**
 * Passes on whole messages of the Debug Adapter Protocol. It ends with a ProtocolError if the stream is something else,
 * which the session after it would skip in silence. A request that is too long, or has too many values, is skipped and
 * reported to `refused`.
 */
export class CheckedStream extends Transform {
  /** The pieces of the next message that have come. A long message comes in hundreds of pieces. */
  private pieces: Buffer[] = [];
  private have = 0;
  /** How many bytes must have come before there is anything to do. */
  private need = 0;
  private long: LongMessage | undefined;

  /** @param refused is told what is known of a request that is not read, and the reason */
  constructor(private readonly refused: (request: LostRequest, reason: string) => void) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.pieces.push(chunk);
    this.have += chunk.length;
    try {
      while (this.have > 0 && this.have >= this.need && this.advance());
    } catch (error) {
      return done(error as Error);
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.have === 0 && this.long === undefined) return done();
    const pending = this.joined();
    const isCut = this.long !== undefined || beginsLikeHeader(pending);
    done(new ProtocolError(isCut ? say.truncated() : say.noHeader(firstLine(pending.toString()))));
  }

  /** Takes a message, or a piece of a long one, from what has come. False when more is needed first. */
  private advance(): boolean {
    const pending = this.joined();
    if (this.long !== undefined) {
      this.keep(this.long.pass(pending));
      if (this.long.left > 0) return true;
      this.refused(this.long.request, say.longRequest(this.long.length));
      this.long = undefined;
      return true;
    }
    const header = headerOf(pending);
    if (header === undefined) return false;
    const end = header.bytes + header.length;
    if (header.length > LONGEST_MESSAGE) {
      if (header.length > LONGEST_PASSED_OVER) throw new ProtocolError(say.tooLong(header.length));
      this.long = new LongMessage(header.length);
      this.keep(pending.subarray(header.bytes));
      return true;
    }
    this.need = end;
    if (pending.length < end) return false;
    this.passOn(pending.subarray(header.bytes, end));
    this.keep(pending.subarray(end));
    return true;
  }

  private passOn(body: Buffer): void {
    if (body.length > LONGEST_OF_MANY_VALUES && valuesIn(body) > MOST_VALUES) {
      const lost = new LongMessage(body.length);
      lost.pass(body);
      return this.refused(lost.request, say.manyValues(body.length));
    }
    checkMessage(body.toString());
    this.push(`Content-Length: ${body.length}${HEADER_END}`);
    this.push(body);
  }

  private joined(): Buffer {
    const [first] = this.pieces;
    const whole = this.pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.pieces);
    this.pieces = [whole];
    return whole;
  }

  /** Keeps the rest for the next chunk. */
  private keep(rest: Buffer): void {
    this.pieces = [rest];
    this.have = rest.length;
    this.need = 0;
  }
}

/** The header's length and the length of the message that it gives; undefined until the whole header has come. */
function headerOf(pending: Buffer): { bytes: number; length: number } | undefined {
  const end = pending.subarray(0, LONGEST_HEADER + HEADER_END.length).indexOf(HEADER_END);
  const header = pending.toString("latin1", 0, end < 0 ? LONGEST_HEADER : end);
  if (end < 0) {
    // Without this check, a header whose lines end in LF alone would be waited for until much more has come.
    if (pending.length > LONGEST_HEADER || !beginsLikeHeader(pending) || header.includes("\n\n"))
      throw new ProtocolError(say.noHeader(firstLine(header)));
    return undefined;
  }
  const lengths = header.split("\r\n").flatMap((line) => /^Content-Length:(.*)$/i.exec(line)?.[1]?.trim() ?? []);
  const [digits = ""] = lengths;
  if (!/^\d+$/.test(digits)) throw new ProtocolError(say.noHeader(firstLine(header)));
  if (lengths.some((other) => other !== digits)) throw new ProtocolError(say.twoLengths(firstLine(lengths.join(", "))));
  return { bytes: end + HEADER_END.length, length: Number(digits) };
}

/** An upper bound of the number of values in a message; commas and opening brackets in texts are counted too. */
function valuesIn(body: Buffer): number {
  let count = 0;
  for (const byte of body) if (byte === COMMA || byte === BRACKET || byte === BRACE) count++;
  return count;
}

function beginsLikeHeader(pending: Buffer): boolean {
  return HEADER_START.startsWith(pending.toString("latin1", 0, HEADER_START.length).toLowerCase());
}

function checkMessage(text: string): void {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new ProtocolError(say.notJson(firstLine(text)));
  }
  if (typeof message !== "object" || message === null || !("type" in message))
    throw new ProtocolError(say.noMessage(firstLine(text)));
}

const SHOWN = 60;

/** The first line of a text, which is enough to recognise it. */
function firstLine(text: string): string {
  const [line = ""] = text.slice(0, 2 * SHOWN).split(/[\r\n]/, 1);
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}...` : line;
}
