import type { Thresholds } from "../../emulator/jit/jit";

/** Everything is compiled at first sight, and joined soon: for comparisons, which want compiled code whatever it costs. */
export const EAGER: Thresholds = { interpreted: 1, misses: 1, turns: 1, notes: 3, unaligned: 2 };
