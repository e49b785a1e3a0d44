import type { Stateful, StateStream } from "../base/state-stream";
import { ByteQueue } from "./byte-queue";
import type { IrqLine } from "./pic-pair";
import type { PortBus, PortDevice } from "./port-bus";

/** Register offsets (16550D data sheet, table I). */
const enum Reg {
  /** RBR and THR, or the low divisor byte. */
  Data,
  /** IER, or the high divisor byte. */
  Ier,
  /** IIR when read, FCR when written. */
  Iir,
  Lcr,
  Mcr,
  Lsr,
  Msr,
  Scr,
}

const enum Ier {
  Received = 1 << 0,
  ThrEmpty = 1 << 1,
  LineStatus = 1 << 2,
  ModemStatus = 1 << 3,
}

/** IIR values without the FIFO bits, highest priority first. */
const enum Iir {
  LineStatus = 0x06,
  Received = 0x04,
  Timeout = 0x0c,
  ThrEmpty = 0x02,
  ModemStatus = 0x00,
  None = 0x01,
  Fifo = 0xc0,
}

const enum Fcr {
  Enable = 1 << 0,
  ClearReceiver = 1 << 1,
}

const LCR_DLAB = 1 << 7;

const enum Mcr {
  Dtr = 1 << 0,
  Rts = 1 << 1,
  Out1 = 1 << 2,
  /** On a PC this pin connects the interrupt to its IRQ line. */
  Out2 = 1 << 3,
  Loop = 1 << 4,
}

const enum Lsr {
  DataReady = 1 << 0,
  Overrun = 1 << 1,
  ThrEmpty = 1 << 5,
  TransmitterEmpty = 1 << 6,
}

const enum Msr {
  Cts = 1 << 4,
  Dsr = 1 << 5,
  Ri = 1 << 6,
  Dcd = 1 << 7,
  /** RI has gone from on to off. RI's delta bit is the only one for a trailing edge. */
  Teri = 1 << 2,
}

const FIFO_BYTES = 16;
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;
/** The modem lines of a terminal that is connected and ready. */
const CONNECTED = Msr.Cts | Msr.Dsr | Msr.Dcd;

/**
 * A 16550D with a terminal on the line. A byte leaves in the instruction that writes it, so the transmitter is always
 * empty; speed, word length and parity change nothing. The terminal obeys flow control: it holds typed bytes back until
 * the guest reads them, so none is overrun, or lost to a FIFO reset at start-up.
 */
export class Uart implements PortDevice, Stateful {
  private ier = 0;
  private lcr = 0;
  private mcr = 0;
  private scr = 0;
  private divisor = 12;
  private fifoEnabled = false;
  private trigger = 1;
  private overrun = false;
  private thrInterrupt = false;
  private modemDelta = 0;
  private readonly received = new ByteQueue();
  /** Bytes on the wire that the receiver has not taken yet. */
  private readonly wire = new ByteQueue();

  /** @param transmit takes each byte that leaves */
  constructor(
    private readonly irq: IrqLine,
    private readonly transmit: (byte: number) => void,
  ) {}

  attach(bus: PortBus, firstPort: number): void {
    bus.attach(firstPort, 8, this);
  }

  /** The device that the IRQ line drives has a state too, and is not told. */
  passState(stream: StateStream): void {
    this.ier = stream.number(this.ier);
    this.lcr = stream.number(this.lcr);
    this.mcr = stream.number(this.mcr);
    this.scr = stream.number(this.scr);
    this.divisor = stream.number(this.divisor);
    this.trigger = stream.number(this.trigger);
    this.modemDelta = stream.number(this.modemDelta);
    this.fifoEnabled = stream.flag(this.fifoEnabled);
    this.overrun = stream.flag(this.overrun);
    this.thrInterrupt = stream.flag(this.thrInterrupt);
    this.received.passState(stream);
    this.wire.passState(stream);
  }

  /** Takes bytes from the terminal. */
  receive(bytes: Uint8Array): void {
    for (const byte of bytes) this.wire.push(byte);
    if (this.ier & Ier.Received) this.takeFromWire();
    this.update();
  }

  /** Whether a byte from the terminal would raise an interrupt. */
  get listening(): boolean {
    return (this.ier & Ier.Received) !== 0 && (this.mcr & (Mcr.Out2 | Mcr.Loop)) === Mcr.Out2;
  }

  readPort(port: number): number {
    switch ((port & 7) as Reg) {
      case Reg.Data:
        return this.lcr & LCR_DLAB ? this.divisor & 0xff : this.readData();
      case Reg.Ier:
        return this.lcr & LCR_DLAB ? this.divisor >> 8 : this.ier;
      case Reg.Iir:
        return this.readIir();
      case Reg.Lcr:
        return this.lcr;
      case Reg.Mcr:
        return this.mcr;
      case Reg.Lsr:
        return this.readLsr();
      case Reg.Msr:
        return this.readMsr();
      case Reg.Scr:
        return this.scr;
    }
  }

