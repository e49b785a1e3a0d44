import { describe, expect, it } from "vitest";
import { PortBus } from "../../../../emulator/devices/port-bus";
import { Rtc } from "../../../../emulator/devices/rtc";
import { TestClock } from "./test-clock";

/** 2003-10-20 23:59:58 UTC, a Monday. */
const BOOT = Date.UTC(2003, 9, 20, 23, 59, 58) / 1000;

function bench(memoryBytes = 128 << 20): { clock: TestClock; read: (index: number) => number; bus: PortBus } {
  const clock = new TestClock();
  const bus = new PortBus();
  new Rtc(clock, BOOT, memoryBytes).attach(bus);
  const read = (index: number): number => {
    bus.write(0x70, 1, index);
    return bus.read(0x71, 1);
  };
  return { clock, read, bus };
}

describe("RTC", () => {
  it("starts at the boot date, in BCD and 24 hours", () => {
    const { read } = bench();
    expect([9, 8, 7, 6, 4, 2, 0, 0x32].map(read)).toEqual([0x03, 0x10, 0x20, 0x02, 0x23, 0x59, 0x58, 0x20]);
  });

  it("goes on with machine time", () => {
    const { read, clock } = bench();
    clock.ticks = 2_000_000_000;
    expect([7, 4, 2, 0].map(read)).toEqual([0x21, 0, 0, 0]);
  });

  it("counts in binary and in 12 hours when register B says so", () => {
    const { read, bus } = bench();
    read(0x0b);
    bus.write(0x71, 1, 0x04);
    expect([read(4), read(2)]).toEqual([0x80 | 11, 59]);
  });

  it("says that its data is valid and no update is in progress", () => {
    const { read } = bench();
    expect([read(0x0a) & 0x80, read(0x0d)]).toEqual([0, 0x80]);
  });

  it("tells the memory size as firmware does", () => {
    const { read } = bench();
    expect(read(0x15) | (read(0x16) << 8)).toBe(640);
    expect(read(0x34) | (read(0x35) << 8)).toBe((112 << 20) / 65536);
  });

  it("keeps CMOS RAM and ignores the NMI bit of the index", () => {
    const { read, bus } = bench();
    bus.write(0x70, 1, 0x80 | 0x40);
    bus.write(0x71, 1, 0x77);
    expect(read(0x40)).toBe(0x77);
  });
});
