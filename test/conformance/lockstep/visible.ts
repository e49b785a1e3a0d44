import { S, SEG_SIZE, SegField } from "../../../emulator/base/layout";
import type { State } from "../../../emulator/base/state";

/** Words of the state that a program can see, with their names for reports. */

const FIELDS: [name: string, at: number][] = [
  ...["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"].map((name, n): [string, number] => [name, S.Gpr + n * 4]),
  ["eip", S.Eip],
  ["cpl", S.Cpl],
  ["cr0", S.Cr0],
  ["cr2", S.Cr2],
  ["cr3", S.Cr3],
  ["cr4", S.Cr4],
  ["halted", S.Halted],
  ["interrupt shadow", S.Inhibit],
  ["gdtr.base", S.GdtrBase],
  ["gdtr.limit", S.GdtrLimit],
  ["idtr.base", S.IdtrBase],
  ["idtr.limit", S.IdtrLimit],
  ["efer", S.Efer],
  ...Array.from({ length: 8 }, (_, n): [string, number] => [`pdpte+${(n * 4).toString()}`, S.Pdpte + n * 4]),
  ...["es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr"].flatMap((name, n): [string, number][] => [
    [name, S.Seg + n * SEG_SIZE + SegField.Selector],
    [`${name}.base`, S.Seg + n * SEG_SIZE + SegField.Base],
    [`${name}.limit`, S.Seg + n * SEG_SIZE + SegField.Limit],
    [`${name}.rights`, S.Seg + n * SEG_SIZE + SegField.Rights],
    [`${name}.valid`, S.Seg + n * SEG_SIZE + SegField.Valid],
  ]),
];

/** Offsets in the State. */
export const VISIBLE: readonly number[] = FIELDS.map(([, at]) => at);

export function fieldsOf(state: State): Map<string, number> {
  const fields = new Map([["eflags", state.eflags()]]);
  for (const [name, at] of FIELDS) fields.set(name, state.get(at));
  return fields;
}

/** Whether two states agree in all of it; quicker than comparing `fieldsOf`. */
export const agree = (left: State, right: State): boolean =>
  left.eflags() === right.eflags() && VISIBLE.every((at) => left.get(at) === right.get(at));
