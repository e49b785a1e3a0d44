import { describe, expect, it } from "vitest";
import { HypercallLog, type Hypercall } from "../../../../debug-adapter/trace/index";

const CAPACITY = 8192;

const call = (index: number, more: Partial<Hypercall> = {}): Hypercall => ({
  index,
  domain: index % 5,
  vcpu: index % 3,
  number: 0xffff_ffff - index,
  arguments: Array.from({ length: index % 7 }, (_, n) => (index * 0x01000193 + n) >>> 0),
  eip: (0xc000_0000 + index) >>> 0,
  ring: 1 + 2 * (index % 2),
  instructions: index * 2 ** 32 + 1,
  result: index % 2 === 0 ? undefined : (0xffff_ff00 + index) >>> 0,
  ...more,
});

describe("the log of hypercalls", () => {
  it("gives each call as it was put in", () => {
    const log = new HypercallLog(CAPACITY);
    for (let index = 0; index < CAPACITY; index++) log.put(call(index));
    for (let index = 0; index < CAPACITY; index++) expect(log.at(index)).toEqual(call(index));
    expect([log.first, log.total]).toEqual([0, CAPACITY]);
  });

  it("takes the result of a call that comes back", () => {
    const log = new HypercallLog(CAPACITY);
    log.put(call(0));
    log.put(call(1));
    log.put(call(0, { result: 0xffff_ffea }));
    expect(log.at(0)?.result).toBe(0xffff_ffea);
    expect(log.at(1)).toEqual(call(1));
    expect(log.total).toBe(2);
  });

  it("keeps the newest when there are more than it holds", () => {
    const log = new HypercallLog(CAPACITY);
    for (let index = 0; index < 3 * CAPACITY + 5; index++) log.put(call(index));
    expect([log.first, log.total]).toEqual([2 * CAPACITY + 5, 3 * CAPACITY + 5]);
    expect(log.at(log.first - 1)).toBeUndefined();
    expect(log.at(log.first)).toEqual(call(log.first));
    expect(log.at(log.total - 1)).toEqual(call(log.total - 1));
    expect(log.at(log.total)).toBeUndefined();
  });

  it("leaves the slot of a call that comes back too late to the one that has it now", () => {
    const log = new HypercallLog(CAPACITY);
    for (let index = 0; index <= CAPACITY; index++) log.put(call(index));
    log.put(call(0, { result: 7 }));
    expect(log.at(CAPACITY)).toEqual(call(CAPACITY));
  });
});
