import type { ByteSink } from "./serial-files";

/** How the hypervisor's log tells that a domain crashed: `d1: crashed: page fault ...`. */
const CRASH = /^d(\d+): crashed: (.*)$/;

export interface DomainCrash {
  domain: number;
  reason: string;
}

/** Passes COM2 on and remembers what explains an end: each crash of a domain, and the last line. */
export class LogWatch implements ByteSink {
  readonly crashes: DomainCrash[] = [];
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
    const [, domain, reason] = CRASH.exec(line) ?? [];
    if (domain !== undefined && reason !== undefined) this.crashes.push({ domain: Number(domain), reason });
  }
}
