import type { Transfer } from "../../emulator/index";

/** Entries remembered; the frames of a stack are younger than that in all but long-blocked calls. */
const CAPACITY = 512;

/** Remembers how inner rings were entered lately, to say how a frame of the stack was interrupted. */
export class TransferLog {
  private readonly entries: Transfer[] = [];
  private next = 0;

  /** To be called at every change of CPL; keeps those towards ring 0. */
  record(transfer: Transfer): void {
    if (transfer.toCpl >= transfer.fromCpl) return;
    this.entries[this.next] = { ...transfer };
    this.next = (this.next + 1) % CAPACITY;
  }

  /**
   * The latest entry from `ring` whose frame on the stack holds `eip`: the
   * instruction itself after faults and interrupts, the one behind INT.
   */
  find(eip: number, ring: number): Transfer | undefined {
    for (let i = 1; i <= this.entries.length; i++) {
      const entry = this.entries[(this.next - i + CAPACITY) % CAPACITY];
      if (entry === undefined || entry.fromCpl !== ring) continue;
      const length = eip - entry.fromEip;
      if (length === 0 || (entry.kind === "int" && (length === 1 || length === 2))) return entry;
    }
    return undefined;
  }
}
