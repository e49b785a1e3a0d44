import type { PortSpace } from "../base/ports";

/** A device on the I/O bus. */
export interface PortDevice {
  /** The widest access, in bytes, that it takes as one access; 1 by default. */
  readonly portWidth?: 1 | 2 | 4;
  /**
   * Reads `size` bytes at an absolute port number, little-endian. The size is 1, or up to `portWidth` where the port is
   * aligned.
   */
  readPort(port: number, size: number): number;
  writePort(port: number, value: number, size: number): void;
}

/** The value that a read of the floating bus gives. */
const FLOATING = 0xff;

/**
 * The I/O port space. The bus splits an access that is wider than its device into halves at ascending ports, down to
 * bytes. It also splits accesses that are not aligned or reach beyond the device. Where no device answers, reads are
 * all ones and writes are lost.
 */
export class PortBus implements PortSpace {
  /** The index in `devices` for each port; 0 where there is none. */
  private readonly owner = new Uint8Array(0x10000);
  private readonly devices: (PortDevice | undefined)[] = [undefined];

  /** Gives ports `first` to `first + count - 1` to `device`. */
  attach(first: number, count: number, device: PortDevice): void {
    const index = this.devices.push(device) - 1;
    this.owner.fill(index, first, first + count);
  }

  read(port: number, size: number): number {
    const device = this.devices[this.owner[port]];
    if (size === 1) return device?.readPort(port, 1) ?? FLOATING;
    if (this.takesWhole(device, port, size)) return device.readPort(port, size) >>> 0;
    const half = size >> 1;
    const low = this.read(port, half);
    return (low | (this.read((port + half) & 0xffff, half) << (half * 8))) >>> 0;
  }

  write(port: number, size: number, value: number): void {
    const device = this.devices[this.owner[port]];
    if (size === 1) return device?.writePort(port, value & 0xff, 1);
    if (this.takesWhole(device, port, size)) return device.writePort(port, value, size);
    const half = size >> 1;
    this.write(port, half, half === 2 ? value & 0xffff : value & 0xff);
    this.write((port + half) & 0xffff, half, value >>> (half * 8));
  }

  private takesWhole(device: PortDevice | undefined, port: number, size: number): device is PortDevice {
    if (device === undefined || (device.portWidth ?? 1) < size || port % size !== 0) return false;
    return this.owner[port] === this.owner[port + size - 1];
  }
}
