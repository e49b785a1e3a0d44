import type { Stateful, StateStream } from "../base/state-stream";
import type { PortDevice } from "./port-bus";

/** ICW1 bits (8259A data sheet, initialization command words). */
const enum Icw1 {
  /** ICW4 follows. */
  Ic4 = 1 << 0,
  /** Single: no ICW3. */
  Sngl = 1 << 1,
  /** Level-triggered inputs. */
  Ltim = 1 << 3,
  /** Marks ICW1 among the writes to port A0 = 0. */
  Is = 1 << 4,
}

const enum Icw4 {
  /** Automatic end of interrupt. */
  Aeoi = 1 << 1,
  /** Special fully nested mode. */
  Sfnm = 1 << 4,
}

/** OCW3 bits. */
const enum Ocw3 {
  Ris = 1 << 0,
  Rr = 1 << 1,
  Poll = 1 << 2,
  Is = 1 << 3,
  Smm = 1 << 5,
  Esmm = 1 << 6,
}

/** The three command bits of OCW2: R, SL, EOI. */
const enum Ocw2 {
  RotateInAeoiClear = 0,
  Eoi = 1,
  SpecificEoi = 3,
  RotateInAeoiSet = 4,
  RotateOnEoi = 5,
  SetPriority = 6,
  RotateOnSpecificEoi = 7,
}

/** The request that a spurious acknowledge names. */
const SPURIOUS = 7;
const NONE = -1;

/**
 * One 8259A. `a0` in the port methods is the chip's address pin, which is bit 0 of the port. The INT pin is `output`;
 * `onOutput` is told of its changes.
 */
export class Pic implements PortDevice, Stateful {
  /** The INT pin. */
  output = false;
  onOutput: (level: boolean) => void = () => undefined;

  private lines = 0;
  private irr = 0;
  private isr = 0;
  private imr = 0xff;
  private vectorBase = 0;
  private levelTriggered = false;
  private autoEoi = false;
  private rotateOnAutoEoi = false;
  private fullyNestedCascade = false;
  private specialMask = false;
  private readIsr = false;
  private poll = false;
  /** The input of lowest priority. The one after it is the highest. */
  private lowest = 7;
  /** The ICW expected next at A0 = 1; 0 when initialization is complete (or has never begun). */
  private expectedIcw = 0;
  private icw1 = 0;

  /** @param cascade bit mask of the inputs that are INT pins of other 8259As */
  constructor(private readonly cascade = 0) {}

  /**
   * Sets input `line` to `level`. A request that is withdrawn before it is acknowledged is lost, and the acknowledge
   * then reads as spurious.
   */
  setLine(line: number, level: boolean): void {
    const bit = 1 << line;
    if (level) {
      if (this.levelTriggered || !(this.lines & bit)) this.irr |= bit;
      this.lines |= bit;
    } else {
      this.lines &= ~bit;
      this.irr &= ~bit;
    }
    this.update();
  }

  /** The two INTA cycles. Puts the acknowledged input in service and returns it (SPURIOUS when no request is left). */
  acknowledgeLine(): number {
    const line = this.highest();
    if (line === NONE) return SPURIOUS;
    const bit = 1 << line;
    if (!this.levelTriggered) this.irr &= ~bit;
    if (!this.autoEoi) this.isr |= bit;
    else if (this.rotateOnAutoEoi) this.lowest = line;
    // INT drops during INTA, so that the next request is an edge for the chip that it drives.
    this.drive(false);
    this.update();
    return line;
  }

  /** The vector of input `line`. */
  vector(line: number): number {
    return this.vectorBase | line;
  }

  readPort(port: number): number {
    if (this.poll) {
      this.poll = false;
      if (this.highest() === NONE) return 0;
      return 0x80 | this.acknowledgeLine();
    }
    if (port & 1) return this.imr;
    return this.readIsr ? this.isr : this.irr;
  }

  writePort(port: number, value: number): void {
    if (port & 1) this.writeData(value);
    else if (value & Icw1.Is) this.initialize(value);
    else if (value & Ocw3.Is) this.writeOcw3(value);
    else this.writeOcw2(value);
    this.update();
  }

