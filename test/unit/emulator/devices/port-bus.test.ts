import { describe, expect, it } from "vitest";
import { PortBus } from "../../../../emulator/devices/port-bus";

function busWithEcho(): { bus: PortBus; writes: string[] } {
  const bus = new PortBus();
  const writes: string[] = [];
  bus.attach(0x10, 2, {
    readPort: (port) => port,
    writePort: (port, value) => writes.push(`${port.toString(16)}=${value.toString(16)}`),
  });
  return { bus, writes };
}

describe("PortBus", () => {
  it("reads all ones where no device answers, at each size", () => {
    const { bus } = busWithEcho();
    expect([bus.read(0x80, 1), bus.read(0x80, 2), bus.read(0x80, 4)]).toEqual([0xff, 0xffff, 0xffffffff]);
  });

  it("splits a wide read into byte cycles at ascending ports", () => {
    const { bus } = busWithEcho();
    expect(bus.read(0x10, 2)).toBe(0x1110);
    expect(bus.read(0x10, 4)).toBe(0xffff1110);
  });

  it("splits a wide write and loses the bytes that nobody takes", () => {
    const { bus, writes } = busWithEcho();
    bus.write(0x0f, 4, 0xddccbbaa);
    expect(writes).toEqual(["10=bb", "11=cc"]);
  });

  it("wraps a wide access at the end of the port space", () => {
    const bus = new PortBus();
    bus.attach(0, 1, { readPort: () => 0x5a, writePort: () => undefined });
    expect(bus.read(0xffff, 2)).toBe(0x5aff);
  });
});
