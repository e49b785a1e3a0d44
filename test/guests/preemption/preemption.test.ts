/**
 * Long hypercalls let others run. A domain that makes the longest calls there are runs beside one that notes for how
 * long it could not run: no longer than the other's time slice and 2 ms. One instruction is one tick is one nanosecond,
 * so the figures are exact. And nothing of a call that was interrupted is done twice, or left out.
 */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { compileGuest } from "../../harness/kernel/compile.mjs";
import { ringscope } from "../../harness/machines";
import { root } from "../../harness/process";
import { evidenceOf } from "../golden";

const SLICE = 10_000_000;
const MOST_LATE = 2_000_000;
const HOG = "test/hog.elf";
const WAITER = "test/waiter.elf";
const THIEF = "test/thief.elf";

/** What the hog says of each kind of call, but for how long it took; and for how many milliseconds the other one looks. */
const KINDS: readonly (readonly [kind: string, milliseconds: number, lines: readonly string[]])[] = [
  ["mmu_update", 200, ["mmu_update of 4096 entries, the last one bad: EINVAL after 4095", "entries as written"]],
  ["mmuext_op", 250, ["mmuext_op of 4096 pins and unpins: 0, done 4096", "then a pin: 0", "and again: -22"]],
  ["multicall", 300, ["multicall of 512: 0, entries wrong 0, ports in a row 256"]],
  [
    "pin",
    400,
    [
      ...["pin an L2 of 512 L1s: 0", "again: -22", "unpin: 0"],
      ...["its last L1 is writable again: 0", "and read-only: 0"],
      ...["pin an L2 of 512 L1s: 0", "again: -22", "unpin: 0"],
      ...["its last L1 is writable again: 0", "and read-only: 0"],
    ],
  ],
  [
    "refused",
    400,
    [
      ...["pin an L2 whose last entry is bad: -22", "it is writable again: 0", "and read-only: 0"],
      ...["pin an L2 whose last entry is bad: -22", "it is writable again: 0", "and read-only: 0"],
    ],
  ],
  [
    "slot",
    400,
    [
      ...["an L2 of 512 L1s into slot 1 of the L3: 0", "out of it: 0"],
      ...["its first L1 is writable again: 0", "and read-only: 0"],
      ...["an L2 of 512 L1s into slot 1 of the L3: 0", "out of it: 0"],
      ...["its first L1 is writable again: 0", "and read-only: 0"],
    ],
  ],
  ["address", 400, ["in the second address space: 1", "back: 0", "in the second address space: 1", "back: 0"]],
  ["traps", 100, ["set_trap_table of 131071: 0"]],
  ["end", 250, ["pin an L2 of 512 L1s: 0"]],
  ["events", 250, ["an interrupted mmuext_op: 0, registers kept, upcalls meanwhile: many"]],
  ["forged", 10, ["a forged continuation: -38"]],
];

const longestWait = (console: string): number => Number(/longest wait: (\d+)/.exec(console)?.[1]);

const linesOf = (console: string, domain: string): string[] =>
  console
    .split("\n")
    .filter((line) => line.startsWith(domain) && !line.includes(": done in "))
    .map((line) => line.slice(domain.length));

beforeAll(() => {
  for (const [source, image] of [
    ["hog.c", HOG],
    ["waiter.c", WAITER],
    ["thief.c", THIEF],
  ] as const)
    compileGuest([join(import.meta.dirname, source)], join(root, "dist", image));
});

describe("beside a domain whose hypercalls are long", () => {
  it.each(KINDS)("%s: another one waits for a slice and 2 ms at most", async (kind, milliseconds, lines) => {
    const modules = [`${WAITER} ${String(milliseconds)}`, `${HOG} ${kind}`];
    const result = await ringscope.boot({ kernel: "vmm.elf", modules });

    expect(linesOf(result.console, "d1: "), evidenceOf(result)).toEqual(lines);
    // The other one was there until the end.
    expect(result.console.trimEnd().split("\n").at(-1)).toMatch(/longest wait/);
    expect(longestWait(result.console)).toBeLessThanOrEqual(SLICE + MOST_LATE);
    expect(result.log).not.toContain("still has");
    expect(result.exitValue, evidenceOf(result)).toBe(0);
  });

  it("console_io: another one waits for a slice and 2 ms at most, and no byte is lost", async () => {
    const result = await ringscope.boot({ kernel: "vmm.elf", modules: [`${HOG} console`, `${WAITER} 150`] });
    const letters = linesOf(result.console, "d0: ").filter((line) => /^([a-z])\1{98}$/.test(line));

    expect(letters).toHaveLength(4000);
    expect(longestWait(result.console)).toBeLessThanOrEqual(SLICE + MOST_LATE);
  });
});

describe("beside a domain that sleeps for a moment over and over", () => {
  it.each([300, 500, 1000, 50_000])("another one has half of the time: %i ns", async (nap) => {
    const result = await ringscope.boot({
      kernel: "vmm.elf",
      modules: [`${WAITER} 100`, `${THIEF} ${String(nap)}`],
    });

    expect(Number(/share: (\d+)/.exec(result.console)?.[1]), evidenceOf(result)).toBeGreaterThanOrEqual(49);
    expect(longestWait(result.console)).toBeLessThanOrEqual(SLICE + MOST_LATE);
  });
});
