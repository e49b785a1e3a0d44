import type { ByteSink } from "../host/outputs";

/** How the hypervisor's log tells that a domain crashed: `d1: crashed: page fault ...`. */
const CRASH = /^d(\d+): crashed: (.*)$/;

/** How it tells that a domain could not be built: `d0: cannot be started: its memory is too small for its image`. */
const NOT_STARTED = /^d(\d+): cannot be started: (.*)$/;

export interface DomainCrash {
  domain: number;
  reason: string;
}

/** Passes COM2 on and remembers what explains an end: each domain that crashed or could not be started, and the last line. */
export class LogWatch implements ByteSink {
  readonly crashes: DomainCrash[] = [];
  readonly notStarted: DomainCrash[] = [];
  /** The last line with something on it, without spaces around. */
  lastLine = "";
  private partial = "";

  constructor(private readonly below: ByteSink) {}

  write(bytes: Uint8Array): void {
    this.below.write(bytes);
    const lines = (this.partial + Buffer.from(bytes).toString("latin1")).split(/\r?\n/);
    this.partial = lines.pop() ?? "";
    for (const line of lines) this.take(line.trim());
  }

  close(): void {
    this.take(this.partial.trim());
    this.below.close();
  }

  private take(line: string): void {
    if (line === "") return;
    this.lastLine = line;
    note(this.crashes, CRASH.exec(line));
    note(this.notStarted, NOT_STARTED.exec(line));
  }
}

function note(list: DomainCrash[], found: RegExpExecArray | null): void {
  const [, domain, reason] = found ?? [];
  if (domain !== undefined && reason !== undefined) list.push({ domain: Number(domain), reason });
}
