import { describe, expect, it } from "vitest";
import { Pic } from "../../../../emulator/devices/pic";
import { PicPair } from "../../../../emulator/devices/pic-pair";
import { PortBus } from "../../../../emulator/devices/port-bus";

const COMMAND = 0x20;
const DATA = 0x21;
const EOI = 0x20;
const READ_IRR = 0x0a;
const READ_ISR = 0x0b;

/** A single chip with vectors from 0x40; ICW1 and ICW4 as given. */
function chip(icw1 = 0x13, icw4 = 0x01): Pic {
  const pic = new Pic();
  pic.writePort(COMMAND, icw1);
  pic.writePort(DATA, 0x40);
  pic.writePort(DATA, icw4);
  return pic;
}

function status(pic: Pic, which: number): number {
  pic.writePort(COMMAND, which);
  return pic.readPort(COMMAND);
}

describe("8259A", () => {
  it("is masked before it is initialized", () => {
    const pic = new Pic();
    pic.setLine(0, true);
    expect(pic.output).toBe(false);
  });

  it("clears the mask with ICW1 and gives the vector of ICW2", () => {
    const pic = chip();
    expect(pic.readPort(DATA)).toBe(0);
    pic.setLine(3, true);
    expect(pic.output).toBe(true);
    expect(pic.vector(pic.acknowledgeLine())).toBe(0x43);
  });

  it("takes ICW3 when ICW1 says that there are two chips", () => {
    const pic = new Pic();
    for (const [port, value] of [
      [COMMAND, 0x11],
      [DATA, 0x40],
      [DATA, 0x04],
      [DATA, 0x01],
      [DATA, 0xfb],
    ] as const)
      pic.writePort(port, value);
    expect(pic.readPort(DATA)).toBe(0xfb);
  });

  it("acknowledges the request of highest priority first and holds lower ones back until EOI", () => {
    const pic = chip();
    pic.setLine(5, true);
    pic.setLine(2, true);
    expect(pic.acknowledgeLine()).toBe(2);
    expect(pic.output).toBe(false);
    pic.writePort(COMMAND, EOI);
    expect(pic.output).toBe(true);
    expect(pic.acknowledgeLine()).toBe(5);
  });

  it("lets a higher request interrupt the service of a lower one", () => {
    const pic = chip();
    pic.setLine(5, true);
    pic.acknowledgeLine();
    pic.setLine(1, true);
    expect(pic.output).toBe(true);
    expect(pic.acknowledgeLine()).toBe(1);
    expect(status(pic, READ_ISR)).toBe((1 << 5) | (1 << 1));
  });

  it("requests once for each edge in edge mode", () => {
    const pic = chip();
    pic.setLine(4, true);
    pic.acknowledgeLine();
    pic.writePort(COMMAND, EOI);
    expect(pic.output).toBe(false);
    pic.setLine(4, false);
    pic.setLine(4, true);
    expect(pic.output).toBe(true);
  });

  it("requests as long as the line is high in level mode", () => {
    const pic = chip(0x1b);
    pic.setLine(4, true);
    pic.acknowledgeLine();
    pic.writePort(COMMAND, EOI);
    expect(pic.output).toBe(true);
    pic.setLine(4, false);
    expect(pic.output).toBe(false);
  });

  it("answers a withdrawn request with a spurious IR7 that is not in service", () => {
    const pic = chip();
    pic.setLine(4, true);
    pic.setLine(4, false);
    expect(pic.acknowledgeLine()).toBe(7);
    expect(status(pic, READ_ISR)).toBe(0);
  });

  it("keeps a masked request in IRR and raises it when the mask goes", () => {
    const pic = chip();
    pic.writePort(DATA, 0xff);
    pic.setLine(6, true);
    expect(pic.output).toBe(false);
    expect(status(pic, READ_IRR)).toBe(1 << 6);
    pic.writePort(DATA, 0xbf);
    expect(pic.output).toBe(true);
  });

  it("ends the named interrupt on a specific EOI", () => {
    const pic = chip();
    pic.setLine(5, true);
    pic.acknowledgeLine();
    pic.setLine(1, true);
    pic.acknowledgeLine();
    pic.writePort(COMMAND, 0x60 | 5);
    expect(status(pic, READ_ISR)).toBe(1 << 1);
  });

  it("makes the ended interrupt the lowest on a rotating EOI", () => {
    const pic = chip();
    pic.setLine(2, true);
    pic.acknowledgeLine();
    pic.writePort(COMMAND, 0xa0);
    pic.setLine(2, false);
    pic.setLine(2, true);
    pic.setLine(3, true);
    expect(pic.acknowledgeLine()).toBe(3);
  });

  it("takes the lowest priority from the set-priority command", () => {
    const pic = chip();
    pic.writePort(COMMAND, 0xc0 | 4);
    pic.setLine(0, true);
    pic.setLine(5, true);
    expect(pic.acknowledgeLine()).toBe(5);
  });

  it("puts nothing in service in automatic EOI mode", () => {
    const pic = chip(0x13, 0x03);
    pic.setLine(3, true);
    pic.setLine(4, true);
    expect([pic.acknowledgeLine(), pic.acknowledgeLine()]).toEqual([3, 4]);
    expect(status(pic, READ_ISR)).toBe(0);
  });

  it("lets lower requests through in special mask mode", () => {
    const pic = chip();
    pic.setLine(2, true);
    pic.acknowledgeLine();
    pic.writePort(DATA, 1 << 2);
    pic.writePort(COMMAND, 0x68);
    pic.setLine(6, true);
    expect(pic.output).toBe(true);
    pic.writePort(COMMAND, 0x48);
    expect(pic.output).toBe(false);
  });

  it("acknowledges by a read after the poll command", () => {
    const pic = chip();
    pic.setLine(3, true);
    pic.writePort(COMMAND, 0x0c);
    expect(pic.readPort(COMMAND)).toBe(0x83);
    expect(status(pic, READ_ISR)).toBe(1 << 3);
  });
});

