import { describe, expect, it } from "vitest";
import { Code } from "../../../../emulator/base/wasm/code";
import { k } from "../../../../emulator/base/wasm/expr";
import { local } from "../../../../emulator/base/wasm/statements";
import { cover, rangesOver, WatchTests } from "../../../../emulator/jit/watch-tests";
import { Touch, type Watch } from "../../../../emulator/memory/watches";

const watch = (linear: number, length = 4, touches: number = Touch.Write): Watch => ({ linear, length, touches });

describe("the ranges that a region compares with", () => {
  it("are the watches where these are few and apart", () => {
    const watches = [watch(0x3000), watch(0x1000, 1, Touch.Read)];
    expect(rangesOver(watches)).toEqual([watches[1], watches[0]]);
  });

  it("join watches that lie close together or overlap", () => {
    expect(rangesOver([watch(0x1000), watch(0x1008, 4, Touch.Read), watch(0x2000, 64), watch(0x2004)])).toEqual([
      watch(0x1000, 12, Touch.Read | Touch.Write),
      watch(0x2000, 64),
    ]);
  });

  it("are four at most, the nearest joined", () => {
    const ranges = rangesOver([0x1000, 0x5000, 0x9000, 0x9100, 0xf000].map((linear) => watch(linear)));
    expect(ranges).toEqual([watch(0x1000), watch(0x5000), watch(0x9000, 0x104), watch(0xf000)]);
  });

  it("cover the watches inside them, and no others", () => {
    const ranges = [watch(0x1000, 16)];
    expect(cover(ranges, [watch(0x1000), watch(0x100c)])).toBe(true);
    expect(cover(ranges, [watch(0x1000), watch(0x100d)])).toBe(false);
    expect(cover(ranges, [watch(0x1000, 4, Touch.Read | Touch.Write)])).toBe(false);
  });
});

describe("an access at an address that nothing is known of", () => {
  const guarded = (testsAll: boolean): boolean => {
    const code = new Code(0);
    const tests = new WatchTests(code, () => k(0), [watch(0x1000)], testsAll);
    return tests.guard(local(code), 4, Touch.Write) !== undefined;
  };

  it("is compared only in a region where such accesses often touched a watched page", () => {
    expect([guarded(false), guarded(true)]).toEqual([false, true]);
  });
});
