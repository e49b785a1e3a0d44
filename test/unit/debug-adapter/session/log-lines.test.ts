import { describe, expect, it } from "vitest";
import { LogLines } from "../../../../debug-adapter/session/log-lines";

const BURST = 10_000;
const here = { address: 0x1000, image: undefined };
const there = { address: 0x2000, image: undefined };

function lines() {
  const clock = { now: 0 };
  const log = new LogLines(
    () => clock.now,
    (count) => `${count} left out`,
  );
  /** Writes so many lines as far as they are admitted. */
  const write = (count: number): void => {
    for (let n = 0; n < count; n++) if (log.admits()) log.write(`line ${n}`, here);
  };
  const taken = (isLast = false): string[] => {
    const texts = log.take(isLast).map(({ text }) => text);
    return texts.join("").split("\n").slice(0, -1);
  };
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
    log.write("x".repeat(100_000), here);
    expect(log.take(true)).toEqual([{ text: `${"x".repeat(4096)}...\n`, place: here }]);
  });

  it("of one place go together, those of another apart", () => {
    const { log } = lines();
    log.write("one", here);
    log.write("two", here);
    log.write("three", there);
    log.write("four", here);
    expect(log.take(false)).toEqual([
      { text: "one\ntwo\n", place: here },
      { text: "three\n", place: there },
      { text: "four\n", place: here },
    ]);
  });

  it("of places in turn are handed on in two hundred pieces at most, in their order", () => {
    const { log, write, taken } = lines();
    for (let n = 0; n < 1000; n++) log.write(`line ${n}`, n % 2 === 0 ? here : there);
    const texts = log.take(false);
    expect(texts).toHaveLength(200);
    expect(texts.at(-2)?.place).toBe(here);
    expect(texts.at(-1)?.place).toBeUndefined();
    expect(texts.map(({ text }) => text).join("")).toBe(Array.from({ length: 1000 }, (_, n) => `line ${n}\n`).join(""));
    write(1);
    expect(taken()).toEqual(["line 0"]);
  });

  it("that say how many were left out have no place", () => {
    const { log, write } = lines();
    write(BURST + 5);
    expect(log.take(true).map(({ place }) => place)).toEqual([here, undefined]);
  });
});
