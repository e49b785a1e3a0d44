import { Flag } from "../base/arch";
import { Count, RECORDS, REPLAY, S } from "../base/layout";
import type { State } from "../base/state";
import type { MemorySystem } from "../memory/memory-system";
import type { CodeCache } from "./code-cache";
import type { DebugRegisters } from "./debug-registers";
import { Exit } from "./exit";
import type { Fetcher } from "./fetcher";
import type { InterruptWindow } from "./interrupt-window";
import type { Mode } from "./mode";
import type { Recorders } from "./recorders";
import type { Slice } from "./slice";
import type { System } from "./system/system";
import { MAX_BLOCK, MISC_OWN_SHIFT, Rec, RECORD_BYTES } from "./tier0/record";

export interface Tier0Parts {
  state: State;
  memory: MemorySystem;
  cache: CodeCache;
  fetcher: Fetcher;
  system: System;
  slice: Slice;
  window: InterruptWindow;
  debug: DebugRegisters;
  recorders: Recorders;
  /** Exports of tier 0's module. */
  helpers: Record<string, unknown>;
}

/** Runs records, and does what is necessary where they have left: faults, traps, code that has changed, links. */
export class Tier0 {
  /** The number of instructions in long slices that have not been sampled yet. */
  unsampled = 0;
  /** Whether the last slice was used up. */
  isSpent = false;
  /** Whether INT n, INT3 or INTO went to its handler, which clears TF and with it the trap. */
  entered = false;
  private readonly words: Int32Array;
  private readonly execute: (record: number) => void;
  private readonly deliver: () => number;

  constructor(private readonly parts: Tier0Parts) {
    this.words = parts.state.i32;
    this.execute = parts.helpers["run"] as (record: number) => void;
    this.deliver = parts.helpers["deliver"] as () => number;
  }

  /** Begins a slice with the block at `record`. @returns false after a triple fault */
  run(record: number, budget: number, mode: Mode): boolean {
    const trap = (this.words[S.Eflags >> 2] & Flag.Tf) !== 0;
    this.begin(budget);
    this.entered = false;
    this.execute(record);
    return this.afterExit(mode, trap);
  }

  begin(budget: number): void {
    this.parts.window.settle();
    this.parts.slice.begin(budget);
    this.parts.window.keep();
  }

  private afterExit(mode: Mode, trap: boolean): boolean {
    const { state, slice, fetcher, window, system, debug, recorders } = this.parts;
    recorders.drain();
    const exit = this.words[S.Exit >> 2] as Exit;
    state.counters.interpreterExits[exit]++;
    // The exact remainder of a run ends anywhere, so only longer slices tell where the time goes.
    const isLong = slice.granted >= MAX_BLOCK;
    if (isLong) this.unsampled += slice.spent;
    this.isSpent = isLong && exit === Exit.Budget;
    switch (exit) {
      case Exit.Fault:
        this.leaveRecord();
        return this.failed(mode, trap);
      case Exit.SystemFault:
        return this.fault();
      case Exit.Stale:
        this.leaveRecord();
        fetcher.forget(mode, this.words[S.ExitRecord >> 2]);
        return true;
      case Exit.Guard:
        return fetcher.revalidate(mode, this.words[S.ExitRecord >> 2]) || this.fault();
      case Exit.Mark:
        return true;
      case Exit.Lookup:
        if (!trap) this.link(mode);
        break;
      default:
        break;
    }
    if (!trap || this.entered) return true;
    window.settle();
    debug.collect();
    // One #DB for both, with the causes of both in DR6.
    return system.deliverSingleStep(system.holdsTraps ? 0 : debug.takePending());
  }

  /**
   * Handles an instruction at S.Eip that was left undone: delivers its fault, or does it again. @returns false after a
   * triple fault
   */
  failed(mode: Mode, trap: boolean): boolean {
    return this.words[S.Fault >> 2] === REPLAY ? this.replay(mode, trap) : this.fault();
  }

  /** Does the instruction at S.Eip, which generated code must not do, alone and with its touches noted. */
  private replay(mode: Mode, trap: boolean): boolean {
    const { words } = this;
    const { fetcher, memory } = this.parts;
    words[S.Fault >> 2] = 0;
    words[S.InsnEip >> 2] = words[S.Eip >> 2];
    const record = fetcher.scratchBlock(mode, 1, true);
    if (record === 0) return this.fault();
    this.begin(1);
    this.entered = false;
    memory.watches.armed = true;
    this.execute(record);
    memory.watches.armed = false;
    return this.afterExit(mode, trap);
  }

  /** Goes back to the record that could not be completed, and charges the instructions before it in its block. */
  private leaveRecord(): void {
    const { words } = this;
    const record = words[S.ExitRecord >> 2] >> 2;
    const before = words[record + (Rec.Count >> 2)] - (words[record + (Rec.Misc >> 2)] >>> MISC_OWN_SHIFT);
    words[S.Budget >> 2] -= before;
    words[S.Eip >> 2] = words[record + (Rec.Eip >> 2)];
  }

  /** Delivers the fault that waits. @returns false after a triple fault */
  fault(): boolean {
    const { state, memory, slice, system } = this.parts;
    // An instruction that did not come to its end has touched nothing.
    if (memory.watches.touched) memory.watches.take();
    if (this.deliver() !== 0) return true;
    slice.noteFault();
    state.counters.count(Count.Faults);
    return system.deliverFault();
  }

  /**
   * Patches the link that led nowhere, when the target is in the same linear page as its source. A page's start is
   * never linked to: a block that runs on into it comes from the page before, and its Cut record does not tell so.
   * Where the slice has ended, the next instruction is left alone, because an interrupt may decide that it is not even
   * fetched.
   */
  private link(mode: Mode): void {
    const { words } = this;
    const { cache, fetcher, slice } = this.parts;
    if (slice.left <= 0) return;
    const link = words[S.ExitLink >> 2];
    const eip = words[S.Eip >> 2];
    if (link === 0 || link < RECORDS || cache.isScratch(link)) return;
    const record = link - (link % RECORD_BYTES);
    if ((words[(record + Rec.Eip) >> 2] ^ eip) >>> 12 !== 0 || (eip & 0xfff) === 0) return;
    const { generation } = cache;
    const target = fetcher.findQuietly(mode);
    if (target !== 0 && generation === cache.generation) words[link >> 2] = target;
  }
}
