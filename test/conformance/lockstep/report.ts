import { listing } from "../../harness/disassembly";
import type { Board } from "./board";
import { type Boards, differ, type Difference, makeBoards, tierOf } from "./differ";
import type { Action, Scenario, Step } from "./scenario";
import { At, describeSetting } from "./setting";
import { Shrinker } from "./shrink";
import { trace, type Traced } from "./trace";

/** A difference as a person reads it: the shrunk program, the last instructions, both states, and how to have it again. */

const SHOWN = 24;

const hex = (value: number, digits = 0): string => (value >>> 0).toString(16).padStart(digits, "0");

/** The command that runs one program, and shows again what this report shows. */
export const commandFor = (seed: number): string =>
  `LOCKSTEP_SEED=${seed.toString()} npx vitest run --project conformance test/conformance/lockstep/random`;

/** Shrinks and describes a scenario that came out differently. */
export function describeDifference(scenario: Scenario, found: Difference): string {
  const boards = makeBoards(tierOf(scenario.seed));
  const again = differ(scenario, boards);
  if (!again) {
    return [
      `seed ${scenario.seed.toString()} differs only after the programs before it, in step ${found.step.toString()}:`,
      ...fieldLines(found),
    ].join("\n");
  }
  const shrunk = new Shrinker(scenario, again, boards).shrink();
  return [
    `seed ${scenario.seed.toString()} differs: ${describeSetting(scenario.setting)}`,
    `  ${commandFor(scenario.seed)}`,
    ...programLines(shrunk.scenario),
    ...stepLines(shrunk.scenario.steps),
    ...traceLines(trace(shrunk.scenario, SHOWN), shrunk.difference),
    "different after the last of them:",
    ...fieldLines(shrunk.difference),
    ...stateLines(shrunk.scenario, boards),
  ].join("\n");
}

/** The program without what shrinking took out. */
function programLines({ program, setting }: Scenario): string[] {
  const lines: string[] = [];
  let nops = 0;
  for (const { address, text } of listing(program.code.subarray(0, program.end - At.Code), At.Code)) {
    if (text === "nop") nops++;
    else {
      if (nops > 0) lines.push(`  ... ${nops.toString()} bytes of NOP`);
      nops = 0;
      lines.push(`  ${hex(address, 5)} ${text}`);
    }
  }
  return [`program, ${program.pieces.length.toString()} pieces left; ${describeSetting(setting)}:`, ...lines];
}

function stepLines(steps: readonly Step[]): string[] {
  return [
    "steps:",
    ...steps.map(
      ({ actions, count }) => `  ${[...actions.map(actionText), `${count.toString()} instructions`].join("; ")}`,
    ),
  ];
}

function actionText(action: Action): string {
  switch (action.kind) {
    case "interrupt":
      return "interrupt";
    case "break":
    case "unbreak":
      return `${action.kind === "break" ? "breakpoint at" : "no breakpoint at"} ${hex(action.linear)}`;
    case "watch":
    case "unwatch":
      return `${action.kind} ${hex(action.watch.linear)}, ${action.watch.length.toString()} bytes, touches ${action.watch.touches.toString()}`;
    case "write":
      return `write ${action.bytes.map((byte) => hex(byte, 2)).join(" ")} to ${hex(action.physical)}`;
    case "protect":
      return `entry of ${hex(action.linear)} &= ${hex(action.mask)}${action.flush ? "" : ", not flushed"}`;
  }
}

/** A star marks what last wrote something that differs. */
function traceLines(traced: readonly Traced[], { fields }: Difference): string[] {
  const writers = new Set<Traced>();
  for (const name of fields.keys()) {
    const writer = traced.findLast(({ changes }) => changes.has(name));
    if (writer) writers.add(writer);
  }
  const changeText = ({ changes }: Traced): string =>
    [...changes].map(([name, value]) => `${name}=${hex(value)}`).join(" ");
  return [
    "last instructions, interpreted; * wrote last what differs:",
    ...traced.map(
      (one) =>
        `${writers.has(one) ? "*" : " "} ${one.count.toString().padStart(7)} ${hex(one.linear, 5)} ${one.text.padEnd(32)} ${changeText(one)}`,
    ),
  ];
}

export const fieldLines = ({ fields }: Difference): string[] =>
  [...fields].map(
    ([name, [interpreted, compiled]]) =>
      `  ${name.padEnd(12)} ${shown(interpreted)} interpreted, ${shown(compiled)} compiled`,
  );

const shown = (value: number | string): string => (typeof value === "string" ? value : hex(value, 8));

const NAMES = [
  "eax",
  "ecx",
  "edx",
  "ebx",
  "esp",
  "ebp",
  "esi",
  "edi",
  "eip",
  "eflags",
  "cs",
  "ss",
  "ds",
  "es",
  "fs",
  "gs",
  "cr0",
  "cr2",
  "cr3",
  "cr4",
];

function stateLines(scenario: Scenario, boards: Boards): string[] {
  differ(scenario, boards);
  const line = (board: Board): string => {
    const fields = board.fields();
    return NAMES.map((name) => `${name}=${hex(fields.get(name) ?? 0)}`).join(" ");
  };
  return [`interpreted: ${line(boards.interpreted)}`, `compiled:    ${line(boards.compiled)}`];
}
