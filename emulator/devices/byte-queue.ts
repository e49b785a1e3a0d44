import type { Stateful, StateStream } from "../base/state-stream";

/** A first-in, first-out queue of bytes that grows as needed. */
export class ByteQueue implements Stateful {
  private bytes = new Uint8Array(64);
  private head = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(byte: number): void {
    if (this.count === this.bytes.length) this.grow();
    this.bytes[(this.head + this.count++) % this.bytes.length] = byte;
  }

  /** Takes the oldest byte. The queue must not be empty. */
  shift(): number {
    const byte = this.bytes[this.head];
    this.head = (this.head + 1) % this.bytes.length;
    this.count--;
    return byte;
  }

  clear(): void {
    this.count = 0;
  }

  /** Takes all bytes, in order. */
  drain(): Uint8Array {
    const all = new Uint8Array(this.count);
    for (let i = 0; i < all.length; i++) all[i] = this.shift();
    return all;
  }

  passState(stream: StateStream): void {
    const length = stream.number(this.count);
    const bytes = this.drain();
    for (let n = 0; n < length; n++) this.push(stream.number(bytes[n] ?? 0));
  }

  private grow(): void {
    const bytes = new Uint8Array(this.bytes.length * 2);
    for (let i = 0; i < this.count; i++) bytes[i] = this.bytes[(this.head + i) % this.bytes.length];
    this.bytes = bytes;
    this.head = 0;
  }
}
