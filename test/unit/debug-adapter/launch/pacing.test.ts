import { describe, expect, it } from "vitest";
import { Pacing } from "../../../../debug-adapter/launch/pacing";

const MS = 1_000_000;

/** A host whose sleeps take as long as asked times `stretch`, and are written down. */
function host(stretch = 1): { pacing: Pacing; sleeps: number[] } {
  const sleeps: number[] = [];
  let clock = 0;
  const sleep = (milliseconds: number): Promise<void> => {
    sleeps.push(milliseconds);
    clock += milliseconds * stretch;
    return Promise.resolve();
  };
  return { pacing: new Pacing(sleep, () => clock), sleeps };
}

describe("Pacing", () => {
  it("sleeps as long as the machine is idle", async () => {
    const { pacing, sleeps } = host();
    expect(await pacing.idle(100 * MS)).toBe(100 * MS);
    expect(sleeps).toEqual([100]);
  });

  it("saves short idle spells up for one sleep", async () => {
    const { pacing, sleeps } = host();
    for (let i = 0; i < 8; i++) expect(await pacing.idle(2 * MS)).toBe(2 * MS);
    expect(sleeps).toEqual([16]);
  });

  it("takes a sleep that was too long off the next ones", async () => {
    const { pacing, sleeps } = host(1.5);
    await pacing.idle(20 * MS);
    await pacing.idle(20 * MS);
    await pacing.idle(20 * MS);
    // 10 of the second 20 are made good at once; the rest is slept with the third.
    expect(sleeps).toEqual([20, 30]);
  });

  it("lets a host that slept far too long catch up by a little only", async () => {
    const { pacing, sleeps } = host(100);
    await pacing.idle(20 * MS);
    await pacing.idle(100 * MS);
    expect(sleeps).toEqual([20, 50]);
  });

  it("skips only the time on the wall when something wakes the host early", async () => {
    const { pacing } = host(0.25);
    expect(await pacing.idle(100 * MS)).toBe(25 * MS);
  });
});
