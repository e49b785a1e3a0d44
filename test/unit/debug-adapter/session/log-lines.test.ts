import { describe, expect, it } from "vitest";
import { LogLines } from "../../../../debug-adapter/session/log-lines";

const BURST = 10_000;

function lines() {
  const clock = { now: 0 };
  const log = new LogLines(
    () => clock.now,
    (count) => `${count} left out`,
  );
  /** Writes so many lines as far as they are admitted. */
  const write = (count: number): void => {
    for (let n = 0; n < count; n++) if (log.admits()) log.write(`line ${n}`);
  };
  const taken = (isLast = false): string[] => log.take(isLast).split("\n").slice(0, -1);
  return { clock, log, write, taken };
}

describe("the lines of logpoints", () => {
  it("are all written up to ten thousand at once", () => {
    const { write, taken } = lines();
    write(BURST);
    expect(taken()).toEqual(Array.from({ length: BURST }, (_, n) => `line ${n}`));
    expect(taken(true)).toEqual([]);
  });

  it("are counted after that, until five thousand a second are made good", () => {
    const { clock, write, taken } = lines();
    write(BURST + 60_000);
    expect(taken().slice(-1)).toEqual(["60000 left out"]);
    clock.now = 100;
    taken();
    write(600);
    expect(taken()).toHaveLength(500);
  });

  it("are counted once a second, and when no more are coming", () => {
    const { clock, write, taken } = lines();
    write(BURST + 1);
    expect(taken()).toHaveLength(BURST + 1);
    write(70);
    for (clock.now = 10; clock.now < 1000; clock.now += 10) {
      expect(taken().filter((line) => line.includes("left out"))).toEqual([]);
      write(60);
    }
    expect(taken().filter((line) => line.includes("left out"))).toEqual([`${70 + 99 * 10} left out`]);
    write(60_000);
    expect(taken(true).slice(-1)).toEqual([`${60_000 - 50} left out`]);
  });

  it("are cut where they are longer than anybody reads", () => {
    const { log } = lines();
    log.write("x".repeat(100_000));
    expect(log.take(true)).toBe(`${"x".repeat(4096)}...\n`);
  });
});
