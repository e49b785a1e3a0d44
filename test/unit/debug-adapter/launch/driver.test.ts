import { describe, expect, it } from "vitest";
import { Driver, type Waiting } from "../../../../debug-adapter/launch/driver";
import type { MachineApi, RunOptions, Stop } from "../../../../emulator/index";

const NEVER_NEEDED = (): Promise<void> => Promise.reject(new Error("nothing to wait for"));

/** A machine that asks whether it is due after each `costs` milliseconds of a clock that it alone moves. */
function drivenBy(costs: readonly number[]) {
  const seen = { now: 0, asked: 0, turns: 0 };
  const machine = {
    run: ({ isDue }: RunOptions): Stop => {
      for (const cost of costs) {
        seen.now += cost;
        seen.asked++;
        if (isDue?.() === true) return { kind: "count" };
      }
      return { kind: "exit", value: 0 };
    },
    statistics: () => ({ regions: { compiled: 0, live: 0 } }),
  } as unknown as MachineApi;
  const waiting: Waiting = {
    canWake: true,
    turn: () => Promise.resolve(void seen.turns++),
    sleep: NEVER_NEEDED,
  };
  const host = { collectGarbage: () => undefined, now: () => seen.now };
  return { driver: new Driver(machine, host, waiting, () => undefined), seen };
}

describe("a slice", () => {
  it.each([
    [1, 10],
    [4, 3],
    [25, 1],
  ])("of work that takes %d ms between two questions ends at question %i", async (cost, asked) => {
    const { driver, seen } = drivenBy(new Array<number>(1000).fill(cost));
    expect(await driver.slice({})).toBeUndefined();
    expect([seen.asked, seen.turns]).toEqual([asked, 1]);
  });

  it("is over earlier where the machine stops", async () => {
    const { driver, seen } = drivenBy([1, 1]);
    expect(await driver.slice({})).toEqual({ kind: "exit", value: 0 });
    expect(seen.turns).toBe(0);
  });
});
