import type { SerialPort } from "../../emulator/index";
import type { Loaded } from "../launch/load";

/** COM1: the guests' consoles. COM2: the hypervisor's log. */
const LOG_PORT: SerialPort = 1;
const LOG_NAME = "VMM log";
const BARE_NAMES = ["COM1", "COM2"];

/** Where bytes of a console go. */
export interface ConsoleSink {
  /** A guest's console. */
  console(name: string, data: string): void;
  /** The hypervisor's log. */
  log(name: string, data: string): void;
}

/** Collects what leaves the serial ports and hands it on, whole lines first, in latin1. */
export class Consoles {
  private readonly pending: [string, string] = ["", ""];

  constructor(
    private readonly sink: ConsoleSink,
    private readonly names: readonly string[],
    private readonly hasLog: boolean,
  ) {}

  write(port: SerialPort, bytes: Uint8Array): void {
    for (const byte of bytes) this.pending[port] += String.fromCharCode(byte);
  }

  /** Hands on what has come; called between slices and before each stop. */
  flush(): void {
    this.flushPort(0);
    this.flushPort(1);
  }

  private flushPort(port: SerialPort): void {
    const data = this.pending[port];
    if (data === "") return;
    this.pending[port] = "";
    const name = this.names[port] ?? "";
    if (port === LOG_PORT && this.hasLog) this.sink.log(name, data);
    else this.sink.console(name, data);
  }

  /** The port of a console that can be typed at. */
  portOf(name: string): SerialPort | undefined {
    if (name === this.names[0]) return 0;
    return !this.hasLog && name === this.names[1] ? 1 : undefined;
  }
}

/** The consoles' names: the only guest's own, or the port's. */
export function consoleNames({ debuggee, isBare }: Loaded): readonly string[] {
  if (isBare) return BARE_NAMES;
  const guests = debuggee.images.images.filter(({ owner }) => owner.kind === "guest");
  const [guest] = guests;
  const first = guests.length === 1 && guest !== undefined ? guest.name.replace(/\.[^.]*$/, "") : "COM1";
  return [first, LOG_NAME];
}
