import type { CompiledExits, Counters } from "../base/counters";
import { Exit } from "../cpu/exit";

/**
 * Counts since the machine was created; docs/statistics.md says what each means. All but `regions.compileSeconds` are
 * functions of the machine's input.
 */
export interface Statistics {
  /** Retired instructions, the sum of the next two. */
  instructions: number;
  compiledInstructions: number;
  interpretedInstructions: number;
  regions: {
    compiled: number;
    /** Those of them that are still in use. */
    live: number;
    /** Guest instructions in all regions compiled so far. */
    instructions: number;
    /** Bytes of WebAssembly made so far, and of those in use. */
    bytes: number;
    liveBytes: number;
    /** Host time; 0 without `MachineOptions.hostNow`. */
    compileSeconds: number;
  };
  /** Regions dropped, by cause. */
  regionsDropped: { written: number; remade: number; reset: number };
  /** Why compiled code came back to the core. */
  compiledExits: CompiledExits;
  /** Why the interpreter came back to the core. */
  interpreterExits: {
    budget: number;
    lookup: number;
    system: number;
    fault: number;
    compiled: number;
    changed: number;
    guard: number;
    mark: number;
  };
  /** Decoded code of the interpreter. */
  decoded: { blocks: number; scratchBlocks: number; invalidations: number; resets: number };
  tlb: {
    readMisses: number;
    writeMisses: number;
    fetchMisses: number;
    walks: number;
    flushes: number;
    localFlushes: number;
    pageFlushes: number;
  };
  /** Exceptions and external interrupts delivered. */
  faults: number;
  interrupts: number;
}

export function statisticsOf(counters: Counters, instructions: number, compiledInstructions: number): Statistics {
  const { compileMilliseconds, ...regions } = counters.regions;
  const { flushes, readMisses, writeMisses, fetchMisses, walks } = counters;
  return {
    instructions,
    compiledInstructions,
    interpretedInstructions: instructions - compiledInstructions,
    regions: { ...regions, compileSeconds: compileMilliseconds / 1000 },
    regionsDropped: { ...counters.dropped },
    compiledExits: { ...counters.compiledExits },
    interpreterExits: interpreterExits(counters.interpreterExits),
    decoded: {
      blocks: counters.blocks,
      scratchBlocks: counters.scratchBlocks,
      invalidations: counters.invalidations,
      resets: counters.resets,
    },
    tlb: {
      ...{ readMisses, writeMisses, fetchMisses, walks },
      ...{ flushes: flushes.all, localFlushes: flushes.local, pageFlushes: flushes.page },
    },
    faults: counters.faults,
    interrupts: counters.interrupts,
  };
}

function interpreterExits(by: Float64Array): Statistics["interpreterExits"] {
  return {
    budget: by[Exit.Budget],
    lookup: by[Exit.Lookup],
    system: by[Exit.System],
    fault: by[Exit.Fault] + by[Exit.SystemFault],
    compiled: by[Exit.Compiled],
    changed: by[Exit.Stale],
    guard: by[Exit.Guard],
    mark: by[Exit.Mark],
  };
}
