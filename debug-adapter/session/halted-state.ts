import { stackRows, type FrameRow, type StackRow } from "../stack/stack";
import type { Debuggee } from "../debuggee/debuggee";
import { threadsOf, type SessionThread } from "./threads";

/** A row of a stack with the id by which the client asks for more. */
export interface IdentifiedRow {
  id: number;
  row: StackRow;
}

/**
 * What the client may ask about while the machine is stopped. It is computed once, and dropped when the machine goes
 * on.
 */
export class HaltedState {
  readonly threads: readonly SessionThread[];
  private readonly stacks = new Map<number, IdentifiedRow[]>();
  private readonly pc: number;
  private readonly rows = new Map<number, StackRow>();

  /** @param nextId ids continue over the whole session, so that none is taken for an older one */
  constructor(
    private readonly debuggee: Debuggee,
    private readonly nextId: () => number,
    /** Inlined calls at the processor's pc that are still to come: the stack begins with their caller. */
    private readonly hiddenCalls: number,
  ) {
    this.pc = debuggee.machine.pc;
    this.threads = threadsOf(debuggee);
  }

  get liveThread(): SessionThread | undefined {
    return this.threads.find((thread) => thread.isLive);
  }

  /** The stack of a thread; undefined if there is no such thread. */
  stack(threadId: number): readonly IdentifiedRow[] | undefined {
    const known = this.stacks.get(threadId);
    if (known !== undefined) return known;
    const thread = this.threads.find(({ id }) => id === threadId);
    return thread === undefined ? undefined : this.unwind(thread, []);
  }

  /** Computes the known stacks again after the user has changed memory or registers. Rows keep their ids. */
  refresh(): void {
    for (const thread of this.threads) {
      const before = this.stacks.get(thread.id);
      if (before !== undefined) this.unwind(thread, before);
    }
  }

  private unwind(thread: SessionThread, before: readonly IdentifiedRow[]): IdentifiedRow[] {
    const hidden = thread.isLive && this.debuggee.machine.pc === this.pc ? this.hiddenCalls : 0;
    const stack = stackRows(thread.frames())
      .slice(hidden)
      .map((row, i) => ({ id: before[i]?.id ?? this.nextId(), row }));
    for (const { id, row } of stack) this.rows.set(id, row);
    this.stacks.set(thread.id, stack);
    return stack;
  }

  /** The frame with that id; "separator" for a row without a frame, and undefined for an id of another stop. */
  frame(id: number): FrameRow | "separator" | undefined {
    const row = this.rows.get(id);
    return row?.kind === "separator" ? "separator" : row;
  }

  /** Whether a guest's frame is among the processor's. */
  hasGuestFrame(): boolean {
    const live = this.liveThread;
    const rows = live === undefined ? [] : (this.stack(live.id) ?? []);
    return rows.some(({ row }) => row.kind === "frame" && row.machine.ring > 0);
  }

  /** The innermost frame of what the processor executes. */
  innermost(): FrameRow | undefined {
    const live = this.liveThread;
    const row = live === undefined ? undefined : this.stack(live.id)?.[0]?.row;
    return row?.kind === "frame" ? row : undefined;
  }
}
