import type { PortSpace } from "../base/ports";

/** A device on the I/O bus. All devices of this machine are 8 bits wide. */
export interface PortDevice {
  /** The byte at an absolute port number. */
  readPort(port: number): number;
  writePort(port: number, value: number): void;
}

/** What a read of the floating bus gives. */
const FLOATING = 0xff;

/**
 * The I/O port space. Wider accesses become byte cycles at ascending ports, as
 * the ISA bus splits them for 8-bit devices; where nobody answers, reads are
 * all ones and writes are lost.
 */
export class PortBus implements PortSpace {
  /** For each port the index in `devices`; 0: none. */
  private readonly owner = new Uint8Array(0x10000);
  private readonly devices: (PortDevice | undefined)[] = [undefined];

  /** Gives ports `first` to `first + count - 1` to `device`. */
  attach(first: number, count: number, device: PortDevice): void {
    const index = this.devices.push(device) - 1;
    this.owner.fill(index, first, first + count);
  }

  read(port: number, size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value |= this.readByte((port + i) & 0xffff) << (i * 8);
    return value >>> 0;
  }

  write(port: number, size: number, value: number): void {
    for (let i = 0; i < size; i++) {
      const at = (port + i) & 0xffff;
      this.devices[this.owner[at]]?.writePort(at, (value >>> (i * 8)) & 0xff);
    }
  }

  private readByte(port: number): number {
    return this.devices[this.owner[port]]?.readPort(port) ?? FLOATING;
  }
}
