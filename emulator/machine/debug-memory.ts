import type { State } from "../base/state";
import type { PhysicalMemory } from "../memory/physical";
import type { DebugMemory, Walk } from "./api";
import { DebugWalker, DirectoryWalker } from "./debug-walk";

const PAGE = 4096;
const LINEAR_SPACE = 2 ** 32;

/** Memory as the debugger reads and writes it, without side effects other than the write itself. */
export class PlainMemory implements DebugMemory {
  private readonly walker: DebugWalker;
  private readonly directoryWalker: DirectoryWalker;

  constructor(
    state: State,
    private readonly physical: PhysicalMemory,
  ) {
    this.walker = new DebugWalker(state, physical);
    this.directoryWalker = new DirectoryWalker(state, physical);
  }

  translate(linear: number): Walk {
    return this.walker.walk(linear >>> 0);
  }

  translateBy(directory: number, linear: number): number | undefined {
    const physical = this.directoryWalker.physicalOf(linear >>> 0, directory);
    return physical < 0 ? undefined : physical;
  }

  readLinear(linear: number, length: number): Uint8Array {
    const end = Math.min(linear + length, LINEAR_SPACE);
    const bytes = new Uint8Array(Math.max(0, end - linear));
    for (let at = linear; at < end;) {
      const inPage = Math.min(end - at, PAGE - (at % PAGE));
      const physical = this.inRam(at);
      if (physical === undefined) return bytes.subarray(0, at - linear);
      bytes.set(this.physical.readBlock(physical, inPage), at - linear);
      at += inPage;
    }
    return bytes;
  }

  writeLinear(linear: number, bytes: Uint8Array): number {
    const end = Math.min(linear + bytes.length, LINEAR_SPACE);
    for (let at = linear; at < end;) {
      const inPage = Math.min(end - at, PAGE - (at % PAGE));
      const physical = this.inRam(at);
      if (physical === undefined) return at - linear;
      this.physical.writeBlock(physical, bytes.subarray(at - linear, at - linear + inPage));
      at += inPage;
    }
    return end - linear;
  }

  readPhysical(physical: number, length: number): Uint8Array {
    return physical < 0 ? new Uint8Array() : this.physical.readBlock(physical, length);
  }

  writePhysical(physical: number, bytes: Uint8Array): number {
    return physical < 0 ? 0 : this.physical.writeBlock(physical, bytes);
  }

  readDword(linear: number): number | undefined {
    const value = this.load(linear, 4);
    return value < 0 ? undefined : value;
  }

  /** Zero-extended value of 1, 2 or 4 bytes, or -1 when a byte of it is not mapped. */
  load(linear: number, size: number): number {
    if ((linear & (PAGE - 1)) + size <= PAGE) {
      const physical = this.inRam(linear);
      return physical === undefined ? -1 : this.physical.read(physical, size);
    }
    let value = 0;
    for (let i = 0; i < size; i++) {
      const physical = this.inRam((linear + i) % LINEAR_SPACE);
      if (physical === undefined) return -1;
      value += this.physical.read8(physical) * 2 ** (i * 8);
    }
    return value;
  }

  /** The physical address of `linear` when it is mapped to RAM. Elsewhere there is nothing to read. */
  private inRam(linear: number): number | undefined {
    const physical = this.walker.physicalOf(linear);
    return physical >= 0 && this.physical.holds(physical) ? physical : undefined;
  }
}
