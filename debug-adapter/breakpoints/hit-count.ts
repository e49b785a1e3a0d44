import type { HitRule } from "../../emulator/index";

const OPERATORS: Readonly<Record<string, HitRule["kind"]>> = {
  "": "equal",
  "=": "equal",
  "==": "equal",
  ">=": "at-least",
  ">": "more",
  "<": "below",
  "<=": "at-most",
  "%": "multiple",
};

/** `3`, `>= 3`, `% 2`; undefined for anything else. */
export function parseHitCount(text: string): HitRule | undefined {
  const match = /^\s*(==?|>=|>|<=|<|%)?\s*(\d+)\s*$/.exec(text);
  const kind = OPERATORS[match?.[1] ?? ""];
  const count = Number(match?.[2]);
  return match === null || kind === undefined || count === 0 ? undefined : { kind, count };
}
