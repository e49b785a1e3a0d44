import type { Stateful, StateStream } from "../base/state-stream";
import { NEVER } from "./timers";

/** The access field of a control word (8254 data sheet, RW1 and RW0). */
export const enum Access {
  Latch = 0,
  Low = 1,
  High = 2,
  LowThenHigh = 3,
}

/** Stands for a count that has not begun. */
const IDLE = NEVER;

/**
 * One counter of an 8254. Nothing happens from clock to clock: count and OUT are functions of the clock number, of the
 * count register and of `start`, the clock at which the counting element held the full count. All times are clocks of
 * 1.193182 MHz since the start of the machine.
 */
export class PitCounter implements Stateful {
  /** The mode, 0-5. */
  private mode = 0;
  private bcd = false;
  private access = Access.LowThenHigh;
  /** The count register: 1 to 65536 (10000 in BCD). */
  private reload = 0x10000;
  private start = IDLE;
  /** GATE. Counters 0 and 1 have it wired high. */
  private gate = true;
  /** How many clocks were counted when the gate went low (modes 0, 2, 3, 4), or IDLE. */
  private held = IDLE;
  /** A count that waits for the end of the current cycle (modes 2 and 3), and the clock at which the cycle ends. */
  private nextReload = 0;
  private nextStart = IDLE;
  private switchAt = IDLE;

  /** In modes 1 and 5: whether a count has been written, so that a trigger starts it. */
  private armed = false;

  private lowByte = 0;
  private writeHigh = false;
  private readHigh = false;
  private latchedCount = -1;
  private latchedStatus = -1;

  passState(stream: StateStream): void {
    this.mode = stream.number(this.mode);
    this.access = stream.number(this.access);
    this.reload = stream.number(this.reload);
    this.start = stream.number(this.start);
    this.held = stream.number(this.held);
    this.nextReload = stream.number(this.nextReload);
    this.nextStart = stream.number(this.nextStart);
    this.switchAt = stream.number(this.switchAt);
    this.lowByte = stream.number(this.lowByte);
    this.latchedCount = stream.number(this.latchedCount);
    this.latchedStatus = stream.number(this.latchedStatus);
    this.bcd = stream.flag(this.bcd);
    this.gate = stream.flag(this.gate);
    this.armed = stream.flag(this.armed);
    this.writeHigh = stream.flag(this.writeHigh);
    this.readHigh = stream.flag(this.readHigh);
  }

  /** Takes a control word for this counter (but no latch command). */
  control(access: Access, mode: number, bcd: boolean): void {
    this.access = access;
    this.mode = mode > 5 ? mode - 4 : mode;
    this.bcd = bcd;
    this.start = IDLE;
    this.held = IDLE;
    this.switchAt = IDLE;
    this.armed = false;
    this.writeHigh = false;
    this.readHigh = false;
    this.latchedCount = -1;
    this.latchedStatus = -1;
  }

  /** Takes one byte of the count register. */
  write(value: number, clock: number): void {
    switch (this.access) {
      case Access.Low:
        this.load(value, clock);
        return;
      case Access.High:
        this.load(value << 8, clock);
        return;
      default:
    }
    if (!this.writeHigh) {
      this.lowByte = value;
      // In mode 0 the first byte stops the count.
      if (this.mode === 0) this.start = IDLE;
    } else {
      this.load((value << 8) | this.lowByte, clock);
    }
    this.writeHigh = !this.writeHigh;
  }

  /** Reads one byte of the status, of the latched count, or of the live count. */
  read(clock: number): number {
    if (this.latchedStatus >= 0) {
      const status = this.latchedStatus;
      this.latchedStatus = -1;
      return status;
    }
    const count = this.latchedCount >= 0 ? this.latchedCount : this.encoded(clock);
    const high = this.access === Access.High || (this.access === Access.LowThenHigh && this.readHigh);
    if (this.access === Access.LowThenHigh) this.readHigh = !this.readHigh;
    if (!this.readHigh) this.latchedCount = -1;
    return high ? count >> 8 : count & 0xff;
  }

  /** Takes a counter latch command. A latched count stays until it is read. */
  latchCount(clock: number): void {
    if (this.latchedCount < 0) this.latchedCount = this.encoded(clock);
  }

  /** Takes a read-back command with the status bit. */
  latchStatus(clock: number): void {
    if (this.latchedStatus >= 0) return;
    this.settle(clock);
    const nullCount = this.start === IDLE || clock < this.start || this.switchAt !== IDLE;
    this.latchedStatus =
      (this.out(clock) ? 0x80 : 0) |
      (nullCount ? 0x40 : 0) |
      (this.access << 4) |
      (this.mode << 1) |
      (this.bcd ? 1 : 0);
  }

