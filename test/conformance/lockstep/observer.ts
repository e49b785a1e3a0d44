import {
  ENTRY_TABLE_BYTES,
  ENTRY_TABLES,
  MODE_SLOTS,
  RING_CLASSES,
  TABLE_KEYS,
  TLB_BYTES,
  TLB_DATA,
  TLB_EXEC,
  TLB_KIND,
} from "../../../emulator/base/layout";
import type { State } from "../../../emulator/base/state";
import type { Cpu } from "../../../emulator/cpu/cpu";
import { PlainMemory } from "../../../emulator/machine/debug-memory";
import { Touch, type Watch } from "../../../emulator/memory/watches";
import type { Rng } from "../../differential/rng";
import type { Program } from "./program";
import { At, DATA_PAGES, PAGE } from "./setting";

const MOST_MARKS = 4;
const MOST_WATCHES = 3;
const LONGEST_READ = 64;

/**
 * Somebody with a debugger: cuts the run at random instructions, sets and clears
 * breakpoints and watches, reads memory, and runs ahead and comes back. The program must not be able to tell.
 */
export class Observer {
  private readonly marks = new Set<number>();
  private readonly watches = new Set<Watch>();

  constructor(
    private readonly rng: Rng,
    private readonly program: Program,
    private readonly memory: PlainMemory,
  ) {}

  /** Instructions up to the next look; down to one. */
  stride(): number {
    const { rng } = this;
    if (rng.oneIn(3)) return 1 + rng.below(rng.oneIn(3) ? 3 : 60);
    return 1 + rng.below(rng.oneIn(4) ? 4000 : 400);
  }

  /** Whether to run on now, and then to go back to a saved state. */
  get wanders(): boolean {
    return this.rng.oneIn(20);
  }

  look(cpu: Cpu): void {
    const { rng } = this;
    if (rng.oneIn(4)) this.mark(cpu);
    if (rng.oneIn(4)) this.watch(cpu);
    if (rng.oneIn(4)) this.memory.readLinear(this.anywhere(), 1 + rng.below(LONGEST_READ));
  }

  /** Takes everything back. */
  leave(cpu: Cpu): void {
    for (const linear of this.marks) cpu.breakpoints.remove(linear);
    for (const watch of this.watches) cpu.watches.remove(watch);
    this.marks.clear();
    this.watches.clear();
  }

  private mark(cpu: Cpu): void {
    const { rng, marks } = this;
    const [oldest] = marks;
    if (oldest !== undefined && (marks.size === MOST_MARKS || rng.oneIn(2))) {
      marks.delete(oldest);
      return cpu.breakpoints.remove(oldest);
    }
    const linear = rng.pick(this.program.starts) + (rng.oneIn(4) ? At.Alias - At.Code : 0);
    if (marks.has(linear)) return;
    marks.add(linear);
    cpu.breakpoints.add(linear);
  }

  private watch(cpu: Cpu): void {
    const { rng, watches } = this;
    const [oldest] = watches;
    if (oldest !== undefined && (watches.size === MOST_WATCHES || rng.oneIn(2))) {
      watches.delete(oldest);
      return cpu.watches.remove(oldest);
    }
    const watch = {
      linear: this.anywhere(),
      length: rng.pick([1, 2, 4, 4, 16, PAGE]),
      touches: rng.pick([Touch.Read, Touch.Write, Touch.Read | Touch.Write]),
    };
    watches.add(watch);
    cpu.watches.add(watch);
  }

  /** Data mostly; stacks, code, tables. */
  private anywhere(): number {
    const { rng } = this;
    if (rng.oneIn(2)) return At.Data + rng.below(DATA_PAGES * PAGE);
    const near = [At.KernelStack, At.UserStack, At.Code + PAGE, At.Alias + PAGE, At.Gdt + 0x70, At.Idt, At.Tss + 0x10];
    return rng.pick(near) - rng.below(0x60);
  }
}

/** Linear pages below this are compared: what lies above, programs reach by straying alone. */
const PAGES = (At.Large + 0x100000) >>> 12;

/** What the TLBs hold, without how: the page of each linear page for each ring class and access, and for code in each mode. */
export function translations(state: State): Int32Array {
  const frameOf = (table: number): number => state.get(TABLE_KEYS + ((table - ENTRY_TABLES) / ENTRY_TABLE_BYTES) * 8);
  const words: number[] = [];
  for (let table = 0; table < RING_CLASSES * 2; table++) {
    const first = (TLB_DATA + table * TLB_BYTES) >>> 2;
    for (let page = 0; page < PAGES; page++) words.push((state.i32[first + page] ?? 0) & ~TLB_KIND);
  }
  for (let slot = 1; slot < MODE_SLOTS; slot++) {
    const first = (TLB_EXEC + slot * TLB_BYTES) >>> 2;
    for (let page = 0; page < PAGES; page++) {
      const entry = state.i32[first + page] ?? 0;
      words.push(entry === 0 ? -1 : frameOf(entry));
    }
  }
  return Int32Array.from(words);
}
