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

  describe("with a device of 16 bits", () => {
    function wide(): { bus: PortBus; seen: string[] } {
      const bus = new PortBus();
      const seen: string[] = [];
      bus.attach(0x1f0, 4, {
        portWidth: 2,
        readPort: (port, size) => {
          seen.push(`${port.toString(16)}/${size}`);
          return size === 2 ? 0x8000 | (port & 0xff) : port & 0xff;
        },
        writePort: (port, value, size) => seen.push(`${port.toString(16)}/${size}=${value.toString(16)}`),
      });
      return { bus, seen };
    }

    it("gives it 16 bits as one, and 32 bits in two halves", () => {
      const { bus, seen } = wide();
      expect([bus.read(0x1f0, 2), bus.read(0x1f0, 4), bus.read(0x1f1, 1)]).toEqual([0x80f0, 0x80f280f0, 0xf1]);
      expect(seen).toEqual(["1f0/2", "1f0/2", "1f2/2", "1f1/1"]);
    });

    it("splits what is not aligned, or reaches beyond it, into bytes", () => {
      const { bus, seen } = wide();
      expect([bus.read(0x1f1, 2), bus.read(0x1f3, 2)]).toEqual([0xf2f1, 0xfff3]);
      bus.write(0x1f0, 4, 0x44332211);
      bus.write(0x1f1, 2, 0x6655);
      expect(seen.slice(3)).toEqual(["1f0/2=2211", "1f2/2=4433", "1f1/1=55", "1f2/1=66"]);
    });
  });

  it("wraps a wide access at the end of the port space", () => {
    const bus = new PortBus();
    bus.attach(0, 1, { readPort: () => 0x5a, writePort: () => undefined });
    expect(bus.read(0xffff, 2)).toBe(0x5aff);
  });
});
