import { Transform, type TransformCallback } from "node:stream";
import { protocolMessages as say } from "../messages";

/** Content-Length, perhaps after a Content-Type. */
const HEADER_START = "content-";
const HEADER_END = "\r\n\r\n";
/** A header of the protocol is some 20 bytes long. */
const LONGEST_HEADER = 1024;

/** The client does not speak the protocol; the message says in what. */
export class ProtocolError extends Error {}

/**
 * Passes whole messages of the Debug Adapter Protocol on. Ends with a
 * ProtocolError where the stream is something else: the session behind it
 * would skip that in silence.
 */
export class CheckedStream extends Transform {
  private pending = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    try {
      for (let length = this.messageLength(); length > 0; length = this.messageLength()) {
        this.push(this.pending.subarray(0, length));
        this.pending = this.pending.subarray(length);
      }
    } catch (error) {
      return done(error as Error);
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.pending.length === 0) done();
    else
      done(
        new ProtocolError(this.beginsLikeHeader() ? say.truncated() : say.noHeader(firstLine(this.pending.toString()))),
      );
  }

  /** Bytes of the first message with its header; 0 when it has not come whole. */
  private messageLength(): number {
    const end = this.pending.indexOf(HEADER_END);
    const header = this.pending.toString("latin1", 0, end < 0 ? LONGEST_HEADER : end);
    if (end < 0) {
      if (this.pending.length > LONGEST_HEADER || !this.beginsLikeHeader())
        throw new ProtocolError(say.noHeader(firstLine(header)));
      return 0;
    }
    const [, digits] = /^Content-Length: +(\d+)\r?$/im.exec(header) ?? [];
    if (digits === undefined) throw new ProtocolError(say.noHeader(firstLine(header)));
    const start = end + HEADER_END.length;
    const length = start + Number(digits);
    if (this.pending.length < length) return 0;
    checkMessage(this.pending.toString("utf8", start, length));
    return length;
  }

  private beginsLikeHeader(): boolean {
    return HEADER_START.startsWith(this.pending.toString("latin1", 0, HEADER_START.length).toLowerCase());
  }
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

/** What is enough of it to know it again. */
function firstLine(text: string): string {
  const [line = ""] = text.split(/[\r\n]/, 1);
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}...` : line;
}
