import type { ByteSink } from "../host/outputs";

/** How the hypervisor's log tells of a domain's failure: `d1: crashed: page fault ...`, `d0: cannot be started: ...`. */
const FAILURE = /^d(\d+): (crashed|cannot be started): (.*)$/;

/** A domain that crashed or could not be started. */
export interface DomainFailure {
  what: "crashed" | "cannot be started";
  domain: number;
  reason: string;
}

/** Passes COM2 on, tells of each domain's failure when it happens, and remembers what explains an end. */
export class LogWatch implements ByteSink {
  readonly failures: DomainFailure[] = [];
  /** The last line that is not empty, trimmed. */
  lastLine = "";
  private partial = "";

  constructor(
    private readonly below: ByteSink,
    private readonly failed: (failure: DomainFailure) => void = () => undefined,
  ) {}

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
    const [, domain, what, reason] = FAILURE.exec(line) ?? [];
    if (domain === undefined || what === undefined || reason === undefined) return;
    const failure: DomainFailure = { what: what as DomainFailure["what"], domain: Number(domain), reason };
    this.failures.push(failure);
    this.failed(failure);
  }
}
