import type { Touched, Watch } from "../memory/watches";
import type { CpuStop, FaultRecord } from "../cpu/wiring";

/** What the run loop needs of the processor. */
export interface Processor {
  /** Instructions retired so far; exact at any time, in a port handler too. */
  readonly retired: number;
  /** It stands between two iterations of a marked string instruction: `onMark` has been asked about that. */
  readonly isRepeating: boolean;
  readonly faultChain: readonly FaultRecord[];
  /** Linear addresses of instructions before which `onMark` is asked. */
  readonly breakpoints: {
    add(linear: number): void;
    remove(linear: number): void;
  };
  /** Called with the machine standing before a marked instruction, once each time that it is to be executed: whether to stop. */
  onMark: (linear: number) => boolean;
  /** Memory whose accesses end a run, and who is told before each of them. */
  readonly watches: {
    add(watch: Watch): void;
    remove(watch: Watch): void;
  };
  onTouch: (watch: Watch) => void;
  /** What the last stop for a watch was for, and the linear address of the instruction that did it; once. */
  takeTouched(): { instruction: number; touched: readonly Touched[] };
  /**
   * Retires up to `count` instructions, taking a pending interrupt first when it may.
   * @param passMark pass over the first instruction's mark
   * @param isDue asked now and then whether the run is to end where it is
   */
  run(count: number, passMark?: boolean, isDue?: () => boolean): CpuStop;
  /** Makes `run` come back after the instruction in progress. */
  yield(): void;
}

/** Where the processor stands between two instructions; read from the state. */
export interface Standing {
  /** HLT was executed and nothing has woken the processor yet. */
  readonly halted: boolean;
  /** EFLAGS.IF, and no instruction of grace after STI or a load of SS. */
  readonly interruptible: boolean;
  /** Linear address of the next instruction. */
  readonly pc: number;
}
