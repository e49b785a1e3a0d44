import type { SourceFrame, SourcePosition } from "../symbols/index";

/** A call that the compiler put in place: code of another function in the one that calls it. */
export interface InlinedCall {
  /** Names this copy among those of the function. */
  readonly id: string;
  /** The line that calls. */
  readonly calledAt: SourcePosition | undefined;
  /** Its code begins at the instruction: the call can be looked at as still to come. */
  readonly begins: boolean;
}

/** The inlined calls that an instruction stands in, outermost first. */
export function inlinedCalls(frames: readonly SourceFrame[], pc: number): InlinedCall[] {
  const calls: InlinedCall[] = [];
  for (const [i, { isInlined, functionName, ranges }] of frames.entries()) {
    if (!isInlined) break;
    // A range that goes on from another one is no beginning.
    const begins =
      ranges.some(({ low }) => low === pc) && !ranges.some(({ low, high }) => pc - 1 >= low && pc - 1 < high);
    calls.unshift({ id: `${functionName} ${ranges[0]?.low ?? 0}`, calledAt: frames[i + 1]?.position, begins });
  }
  return calls;
}

/** How many of the innermost calls begin at the instruction: until they are stepped into, their callers' lines are shown. */
export function beginning(calls: readonly InlinedCall[]): number {
  let count = 0;
  while (count < calls.length && calls[calls.length - 1 - count]?.begins === true) count++;
  return count;
}
