import { Flag } from "../base/arch";
import { S } from "../base/layout";
import type { InterruptSource } from "../base/ports";
import type { State } from "../base/state";
import type { System } from "./system/system";

/**
 * Decides when an external interrupt is taken: with IF set, but not right after STI or a load of SS. S.Inhibit holds
 * for one instruction, which S.InhibitBudget names by the budget after it; S.Inhibit is not cleared before somebody
 * reads it.
 */
export class InterruptWindow {
  private readonly words: Int32Array;

  constructor(
    private readonly state: State,
    private readonly source: InterruptSource,
    private readonly system: System,
  ) {
    this.words = state.i32;
  }

  /** Makes what inhibits now go on doing so although the budget is about to be another one. */
  keep(): void {
    this.words[S.InhibitBudget >> 2] = this.words[S.Budget >> 2];
  }

  /** Clears an inhibition that an instruction before the last one has set. */
  settle(): void {
    const { words } = this;
    if (words[S.Budget >> 2] !== words[S.InhibitBudget >> 2]) words[S.Inhibit >> 2] = 0;
  }

  /** Begins a system instruction, which may set S.Inhibit and is charged after it. */
  beginInsn(): void {
    this.words[S.Inhibit >> 2] = 0;
  }

  endInsn(): void {
    this.words[S.InhibitBudget >> 2] = this.words[S.Budget >> 2] - 1;
  }

  /** Whether an interrupt is pending and IF allows it. */
  get waits(): boolean {
    const waits = this.source.pending();
    this.words[S.InterruptWaits >> 2] = waits ? 1 : 0;
    return waits && (this.words[S.Eflags >> 2] & Flag.If) !== 0;
  }

  /** Takes a waiting interrupt unless it is held off. @returns false after a triple fault */
  take(): boolean {
    const { words } = this;
    while (this.waits) {
      this.settle();
      if (words[S.Inhibit >> 2] !== 0) return true;
      this.state.counters.interrupts++;
      words[S.InsnEip >> 2] = words[S.Eip >> 2];
      if (!this.system.deliverInterrupt(this.source.acknowledge())) return false;
    }
    return true;
  }
}
