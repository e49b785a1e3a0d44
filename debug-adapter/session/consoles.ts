import type { SerialPort } from "../../emulator/index";
import { DomainLines } from "./domain-lines";
import type { Loaded } from "../launch/load";

/** COM1: the guests' consoles. COM2: the hypervisor's log. */
const LOG_PORT: SerialPort = 1;
const LOG_NAME = "VMM log";

/** The receiver of a console's bytes. */
export interface ConsoleSink {
  /** Takes bytes of a guest's console. @param listens whether one can type at it */
  console(name: string, data: string, listens: boolean): void;
  /** Takes bytes of the hypervisor's log. */
  log(name: string, data: string): void;
}

/** The consoles' names. */
export interface ConsoleNames {
  /** The names of what the two serial ports send. */
  ports: readonly [string, string];
  /** The names of the domains' own consoles, by domain. The list is empty if all domains share COM1. */
  domains: readonly string[];
}

/** Collects what the serial ports send, and passes it on in latin1. */
export class Consoles {
  private readonly pending: [string, string] = ["", ""];

  private readonly lines = new DomainLines((domain, text) => {
    this.sent(this.names.domains[domain] ?? this.names.ports[0], text);
  });

  constructor(
    private readonly sink: ConsoleSink,
    private readonly names: ConsoleNames,
    private readonly hasLog: boolean,
  ) {}

  write(port: SerialPort, bytes: Uint8Array): void {
    for (const byte of bytes) this.pending[port] += String.fromCharCode(byte);
  }

  /** Passes on what has come. This is called between slices and before each stop. */
  flush(): void {
    this.flushPort(0);
    this.flushPort(1);
  }

  private flushPort(port: SerialPort): void {
    const data = this.pending[port];
    if (data === "") return;
    this.pending[port] = "";
    const name = this.names.ports[port];
    if (port === LOG_PORT && this.hasLog) this.sink.log(name, data);
    else if (this.names.domains.length > 0) this.lines.take(data);
    else this.sent(name, data);
  }

  private sent(name: string, data: string): void {
    this.sink.console(name, data, this.portOf(name) !== undefined);
  }

  /** The port of a console at which one can type. Of several domains, the hypervisor lets only the first one read. */
  portOf(name: string): SerialPort | undefined {
    const { ports, domains } = this.names;
    if (name === (domains[0] ?? ports[0])) return 0;
    return !this.hasLog && name === ports[1] ? 1 : undefined;
  }
}

/**
 * The name of a console is that of the guest's file or of its port.
 * @param apart whether each of several domains has its own console; else they share one, in which lines have a prefix
 */
export function consoleNames({ debuggee, isBare }: Loaded, apart: boolean): ConsoleNames {
  if (isBare) return { ports: ["COM1", "COM2"], domains: [] };
  const guests = debuggee.images.images.filter(({ owner }) => owner.kind === "guest");
  const names = guests.map(({ name }) => name.replace(/\.[^.]*$/, ""));
  const [only] = names;
  if (names.length === 1 && only !== undefined) return { ports: [only, LOG_NAME], domains: [] };
  return { ports: ["COM1", LOG_NAME], domains: apart ? names.map((name, domain) => `${name} (d${domain})`) : [] };
}
