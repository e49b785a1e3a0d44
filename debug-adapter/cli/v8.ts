import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** V8's controls that have no interface but flags: for hosts that are Node. */

const HINTS = "experimental-wasm-branch-hinting";
/** V8 versions up to this know the flag, and do not heed branch hints without it. */
const NEWEST_WITH_FLAG = 13;
const wantsFlag = parseInt(process.versions.v8, 10) <= NEWEST_WITH_FLAG;

/**
 * MachineOptions.compiling: V8 heeds the branch hints of the module that is made, whose slow paths then cost the fast
 * ones no registers. The flag is set meanwhile only: V8 binds bytecode to its flags, its own libraries' too.
 */
export function withBranchHints<T>(make: () => T): T {
  if (!wantsFlag) return make();
  setFlagsFromString(`--${HINTS}`);
  try {
    return make();
  } finally {
    setFlagsFromString(`--no-${HINTS}`);
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