  writePort(port: number, value: number): void {
    switch ((port & 7) as Reg) {
      case Reg.Data:
        if (this.lcr & LCR_DLAB) this.divisor = (this.divisor & 0xff00) | value;
        else this.writeData(value);
        break;
      case Reg.Ier:
        if (this.lcr & LCR_DLAB) this.divisor = (this.divisor & 0xff) | (value << 8);
        else this.writeIer(value & 0x0f);
        break;
      case Reg.Iir:
        this.writeFcr(value);
        break;
      case Reg.Lcr:
        this.lcr = value;
        break;
      case Reg.Mcr:
        this.writeMcr(value & 0x1f);
        break;
      case Reg.Lsr:
      case Reg.Msr:
        // For factory tests only.
        break;
      case Reg.Scr:
        this.scr = value;
        break;
    }
    this.update();
  }

  private readData(): number {
    this.takeFromWire();
    const byte = this.received.length > 0 ? this.received.shift() : 0;
    // Below the trigger level the request falls. The time-out, or the next burst, is a new edge.
    if (this.received.length < this.trigger) this.irq(false);
    this.takeFromWire();
    this.update();
    return byte;
  }

  private writeData(value: number): void {
    // THR is full for an instant, so the interrupt that tells that it is empty begins anew.
    this.thrInterrupt = false;
    this.update();
    if (this.mcr & Mcr.Loop) this.receiveByte(value);
    else this.transmit(value);
    this.thrInterrupt = true;
  }

  private writeIer(value: number): void {
    const enabled = value & ~this.ier;
    this.ier = value;
    if (enabled & Ier.ThrEmpty) this.thrInterrupt = true;
    if (enabled & Ier.Received) this.takeFromWire();
  }

  private writeFcr(value: number): void {
    const enable = (value & Fcr.Enable) !== 0;
    if (enable !== this.fifoEnabled || value & Fcr.ClearReceiver) this.received.clear();
    this.fifoEnabled = enable;
    this.trigger = enable ? (TRIGGER_LEVELS[value >> 6] ?? 1) : 1;
  }

  private writeMcr(value: number): void {
    const before = this.modemLines();
    this.mcr = value;
    const after = this.modemLines();
    const changed = (before ^ after) & ~Msr.Ri;
    this.modemDelta |= changed >> 4;
    if (before & ~after & Msr.Ri) this.modemDelta |= Msr.Teri;
  }

  private readIir(): number {
    this.takeFromWire();
    const source = this.source();
    if (source === Iir.ThrEmpty) {
      this.thrInterrupt = false;
      this.update();
    }
    return source | (this.fifoEnabled ? Iir.Fifo : 0);
  }

  private readLsr(): number {
    this.takeFromWire();
    let status = Lsr.ThrEmpty | Lsr.TransmitterEmpty;
    if (this.received.length > 0) status |= Lsr.DataReady;
    if (this.overrun) status |= Lsr.Overrun;
    this.overrun = false;
    this.update();
    return status;
  }

  private readMsr(): number {
    const status = this.modemLines() | this.modemDelta;
    this.modemDelta = 0;
    this.update();
    return status;
  }

  /** MSR bits 4-7. In loop-back they are the chip's own modem outputs. */
  private modemLines(): number {
    if (!(this.mcr & Mcr.Loop)) return CONNECTED;
    let lines = 0;
    if (this.mcr & Mcr.Rts) lines |= Msr.Cts;
    if (this.mcr & Mcr.Dtr) lines |= Msr.Dsr;
    if (this.mcr & Mcr.Out1) lines |= Msr.Ri;
    if (this.mcr & Mcr.Out2) lines |= Msr.Dcd;
    return lines;
  }

  /** Lets the terminal send a burst, as much as an empty receiver has room for. */
  private takeFromWire(): void {
    if (this.mcr & Mcr.Loop || this.received.length > 0) return;
    const room = this.fifoEnabled ? FIFO_BYTES : 1;
    while (this.wire.length > 0 && this.received.length < room) this.received.push(this.wire.shift());
  }

  /** Takes a byte that arrives whether there is room or not (loop-back). */
  private receiveByte(byte: number): void {
    const room = this.fifoEnabled ? FIFO_BYTES : 1;
    if (this.received.length < room) {
      this.received.push(byte);
      return;
    }
    this.overrun = true;
    // Without FIFO the new byte replaces the old one. A full FIFO keeps what it has.
    if (!this.fifoEnabled) {
      this.received.clear();
      this.received.push(byte);
    }
  }

  /** The interrupt of highest priority (data sheet, table IV). */
  private source(): Iir {
    if (this.ier & Ier.LineStatus && this.overrun) return Iir.LineStatus;
    if (this.ier & Ier.Received && this.received.length > 0) {
      // Below the trigger level no more bytes are coming, so the time-out of four characters is over at once.
      return this.received.length >= this.trigger ? Iir.Received : Iir.Timeout;
    }
    if (this.ier & Ier.ThrEmpty && this.thrInterrupt) return Iir.ThrEmpty;
    if (this.ier & Ier.ModemStatus && this.modemDelta !== 0) return Iir.ModemStatus;
    return Iir.None;
  }

  private update(): void {
    const connected = (this.mcr & (Mcr.Out2 | Mcr.Loop)) === Mcr.Out2;
    this.irq(connected && this.source() !== Iir.None);
  }
}
