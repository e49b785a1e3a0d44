import type { Touched, Watch } from "../memory/watches";
import type { RecordedWords, RecordSink } from "../cpu/recorders";
import type { CpuStop, FaultRecord } from "../cpu/wiring";

/** What the run loop needs of the processor. */
export interface Processor {
  /** The number of instructions retired so far. It is exact at any time, also in a port handler. */
  readonly retired: number;
  /**
   * Whether execution is between two iterations of a marked string instruction, about whose mark `onMark` has been
   * asked.
   */
  readonly isRepeating: boolean;
  readonly faultChain: readonly FaultRecord[];
  /** Linear addresses of the instructions before which `onMark` is asked. */
  readonly breakpoints: {
    add(linear: number): void;
    remove(linear: number): void;
  };
  /**
   * Has words noted before the instruction at a linear address, which is also in `breakpoints`: without `onMark` where
   * that is possible. `put` answers false when it never is.
   */
  readonly recorders: {
    put(linear: number, spans: readonly RecordedWords[], sink: RecordSink): boolean;
    remove(linear: number): void;
  };
  /**
   * Called before a marked instruction, once each time that it is to be executed, with the machine stopped there.
   * Answers whether to stop.
   */
  onMark: (linear: number) => boolean;
  /** Memory whose accesses end a run, and the listener that is told before each of them. */
  readonly watches: {
    add(watch: Watch): void;
    remove(watch: Watch): void;
  };
  onTouch: (watch: Watch) => void;
  /**
   * What the last stop for a watch was for, and the linear address of the instruction that did it. It can be taken
   * once.
   */
  takeTouched(): { instruction: number; touched: readonly Touched[] };
  /**
   * Retires up to `count` instructions; takes a pending interrupt first when that is possible.
   * @param passMark whether to pass over the first instruction's mark
   * @param isDue asked now and then whether the run is to end where it is
   */
  run(count: number, passMark?: boolean, isDue?: () => boolean): CpuStop;
  /** Makes `run` come back after the instruction in progress. */
  yield(): void;
}

/** Where the processor is between two instructions, as read from the state. */
export interface Standing {
  /** Whether HLT was executed and nothing has woken the processor yet. */
  readonly halted: boolean;
  /** Whether IF is set and no STI or load of SS holds interrupts off for an instruction. */
  readonly interruptible: boolean;
  /** Linear address of the next instruction. */
  readonly pc: number;
}
