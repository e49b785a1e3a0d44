import type { Derived } from "./code-extents";
import type { Mode } from "./mode";

/** What the core asks of a compiler, when one is attached. */
export interface Compiler {
  /**
   * Tells that a slice of this many interpreted instructions has just ended at CS:EIP. How often that happens shows
   * where code is hot.
   */
  sample(mode: Mode, instructions: number): void;
  /** Tells that compiled code has left for CS:EIP, where there is none. */
  missed(mode: Mode): void;
  /** A piece is about to be run. Whether that is to be one block, where the interpreter runs it, and told (`trace`). */
  isTracing(): boolean;
  /** The interpreter is about to run the block at CS:EIP. */
  trace(mode: Mode): void;
  /** Runs compiled code from the block whose Enter record is `record`. */
  run(record: number): void;
  /** Another mode gets a slot. */
  evicted(slot: number): void;
  /** Tells that memory is watched that was not, or the reverse. */
  watchesChanged(): void;
  /** Tells that all decoded code is forgotten. */
  reset(): void;
}

/** Code that was made from guest memory outside of the records. */
export type CompiledCode = Derived;