  setGate(level: boolean, clock: number): void {
    if (level === this.gate) return;
    this.settle(clock);
    this.gate = level;
    if (this.mode === 1 || this.mode === 5) {
      if (level && this.armed) this.start = clock + 1;
    } else if (!level) {
      if (this.start !== IDLE) this.held = Math.max(0, clock - this.start);
    } else if (this.held !== IDLE) {
      // When the gate rises, modes 2 and 3 begin anew, and modes 0 and 4 go on.
      this.start = this.mode === 2 || this.mode === 3 ? clock + 1 : clock - this.held;
      this.held = IDLE;
    }
  }

  /** The OUT pin. */
  out(clock: number): boolean {
    this.settle(clock);
    const elapsed = this.elapsed(clock);
    if (elapsed === IDLE || elapsed < 0) return this.mode !== 0;
    switch (this.mode) {
      case 0:
        return elapsed >= this.reload;
      case 1:
        return elapsed >= this.reload;
      case 2:
        return this.held !== IDLE || elapsed % this.reload !== this.reload - 1;
      case 3:
        return this.held !== IDLE || elapsed % this.reload < this.highClocks();
      default:
        return elapsed !== this.reload;
    }
  }

  /** The first clock after `clock` at which OUT may change, or NEVER. */
  nextChange(clock: number): number {
    this.settle(clock);
    if (this.start === IDLE || this.held !== IDLE) return NEVER;
    const n = this.reload;
    // OUT falls at the start in mode 1, and in mode 2 with the count of 1; in the others it stays as it was until later.
    if (clock < this.start && (this.mode === 1 || n === 1)) return this.start;
    const elapsed = Math.max(0, clock - this.start);
    const cycle = this.start + elapsed - (elapsed % n);
    switch (this.mode) {
      case 0:
      case 1:
        return elapsed < n ? this.start + n : NEVER;
      case 2:
        return this.beforeSwitch(elapsed % n < n - 1 ? cycle + n - 1 : cycle + n);
      case 3:
        return this.beforeSwitch(elapsed % n < this.highClocks() ? cycle + this.highClocks() : cycle + n);
      default:
        return elapsed < n ? this.start + n : elapsed === n ? this.start + n + 1 : NEVER;
    }
  }

  private beforeSwitch(clock: number): number {
    return Math.min(clock, this.switchAt);
  }

  private load(raw: number, clock: number): void {
    this.settle(clock);
    const reload = this.decode(raw);
    if (this.mode === 1 || this.mode === 5) {
      this.reload = reload;
      this.armed = true;
    } else if ((this.mode === 2 || this.mode === 3) && this.start !== IDLE) {
      this.defer(reload, clock);
    } else {
      this.reload = reload;
      this.start = clock + 1;
      this.held = this.gate ? IDLE : 0;
    }
  }

  /** Takes a new count while modes 2 and 3 run. It waits for the end of the cycle (in mode 3, of the half cycle). */
  private defer(reload: number, clock: number): void {
    this.nextReload = reload;
    const elapsed = Math.max(0, clock - this.start);
    const phase = elapsed % this.reload;
    const cycle = this.start + elapsed - phase;
    if (this.mode === 3 && phase < this.highClocks()) {
      this.switchAt = cycle + this.highClocks();
      this.nextStart = this.switchAt - ((reload + 1) >> 1);
    } else {
      this.switchAt = cycle + this.reload;
      this.nextStart = this.switchAt;
    }
  }

  private settle(clock: number): void {
    if (clock < this.switchAt) return;
    this.reload = this.nextReload;
    this.start = this.nextStart;
    this.switchAt = IDLE;
  }

  /** Clocks since the full count, or IDLE. */
  private elapsed(clock: number): number {
    if (this.held !== IDLE) return this.held;
    return this.start === IDLE ? IDLE : clock - this.start;
  }

  private highClocks(): number {
    return (this.reload + 1) >> 1;
  }

  private count(clock: number): number {
    this.settle(clock);
    const elapsed = this.elapsed(clock);
    const n = this.reload;
    if (elapsed === IDLE || elapsed < 0) return n;
    switch (this.mode) {
      case 2:
        return n - (elapsed % n);
      case 3: {
        // The counter counts down by two, and an odd count begins one lower.
        const phase = elapsed % n;
        const inHalf = phase < this.highClocks() ? phase : phase - this.highClocks();
        return (n & ~1) - 2 * inHalf;
      }
      default: {
        const modulus = this.bcd ? 10000 : 0x10000;
        return (((n - elapsed) % modulus) + modulus) % modulus;
      }
    }
  }

  private decode(raw: number): number {
    if (!this.bcd) return raw === 0 ? 0x10000 : raw;
    const value = (raw >> 12) * 1000 + ((raw >> 8) & 15) * 100 + ((raw >> 4) & 15) * 10 + (raw & 15);
    return value === 0 ? 10000 : value;
  }

  private encoded(clock: number): number {
    const value = this.count(clock);
    if (!this.bcd) return value & 0xffff;
    const digit = (unit: number): number => Math.floor(value / unit) % 10;
    return (digit(1000) << 12) | (digit(100) << 8) | (digit(10) << 4) | digit(1);
  }
}
