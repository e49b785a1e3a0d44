import { Flag, Vector } from "../../base/arch";
import { S } from "../../base/layout";
import { Reason } from "../../base/reasons";
import type { Context } from "./context";

/** CLI, STI and POPF, with what IOPL and CPL allow them to change in EFLAGS. */
export class Flags {
  constructor(private readonly context: Context) {}

  /** Whether CPL <= IOPL. */
  allowsIo(): boolean {
    const state = this.context.state;
    return state.get(S.Cpl) <= (state.get(S.Eflags) & Flag.Iopl) >>> 12;
  }

  cli(): number {
    if (!this.allowsIo()) return this.refuse();
    const state = this.context.state;
    state.set(S.Eflags, state.get(S.Eflags) & ~Flag.If);
    return 0;
  }

  /** If IF was clear, interrupts wait until the end of the next instruction. */
  sti(): number {
    if (!this.allowsIo()) return this.refuse();
    const state = this.context.state;
    const flags = state.get(S.Eflags);
    if ((flags & Flag.If) === 0) state.set(S.Inhibit, 1);
    state.set(S.Eflags, flags | Flag.If);
    return 0;
  }

  /** POPF never faults here: a flag that CPL does not allow it to change keeps its value (vol. 2, POPF). */
  popf(value: number, size: number): number {
    const state = this.context.state;
    let mask = Flag.Arith | Flag.Tf | Flag.Df | Flag.Nt;
    if (size === 4) mask |= Flag.Ac | Flag.Id;
    if (this.allowsIo()) mask |= Flag.If;
    if (state.get(S.Cpl) === 0) mask |= Flag.Iopl;
    state.setEflags((state.eflags() & ~mask) | (value & mask));
    return 0;
  }

  private refuse(): number {
    return this.context.fault(Vector.Gp, 0, Reason.Privilege);
  }
}
