import { expect, it } from "vitest";
import { RegionCollector } from "../../../../debug-adapter/launch/collector";
import type { Statistics } from "../../../../emulator/index";

/** Looks at machines with so many regions compiled and live, one after the other; at which of them garbage was collected. */
function collections(looks: readonly (readonly [compiled: number, live: number])[]): number[] {
  const at: number[] = [];
  let now = 0;
  const statistics = (): Statistics => {
    const [compiled, live] = looks[now] ?? [0, 0];
    return { regions: { compiled, live } } as Statistics;
  };
  const collector = new RegionCollector({ statistics }, () => at.push(now));
  for (; now < looks.length; now++) collector.look();
  return at;
}

it("collects each time that 250 more regions have been dropped", () => {
  expect(
    collections([
      [249, 0],
      [250, 0],
      [499, 0],
      [500, 0],
      [501, 0],
    ]),
  ).toEqual([1, 3]);
});

it("leaves live regions alone, however many", () => {
  expect(
    collections([
      [100, 100],
      [5000, 5000],
      [5249, 5000],
    ]),
  ).toEqual([]);
});
