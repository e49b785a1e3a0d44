import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** V8's controls that have no interface but flags: for hosts that are Node. */

const HINTS = "experimental-wasm-branch-hinting";
const LAZY = "wasm-lazy-compilation";
/** V8 versions up to this know both flags, and do not heed branch hints without the first. */
const NEWEST_WITH_FLAGS = 13;
const hasFlags = parseInt(process.versions.v8, 10) <= NEWEST_WITH_FLAGS;

/**
 * MachineOptions.compiling. V8 heeds the branch hints of the module that is made, whose slow paths then cost the fast
 * ones no registers. Unless it compiles lazily, which would save nothing: for each module that may be compiled lazily V8
 * sets up four timers to take statistics by, the last of which it keeps for two minutes. The flags are changed meanwhile
 * only: V8 binds bytecode to its flags, its own libraries' too.
 */
export function compiling<T>(make: () => T, lazily: boolean): T {
  if (!hasFlags) return make();
  setFlagsFromString(`--${HINTS}`);
  if (!lazily) setFlagsFromString(`--no-${LAZY}`);
  try {
    return make();
  } finally {
    setFlagsFromString(`--no-${HINTS}`);
    setFlagsFromString(`--${LAZY}`);
  }
}

let gc: (() => void) | undefined;

/** Collects all garbage. */
export function collectGarbage(): void {
  gc ??= collector();
  gc();
}

/** Contexts made while the flag is set have the function. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  try {
    return runInNewContext("gc") as () => void;
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}
