import type { Stateful, StateStream } from "../base/state-stream";
import type { IrqLine } from "./pic-pair";
import { Access, PitCounter } from "./pit-counter";
import type { PortBus, PortDevice } from "./port-bus";
import { NEVER, type Timer, type Timers } from "./timers";

/** Input clock of the counters in Hz. */
export const PIT_HZ = 1193182;
const NS = 1_000_000_000;

const FIRST_PORT = 0x40;
const CONTROL_PORT = 0x43;
const SYSTEM_PORT = 0x61;

/** Read-back command bits (8254 data sheet, figure 10). */
const enum ReadBack {
  Select = 3,
  NoStatus = 1 << 4,
  NoCount = 1 << 5,
}

/** Port 0x61 bits. */
const enum System {
  Gate2 = 1 << 0,
  Speaker = 1 << 1,
  Refresh = 1 << 4,
  Out2 = 1 << 5,
}

/** Half a memory-refresh cycle in ticks, as port 0x61 bit 4 shows it. */
const REFRESH_TICKS = 15085;

/** The PIT's clock number at `tick`. The computation is split by seconds so that no product exceeds 2^53. */
export function clockAt(tick: number): number {
  const second = Math.floor(tick / NS);
  return second * PIT_HZ + Math.floor(((tick - second * NS) * PIT_HZ) / NS);
}

/** The first tick at which the PIT has reached clock number `clock`. */
export function tickOf(clock: number): number {
  const second = Math.floor(clock / PIT_HZ);
  return second * NS + Math.ceil(((clock - second * PIT_HZ) * NS) / PIT_HZ);
}

/** The 8254 at ports 0x40-0x43 with the speaker port 0x61: OUT0 is IRQ 0, GATE2 and OUT2 are in port 0x61. */
export class Pit implements PortDevice, Stateful {
  private readonly counters = [new PitCounter(), new PitCounter(), new PitCounter()] as const;
  private readonly edge: Timer;
  private system = 0;

  constructor(
    private readonly timers: Timers,
    private readonly irq0: IrqLine,
  ) {
    this.edge = timers.create(() => this.drive());
    this.counters[2].setGate(false, 0);
  }

  /** Does what firmware does: counter 0 becomes a square wave (mode 3) of the longest period. */
  start(): void {
    this.counters[0].control(Access.LowThenHigh, 3, false);
    this.counters[0].write(0, this.clock());
    this.counters[0].write(0, this.clock());
    this.drive();
  }

  attach(bus: PortBus): void {
    bus.attach(FIRST_PORT, 4, this);
    bus.attach(SYSTEM_PORT, 1, this);
  }

  /** The timer for the edge belongs to the state of Timers. */
  passState(stream: StateStream): void {
    this.system = stream.number(this.system);
    for (const counter of this.counters) counter.passState(stream);
  }

  readPort(port: number): number {
    if (port === SYSTEM_PORT) return this.readSystem();
    if (port === CONTROL_PORT) return 0xff;
    return this.counter(port & 3).read(this.clock());
  }

  writePort(port: number, value: number): void {
    if (port === SYSTEM_PORT) {
      this.system = value & (System.Gate2 | System.Speaker);
      this.counters[2].setGate((value & System.Gate2) !== 0, this.clock());
      return;
    }
    if (port === CONTROL_PORT) this.writeControl(value);
    else this.counter(port & 3).write(value, this.clock());
    this.drive();
  }

  private writeControl(value: number): void {
    const select = value >> 6;
    if (select === ReadBack.Select) {
      this.readBack(value);
      return;
    }
    const access = (value >> 4) & 3;
    if (access === Access.Latch) this.counter(select).latchCount(this.clock());
    else this.counter(select).control(access, (value >> 1) & 7, (value & 1) !== 0);
  }

  private readBack(value: number): void {
    for (let i = 0; i < 3; i++) {
      if (!(value & (2 << i))) continue;
      if (!(value & ReadBack.NoCount)) this.counter(i).latchCount(this.clock());
      if (!(value & ReadBack.NoStatus)) this.counter(i).latchStatus(this.clock());
    }
  }

  private readSystem(): number {
    const tick = this.timers.clock.now();
    const refresh = Math.floor(tick / REFRESH_TICKS) & 1 ? System.Refresh : 0;
    return this.system | refresh | (this.counters[2].out(this.clock()) ? System.Out2 : 0);
  }

  /** Puts OUT0 on IRQ 0, and arms the timer for its next edge. */
  private drive(): void {
    const clock = this.clock();
    this.irq0(this.counters[0].out(clock));
    const change = this.counters[0].nextChange(clock);
    this.timers.schedule(this.edge, change === NEVER ? NEVER : tickOf(change));
  }

  private counter(index: number): PitCounter {
    return index === 0 ? this.counters[0] : index === 1 ? this.counters[1] : this.counters[2];
  }

  private clock(): number {
    return clockAt(this.timers.clock.now());
  }
}