describe("the two 8259As of a PC", () => {
  function pair(): { pics: PicPair; bus: PortBus; requests: () => number } {
    let count = 0;
    const pics = new PicPair(() => count++);
    const bus = new PortBus();
    pics.attach(bus);
    for (const [port, base, wiring] of [
      [0x20, 0x20, 4],
      [0xa0, 0x28, 2],
    ] as const) {
      bus.write(port, 1, 0x11);
      bus.write(port + 1, 1, base);
      bus.write(port + 1, 1, wiring);
      bus.write(port + 1, 1, 0x01);
    }
    return { pics, bus, requests: () => count };
  }

  it("give a slave's vector through the cascade and need both EOIs", () => {
    const { pics, bus } = pair();
    pics.line(12)(true);
    expect(pics.pending()).toBe(true);
    expect(pics.acknowledge()).toBe(0x2c);
    pics.line(15)(true);
    expect(pics.pending()).toBe(false);
    bus.write(0xa0, 1, EOI);
    expect(pics.pending()).toBe(false);
    bus.write(0x20, 1, EOI);
    expect(pics.pending()).toBe(true);
    expect(pics.acknowledge()).toBe(0x2f);
  });

  it("rank the slave's inputs between IRQ 1 and IRQ 3", () => {
    const { pics } = pair();
    pics.line(3)(true);
    pics.line(8)(true);
    pics.line(1)(true);
    expect(pics.acknowledge()).toBe(0x21);
    pics.line(1)(false);
    expect(pics.pending()).toBe(false);
  });

  it("answer a request that both chips have lost with the spurious vector of the master", () => {
    const { pics } = pair();
    pics.line(9)(true);
    pics.line(9)(false);
    expect(pics.pending()).toBe(false);
    expect(pics.acknowledge()).toBe(0x27);
  });

  it("announce each rise of INTR", () => {
    const { pics, bus, requests } = pair();
    pics.line(0)(true);
    pics.acknowledge();
    pics.line(4)(true);
    expect(requests()).toBe(1);
    bus.write(0x20, 1, EOI);
    expect(requests()).toBe(2);
  });
});
