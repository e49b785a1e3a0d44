import type { Derived } from "./code-extents";
import type { Mode } from "./mode";

/** What the core asks of a compiler, when one is attached. */
export interface Compiler {
  /** A slice of so many interpreted instructions has just ended at CS:EIP: hot code is found by how often that happens. */
  sample(mode: Mode, instructions: number): void;
  /** Compiled code has left for CS:EIP, where there is none. */
  missed(mode: Mode): void;
  /** Runs compiled code from the block whose Enter record is `record`. */
  run(record: number): void;
  /** There are other watches than before. */
  watchesChanged(): void;
  /** All decoded code is forgotten. */
  reset(): void;
}

/** Code that was made from guest memory outside of the records. */
export type CompiledCode = Derived;
