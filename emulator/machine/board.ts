import type { Clock } from "../base/ports";
import type { Stateful, StateStream } from "../base/state-stream";
import { ByteQueue } from "../devices/byte-queue";
import { DEBUG_EXIT_PORT, DebugExit } from "../devices/debug-exit";
import { PicPair } from "../devices/pic-pair";
import { Pit } from "../devices/pit";
import { PortBus } from "../devices/port-bus";
import { Rtc } from "../devices/rtc";
import { Timers } from "../devices/timers";
import { Uart } from "../devices/uart";
import type { InputDevice, SerialPort } from "./api";

/** The first port and the IRQ of COM1 and COM2. */
const SERIAL = [
  { firstPort: 0x3f8, irq: 4 },
  { firstPort: 0x2f8, irq: 3 },
] as const;

/** Noon of the day on which the paper on Xen was presented, 2003-10-20 UTC. The date is the same at each start. */
const BOOT_DATE = 1066651200;

export interface BoardWiring {
  clock: Clock;
  memoryBytes: number;
  /** Makes the processor come back after the instruction in progress, because there is an interrupt. */
  attention: () => void;
  /** The next timer is due earlier than the one that was the next before. */
  deadlineMoved: () => void;
  exit: (value: number) => void;
  onSerial: (port: SerialPort, bytes: Uint8Array) => void;
}

/** The devices of the machine and the wires between them. */
export class Board implements Stateful {
  readonly ports = new PortBus();
  readonly interrupts: PicPair;
  readonly timers: Timers;
  private readonly pit: Pit;
  private readonly serial: readonly [Uart, Uart];
  private readonly receivers: Record<InputDevice, (bytes: Uint8Array) => void>;
  private readonly stateful: readonly Stateful[];
  private readonly sent = [new ByteQueue(), new ByteQueue()] as const;

  constructor(private readonly wiring: BoardWiring) {
    this.timers = new Timers(wiring.clock, wiring.deadlineMoved);
    this.interrupts = new PicPair(wiring.attention);
    this.interrupts.attach(this.ports);
    this.pit = new Pit(this.timers, this.interrupts.line(0));
    this.pit.attach(this.ports);
    const rtc = new Rtc(wiring.clock, BOOT_DATE, wiring.memoryBytes);
    rtc.attach(this.ports);
    this.ports.attach(DEBUG_EXIT_PORT, 1, new DebugExit(wiring.exit));
    this.serial = [this.uart(0), this.uart(1)];
    const [com1, com2] = this.serial;
    this.receivers = { com1: (bytes) => com1.receive(bytes), com2: (bytes) => com2.receive(bytes) };
    this.stateful = [this.timers, this.interrupts, this.pit, rtc, ...this.serial];
  }

  /**
   * Passes the state of each device in turn; devices that are added later belong here too. Between two runs all output
   * has been handed on.
   */
  passState(stream: StateStream): void {
    for (const part of this.stateful) part.passState(stream);
  }

  /** Leaves the devices as firmware does. The clock must be running. */
  start(): void {
    this.pit.start();
  }

  /** Passes input from outside to the device that takes it. */
  receive(device: InputDevice, bytes: Uint8Array): void {
    this.receivers[device](bytes);
  }

  /** Whether serial input would raise an interrupt. */
  get listening(): boolean {
    return this.serial.some((uart) => uart.listening);
  }

  /** Hands on the bytes that were sent by the serial ports. */
  flushOutput(): void {
    for (const port of [0, 1] as const) {
      if (this.sent[port].length > 0) this.wiring.onSerial(port, this.sent[port].drain());
    }
  }

  private uart(port: SerialPort): Uart {
    const { firstPort, irq } = SERIAL[port];
    const uart = new Uart(this.interrupts.line(irq), (byte) => this.sent[port].push(byte));
    uart.attach(this.ports, firstPort);
    return uart;
  }
}
