import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** The controls of V8 that are available only as flags, for hosts that are Node. */

const HINTS = "experimental-wasm-branch-hinting";
const LAZY = "wasm-lazy-compilation";
/** V8 versions up to this one know both flags, and ignore branch hints without the first. */
const NEWEST_WITH_FLAGS = 13;
const hasFlags = parseInt(process.versions.v8, 10) <= NEWEST_WITH_FLAGS;

/**
 * MachineOptions.compiling. Lets V8 use the branch hints of the module that is made, whose slow paths then cost the
 * fast ones no registers. Where most of the module will be called it also turns lazy compilation off, which would save
 * nothing: for each module that is compiled lazily V8 sets up four timers for statistics, and keeps the last of them
 * for two minutes. The flags are changed only meanwhile, because V8 binds bytecode, that of its own libraries too, to
 * its flags.
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

/** Contexts that are made while the flag is set have the function. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  try {
    return runInNewContext("gc") as () => void;
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}
