/** What is known of a request that was too long to be read. */
export interface LostRequest {
  /** Undefined when neither end of the message contains it. */
  seq: number | undefined;
  command: string | undefined;
}

/** How many bytes are kept at each end of the message, where a client may have written its number and command. */
const END = 4096;

/** A message that is skipped. Only its ends are kept, which tell which request must be refused. */
export class LongMessage {
  /** How many bytes are still to come. */
  left: number;
  private start = "";
  private end = "";

  constructor(readonly length: number) {
    this.left = length;
  }

  /** Skips what belongs to the message. @returns the rest of `bytes` */
  pass(bytes: Buffer): Buffer {
    const count = Math.min(this.left, bytes.length);
    if (this.start.length < END) this.start += bytes.toString("latin1", 0, Math.min(count, END));
    this.end = (this.end + bytes.toString("latin1", Math.max(0, count - END), count)).slice(-END);
    this.left -= count;
    return bytes.subarray(count);
  }

  get request(): LostRequest {
    const seq = this.find(/"seq"\s*:\s*(\d+)/);
    return {
      seq: seq === undefined ? undefined : Number(seq),
      command: this.find(/"command"\s*:\s*"([\w.-]{1,100})"/),
    };
  }

  private find(pattern: RegExp): string | undefined {
    return (pattern.exec(this.start) ?? pattern.exec(this.end))?.[1];
  }
}
