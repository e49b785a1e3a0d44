import { describe, expect, it } from "vitest";
import { geometricMean, median, mips, netSeconds, summary } from "../../bench/statistics.mjs";

describe("the benchmark's statistics", () => {
  it("take the middle value of an odd number in any order", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it("take the mean of the two in the middle of an even number", () => {
    expect(median([4, 1, 3, 100])).toBe(3.5);
  });

  it("leave the samples as they were", () => {
    const samples = [3, 1, 2];
    median(samples);
    expect(samples).toEqual([3, 1, 2]);
  });

  it("refuse a median of nothing", () => {
    expect(() => median([])).toThrow(RangeError);
  });

  it("weigh twice as fast and half as fast alike in a geometric mean", () => {
    expect(geometricMean([2, 0.5])).toBeCloseTo(1, 12);
    expect(geometricMean([1, 10, 100])).toBeCloseTo(10, 12);
  });

  it("subtract the start from the median run", () => {
    expect(netSeconds([2.5, 9, 2], 0.5)).toBe(2);
  });

  it("never come to no time at all", () => {
    expect(netSeconds([0.2], 0.3)).toBeGreaterThan(0);
  });

  it("count million instructions a second", () => {
    expect(mips(3_000_000_000, 1.5)).toBe(2000);
  });

  it("leave kernels that the other did not do out of mean and worst", () => {
    const rows = [
      { name: "a", ratio: 4 },
      { name: "b", ratio: undefined },
      { name: "c", ratio: 1 },
    ];
    expect(summary(rows)).toEqual({ mean: 2, worst: "c", worstRatio: 1, kernels: 2 });
  });

  it("have no summary without any ratio", () => {
    expect(summary([{ name: "a", ratio: undefined }])).toBeUndefined();
  });
});
