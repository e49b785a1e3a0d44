import { S } from "../base/layout";
import type { State } from "../base/state";
import type { StateStream } from "../base/state-stream";
import { Touch, type Watch } from "../memory/watches";
import type { MemorySystem } from "../memory/memory-system";
import type { Marks } from "./marks";
import type { WatchStops } from "./watch-stops";

const COUNT = 4;
/**
 * The R/W fields of DR7 (vol. 3B, 17.2.4). The value 2 stands for I/O, but only with CR4.DE, which this processor
 * lacks.
 */
const enum BreakOn {
  Execution,
  Write,
  Access = 3,
}
/** Lengths in bytes by the LEN field; the value 2 is undefined without 64-bit mode. */
const LENGTHS = [1, 2, 4, 4];

/**
 * The guest's own breakpoints, in DR0-DR3 and DR7 (vol. 3B, 17.2 and 17.3.1). They use the same means as the debugger's
 * breakpoints: marks before instructions, and watches of memory.
 */
export class DebugRegisters {
  /** The DR6 bits of data breakpoints that instructions have hit and whose #DB has not been delivered yet. */
  pending = 0;
  /** The DR6 bits of the instruction breakpoints, by linear address. */
  private readonly code = new Map<number, number>();
  /** The DR6 bits of the data breakpoints. */
  private readonly data = new Map<Watch, number>();

  constructor(
    private readonly state: State,
    private readonly memory: MemorySystem,
    private readonly marks: Marks,
    private readonly watches: WatchStops,
  ) {}

  /** Whether DR7 arms anything. */
  get armed(): boolean {
    return this.code.size + this.data.size > 0;
  }

  /** Takes up a write to a debug register. */
  update(): void {
    const before = [...this.code.keys()];
    for (const watch of this.data.keys()) this.watches.remove(watch);
    this.code.clear();
    this.data.clear();
    const dr7 = this.state.get(S.Dr + 7 * 4);
    for (let n = 0; n < COUNT; n++) if (((dr7 >>> (n * 2)) & 3) !== 0) this.arm(n, (dr7 >>> (16 + n * 4)) & 15);
    this.marks.arm(new Set(this.code.keys()), before);
  }

  private arm(n: number, control: number): void {
    const linear = this.state.get(S.Dr + n * 4);
    const on: BreakOn = control & 3;
    if (on === BreakOn.Execution) {
      this.code.set(linear, (this.code.get(linear) ?? 0) | (1 << n));
    } else if (on === BreakOn.Write || on === BreakOn.Access) {
      const length = LENGTHS[control >>> 2];
      const touches = on === BreakOn.Write ? Touch.Write : Touch.Read | Touch.Write;
      const watch = { linear: (linear & -length) >>> 0, length, touches };
      this.data.set(watch, 1 << n);
      this.watches.add(watch);
    }
  }

  passState(stream: StateStream): void {
    this.pending = stream.number(this.pending);
  }

  /** The DR6 bits of the instruction breakpoints at a linear address. */
  at(linear: number): number {
    return this.code.size === 0 ? 0 : (this.code.get(linear) ?? 0);
  }

  /** Notes which data breakpoints are among what was touched. */
  collect(): void {
    if (this.data.size === 0) return;
    for (const { watch } of this.memory.watches.take((touched) => this.data.has(touched)))
      this.pending |= this.data.get(watch) ?? 0;
  }

  /** Gives `pending` and clears it. */
  takePending(): number {
    const { pending } = this;
    this.pending = 0;
    return pending;
  }
}
