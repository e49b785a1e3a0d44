import type { Clock } from "../base/ports";
import type { Stateful, StateStream } from "../base/state-stream";
import type { PortBus, PortDevice } from "./port-bus";

const INDEX_PORT = 0x70;
const NS = 1_000_000_000;
const KIB = 1024;

/** CMOS register numbers (MC146818 data sheet; the memory sizes as PC firmware leaves them). */
const enum Cmos {
  Seconds = 0x00,
  Minutes = 0x02,
  Hours = 0x04,
  Weekday = 0x06,
  Day = 0x07,
  Month = 0x08,
  Year = 0x09,
  StatusA = 0x0a,
  StatusB = 0x0b,
  StatusD = 0x0d,
  BaseKib = 0x15,
  ExtendedKib = 0x17,
  ExtendedKib2 = 0x30,
  Century = 0x32,
  /** Memory above 16 MiB in units of 64 KiB. */
  Above16 = 0x34,
}

const enum StatusB {
  Hours24 = 1 << 1,
  Binary = 1 << 2,
}

/** 32.768 kHz time base and 1.024 kHz rate, as firmware programs them. */
const STATUS_A = 0x26;
/** RAM and time are valid. */
const STATUS_D = 0x80;

/**
 * The real-time clock and CMOS RAM at ports 0x70 and 0x71. The date is that of the machine's start plus machine time.
 * Guests may set CMOS RAM, but not the date.
 */
export class Rtc implements PortDevice, Stateful {
  private index = 0;
  private readonly ram = new Uint8Array(128);

  /**
   * @param bootDate seconds since 1970-01-01 UTC at tick 0
   * @param memoryBytes guest RAM, for the size registers
   */
  constructor(
    private readonly clock: Clock,
    private readonly bootDate: number,
    memoryBytes: number,
  ) {
    this.ram[Cmos.StatusB] = StatusB.Hours24;
    this.store16(Cmos.BaseKib, 640);
    const extended = Math.min(memoryBytes / KIB - KIB, 0xffff);
    this.store16(Cmos.ExtendedKib, extended);
    this.store16(Cmos.ExtendedKib2, extended);
    this.store16(Cmos.Above16, Math.max(0, memoryBytes / KIB - 16 * KIB) / 64);
  }

  attach(bus: PortBus): void {
    bus.attach(INDEX_PORT, 2, this);
  }

  passState(stream: StateStream): void {
    this.index = stream.number(this.index);
    stream.bytes(this.ram);
  }

  readPort(port: number): number {
    return port === INDEX_PORT ? 0xff : this.register(this.index);
  }

  writePort(port: number, value: number): void {
    // Bit 7 masks NMI, which this machine does not have.
    if (port === INDEX_PORT) this.index = value & 0x7f;
    else this.ram[this.index] = value;
  }

  private register(index: number): number {
    const date = new Date((this.bootDate + Math.floor(this.clock.now() / NS)) * 1000);
    switch (index as Cmos) {
      case Cmos.Seconds:
        return this.encode(date.getUTCSeconds());
      case Cmos.Minutes:
        return this.encode(date.getUTCMinutes());
      case Cmos.Hours:
        return this.hours(date.getUTCHours());
      case Cmos.Weekday:
        return this.encode(date.getUTCDay() + 1);
      case Cmos.Day:
        return this.encode(date.getUTCDate());
      case Cmos.Month:
        return this.encode(date.getUTCMonth() + 1);
      case Cmos.Year:
        return this.encode(date.getUTCFullYear() % 100);
      case Cmos.Century:
        return this.encode(Math.floor(date.getUTCFullYear() / 100));
      case Cmos.StatusA:
        return STATUS_A;
      case Cmos.StatusD:
        return STATUS_D;
      default:
        return this.ram[index];
    }
  }

  private hours(hours: number): number {
    if (this.ram[Cmos.StatusB] & StatusB.Hours24) return this.encode(hours);
    return this.encode(hours % 12 === 0 ? 12 : hours % 12) | (hours >= 12 ? 0x80 : 0);
  }

  private encode(value: number): number {
    if (this.ram[Cmos.StatusB] & StatusB.Binary) return value;
    return (Math.floor(value / 10) << 4) | (value % 10);
  }

  private store16(index: number, value: number): void {
    this.ram[index] = value & 0xff;
    this.ram[index + 1] = (value >> 8) & 0xff;
  }
}
