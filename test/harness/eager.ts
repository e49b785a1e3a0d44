import type { Thresholds } from "../../emulator/jit/jit";

/** Everything is compiled at first sight, and joined soon: for comparisons, which want compiled code whatever it costs. */
export const EAGER: Thresholds = { interpreted: 1, misses: 1, turns: 1, notes: 3, trace: 0, unaligned: 2 };

/** The same, but regions are made of what is executed together, as the product has it. */
export const TRACED: Thresholds = { ...EAGER, trace: 24 };
