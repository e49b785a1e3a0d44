import { RAM } from "../base/layout";
import type { State } from "../base/state";
import { PageKinds } from "./page-kinds";
import { WrittenPages } from "./written-pages";

/** The owner of code decoded from guest memory, who has to hear of changes to it. */
export interface CodeTracker {
  /** Whether code was decoded from the physical page `frame` (physical address >>> 12). */
  isCode(frame: number): boolean;
  /** Whether compiled code, which may be running, was made from one of the `length` bytes at `physical`, inside one page. */
  hits(physical: number, length: number): boolean;
  /** Tells that `length` bytes at `physical`, inside one page that is code, have changed. */
  written(physical: number, length: number): void;
}

const NOBODY: CodeTracker = { isCode: () => false, hits: () => false, written: () => undefined };

/** The physical page of an address of up to 36 bits. */
const frameOf = (physical: number): number => Math.floor(physical / 4096);

/**
 * Guest memory by physical address. Addresses are numbers of up to 36 bits (PAE). Where there is neither memory nor a
 * device, reads are all ones and writes are lost. Each access is inside one page, and values are unsigned.
 */
export class PhysicalMemory {
  tracker: CodeTracker = NOBODY;
  readonly written: WrittenPages;
  readonly kinds: PageKinds;
  private readonly view: DataView;
  private readonly u8: Uint8Array;

  constructor(private readonly state: State) {
    this.view = state.view;
    this.u8 = state.u8;
    this.written = new WrittenPages(state);
    this.kinds = new PageKinds(state);
  }

  get bytes(): number {
    return this.state.ramBytes;
  }

  /** Whether there is RAM or ROM at a physical address, which may have more than 32 bits. */
  holds(physical: number): boolean {
    return physical < this.state.ramBytes && this.kinds.isMemory(physical >>> 12);
  }

  /** Whether a device answers at a physical address. */
  isDevice(physical: number): boolean {
    return this.kinds.device(frameOf(physical)) !== undefined;
  }

  read8(physical: number): number {
    return this.holds(physical) ? this.u8[RAM + physical] : this.readElsewhere(physical, 1);
  }

  read16(physical: number): number {
    return this.holds(physical) ? this.view.getUint16(RAM + physical, true) : this.readElsewhere(physical, 2);
  }

  read32(physical: number): number {
    return this.holds(physical) ? this.view.getUint32(RAM + physical, true) : this.readElsewhere(physical, 4);
  }

  /** Reads where there is no memory, but a device or nothing. */
  private readElsewhere(physical: number, size: number): number {
    const device = this.kinds.device(frameOf(physical));
    return device === undefined ? 0xffffffff >>> (32 - size * 8) : device.readMemory(physical, size) >>> 0;
  }

  private writeElsewhere(physical: number, value: number, size: number): void {
    this.kinds.device(frameOf(physical))?.writeMemory(physical, (value & (0xffffffff >>> (32 - size * 8))) >>> 0, size);
  }

  /** Whether a store to a physical address changes memory. */
  private takes(physical: number): boolean {
    return physical < this.state.ramBytes && this.kinds.isWritable(physical >>> 12);
  }

  /** `size` is 1, 2 or 4 bytes. */
  read(physical: number, size: number): number {
    if (size === 4) return this.read32(physical);
    return size === 2 ? this.read16(physical) : this.read8(physical);
  }

  // Only code is compared with its old bytes: the host maps a fresh page twice if it is read before it is written.

  write8(physical: number, value: number): void {
    if (!this.takes(physical)) return this.writeElsewhere(physical, value, 1);
    const changed = this.isCode(physical) ? this.u8[RAM + physical] ^ (value & 0xff) : 0;
    this.u8[RAM + physical] = value;
    this.written.note(physical >>> 12);
    if (changed !== 0) this.noteChange(physical, changed);
  }

  write16(physical: number, value: number): void {
    if (!this.takes(physical)) return this.writeElsewhere(physical, value, 2);
    const changed = this.isCode(physical) ? this.view.getUint16(RAM + physical, true) ^ (value & 0xffff) : 0;
    this.view.setUint16(RAM + physical, value, true);
    this.written.note(physical >>> 12);
    if (changed !== 0) this.noteChange(physical, changed);
  }

  write32(physical: number, value: number): void {
    if (!this.takes(physical)) return this.writeElsewhere(physical, value, 4);
    const changed = this.isCode(physical) ? this.view.getInt32(RAM + physical, true) ^ value : 0;
    this.view.setUint32(RAM + physical, value, true);
    this.written.note(physical >>> 12);
    if (changed !== 0) this.noteChange(physical, changed);
  }

  /** `size` is 1, 2 or 4 bytes; the low bytes of `value` are written. */
  write(physical: number, value: number, size: number): void {
    if (size === 4) this.write32(physical, value);
    else if (size === 2) this.write16(physical, value);
    else this.write8(physical, value);
  }

  /** A copy of up to `length` bytes from `physical` on. It is shorter where RAM ends. */
  readBlock(physical: number, length: number): Uint8Array {
    const end = Math.min(physical + length, this.state.ramBytes);
    return this.u8.slice(RAM + physical, RAM + Math.max(physical, end));
  }

  /** Copies bytes into RAM. @returns how many fitted */
  writeBlock(physical: number, bytes: Uint8Array): number {
    const room = Math.max(0, Math.min(bytes.length, this.state.ramBytes - physical));
    if (room === 0) return 0;
    this.u8.set(bytes.subarray(0, room), RAM + physical);
    for (let done = 0; done < room;) {
      const inPage = Math.min(room - done, 4096 - ((physical + done) & 0xfff));
      this.written.note((physical + done) >>> 12);
      if (this.isCode(physical + done)) this.tracker.written(physical + done, inPage);
      done += inPage;
    }
    return room;
  }

  /** Whether a change of one of `length` bytes, inside one page, would change compiled code. */
  hitsCode(physical: number, length: number): boolean {
    return this.tracker.hits(physical, length);
  }

  private isCode(physical: number): boolean {
    return this.tracker.isCode(physical >>> 12);
  }

  /**
   * `changed` has the bits of the code at `physical` that are different now. Bytes that are written with the same value
   * are no change.
   */
  private noteChange(physical: number, changed: number): void {
    const first = (31 - Math.clz32(changed & -changed)) >> 3;
    const last = (31 - Math.clz32(changed)) >> 3;
    this.tracker.written(physical + first, last - first + 1);
  }
}
