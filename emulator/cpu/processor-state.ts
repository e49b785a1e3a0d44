import { S, SEG_SIZE, SegField } from "../base/layout";
import type { State } from "../base/state";
import type { StateStream } from "../base/state-stream";

const range = (first: number, words: number): number[] => Array.from({ length: words }, (_, n) => first + n * 4);
const SEGMENTS = 8;
const FIELDS = [SegField.Selector, SegField.Base, SegField.Limit, SegField.Rights, SegField.Valid];

/**
 * The state words, other than EFLAGS, that the processor's behaviour depends on. All other words only serve generated
 * code.
 */
const WORDS: readonly number[] = [
  ...range(S.Gpr, 8),
  ...[S.Eip, S.Cpl, S.Cr0, S.Cr2, S.Cr3, S.Cr4, S.Halted, S.Inhibit],
  ...[S.GdtrBase, S.GdtrLimit, S.IdtrBase, S.IdtrLimit],
  ...range(S.Dr, 8),
  ...range(S.RingLimit, 3),
  ...[S.SysenterCs, S.SysenterEsp, S.SysenterEip, S.Efer],
  ...range(S.Pdpte, 8),
  ...range(S.TscOffset, 2),
  ...range(S.Pat, 2),
  ...Array.from({ length: SEGMENTS }, (_, seg) => FIELDS.map((field) => S.Seg + seg * SEG_SIZE + field)).flat(),
];

/** Registers, control and system registers, descriptor caches. */
export function passRegisters(stream: StateStream, state: State): void {
  // The arithmetic flags have many forms, depending on the code that made them.
  const eflags = stream.number(state.eflags());
  for (const at of WORDS) state.set(at, stream.number(state.get(at)));
  if (stream.isLoading) state.setEflags(eflags);
}