  /** The device that INT drives has a state too, and is not told. */
  passState(stream: StateStream): void {
    this.lines = stream.number(this.lines);
    this.irr = stream.number(this.irr);
    this.isr = stream.number(this.isr);
    this.imr = stream.number(this.imr);
    this.vectorBase = stream.number(this.vectorBase);
    this.lowest = stream.number(this.lowest);
    this.expectedIcw = stream.number(this.expectedIcw);
    this.icw1 = stream.number(this.icw1);
    this.output = stream.flag(this.output);
    this.levelTriggered = stream.flag(this.levelTriggered);
    this.autoEoi = stream.flag(this.autoEoi);
    this.rotateOnAutoEoi = stream.flag(this.rotateOnAutoEoi);
    this.fullyNestedCascade = stream.flag(this.fullyNestedCascade);
    this.specialMask = stream.flag(this.specialMask);
    this.readIsr = stream.flag(this.readIsr);
    this.poll = stream.flag(this.poll);
  }

  private initialize(icw1: number): void {
    this.icw1 = icw1;
    this.levelTriggered = (icw1 & Icw1.Ltim) !== 0;
    this.imr = 0;
    this.isr = 0;
    this.irr = this.levelTriggered ? this.lines : 0;
    this.lowest = 7;
    this.specialMask = false;
    this.readIsr = false;
    this.poll = false;
    this.autoEoi = false;
    this.rotateOnAutoEoi = false;
    this.fullyNestedCascade = false;
    this.expectedIcw = 2;
  }

  private writeData(value: number): void {
    switch (this.expectedIcw) {
      case 2:
        this.vectorBase = value & 0xf8;
        this.expectedIcw = this.icw1 & Icw1.Sngl ? this.afterIcw3() : 3;
        break;
      case 3:
        // Which inputs are cascaded depends on the wiring of the board.
        this.expectedIcw = this.afterIcw3();
        break;
      case 4:
        this.autoEoi = (value & Icw4.Aeoi) !== 0;
        this.fullyNestedCascade = (value & Icw4.Sfnm) !== 0;
        this.expectedIcw = 0;
        break;
      default:
        this.imr = value;
    }
  }

  private afterIcw3(): number {
    return this.icw1 & Icw1.Ic4 ? 4 : 0;
  }

  private writeOcw2(value: number): void {
    const line = value & 7;
    switch ((value >> 5) as Ocw2) {
      case Ocw2.Eoi:
        this.endOfInterrupt(this.highestInService(), false);
        break;
      case Ocw2.SpecificEoi:
        this.endOfInterrupt(line, false);
        break;
      case Ocw2.RotateOnEoi:
        this.endOfInterrupt(this.highestInService(), true);
        break;
      case Ocw2.RotateOnSpecificEoi:
        this.endOfInterrupt(line, true);
        break;
      case Ocw2.SetPriority:
        this.lowest = line;
        break;
      case Ocw2.RotateInAeoiSet:
        this.rotateOnAutoEoi = true;
        break;
      case Ocw2.RotateInAeoiClear:
        this.rotateOnAutoEoi = false;
        break;
    }
  }

  private writeOcw3(value: number): void {
    if (value & Ocw3.Poll) this.poll = true;
    if (value & Ocw3.Rr) this.readIsr = (value & Ocw3.Ris) !== 0;
    if (value & Ocw3.Esmm) this.specialMask = (value & Ocw3.Smm) !== 0;
  }

  private endOfInterrupt(line: number, rotate: boolean): void {
    if (line === NONE) return;
    this.isr &= ~(1 << line);
    if (rotate) this.lowest = line;
  }

  /** The input of highest priority that is in service. In special mask mode a non-specific EOI ignores masked ones. */
  private highestInService(): number {
    const serviced = this.specialMask ? this.isr & ~this.imr : this.isr;
    for (let i = 1; i <= 8; i++) {
      const line = (this.lowest + i) & 7;
      if (serviced & (1 << line)) return line;
    }
    return NONE;
  }

  /** The request that would be acknowledged now, or NONE. It is unmasked, and above everything in service. */
  private highest(): number {
    const requests = this.irr & ~this.imr;
    if (requests === 0) return NONE;
    for (let i = 1; i <= 8; i++) {
      const line = (this.lowest + i) & 7;
      const bit = 1 << line;
      const inService = (this.isr & bit) !== 0;
      // In special fully nested mode a slave may interrupt again while it is being served.
      const nests = this.fullyNestedCascade && (this.cascade & bit) !== 0;
      if (requests & bit && (!inService || nests)) return line;
      if (inService && !this.specialMask) return NONE;
    }
    return NONE;
  }

  private update(): void {
    this.drive(this.highest() !== NONE);
  }

  private drive(level: boolean): void {
    if (level === this.output) return;
    this.output = level;
    this.onOutput(level);
  }
}
