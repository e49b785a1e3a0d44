import { describe, expect, it } from "vitest";
import { PortBus } from "../../../../emulator/devices/port-bus";
import { Uart } from "../../../../emulator/devices/uart";

const BASE = 0x3f8;
const [DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR] = [0, 1, 2, 3, 4, 5, 6, 7];
const OUT2 = 0x08;

class Bench {
  readonly bus = new PortBus();
  readonly sent: number[] = [];
  irq = false;
  rises = 0;
  readonly uart = new Uart(
    (level) => {
      if (level && !this.irq) this.rises++;
      this.irq = level;
    },
    (byte) => this.sent.push(byte),
  );

  constructor() {
    this.uart.attach(this.bus, BASE);
  }

  read(register: number): number {
    return this.bus.read(BASE + register, 1);
  }

  write(register: number, value: number): this {
    this.bus.write(BASE + register, 1, value);
    return this;
  }

  type(text: string): this {
    this.uart.receive(Uint8Array.from(text, (c) => c.charCodeAt(0)));
    return this;
  }

  readAll(): string {
    let text = "";
    while (this.read(LSR) & 1) text += String.fromCharCode(this.read(DATA));
    return text;
  }
}

describe("16550 transmitter", () => {
  it("sends a byte at once and is always empty", () => {
    const bench = new Bench();
    bench.write(DATA, 0x41);
    expect(bench.sent).toEqual([0x41]);
    expect(bench.read(LSR) & 0x60).toBe(0x60);
  });

  it("interrupts when enabled with an empty THR, and reading IIR takes the interrupt back", () => {
    const bench = new Bench().write(MCR, OUT2).write(IER, 0x02);
    expect(bench.irq).toBe(true);
    expect(bench.read(IIR)).toBe(0x02);
    expect(bench.irq).toBe(false);
    expect(bench.read(IIR)).toBe(0x01);
  });

  it("gives a new edge for each byte written", () => {
    const bench = new Bench().write(MCR, OUT2).write(IER, 0x02);
    bench.write(DATA, 1).write(DATA, 2);
    expect(bench.rises).toBe(3);
  });

  it("drives no IRQ line without OUT2", () => {
    const bench = new Bench().write(IER, 0x02);
    expect(bench.irq).toBe(false);
    bench.write(MCR, OUT2);
    expect(bench.irq).toBe(true);
  });
});

describe("16550 receiver", () => {
  it("reports and gives the bytes in order", () => {
    const bench = new Bench().type("hello");
    expect(bench.readAll()).toBe("hello");
    expect(bench.read(LSR) & 1).toBe(0);
  });

  it("holds typed bytes back over a FIFO reset before the guest has looked", () => {
    const bench = new Bench().type("early").write(IIR, 0xc7);
    expect(bench.readAll()).toBe("early");
  });

  it("loses nothing of a long input with or without FIFO", () => {
    const text = "x".repeat(50) + "end";
    expect(new Bench().type(text).readAll()).toBe(text);
    expect(new Bench().write(IIR, 0x07).type(text).readAll()).toBe(text);
  });

  it("interrupts for each byte without FIFO", () => {
    const bench = new Bench().write(MCR, OUT2).write(IER, 0x01).type("ab");
    expect(bench.read(IIR)).toBe(0x04);
    bench.read(DATA);
    expect(bench.rises).toBe(2);
    bench.read(DATA);
    expect(bench.irq).toBe(false);
  });

  it("tells the trigger level from the time-out below it", () => {
    const bench = new Bench().write(MCR, OUT2).write(IIR, 0x81).write(IER, 0x01);
    bench.type("0123456789");
    expect(bench.read(IIR)).toBe(0xc4);
    bench.read(DATA);
    bench.read(DATA);
    bench.read(DATA);
    expect(bench.read(IIR)).toBe(0xcc);
    expect(bench.rises).toBe(2);
  });

  it("is listening only with the receive interrupt enabled and connected", () => {
    const bench = new Bench();
    expect(bench.uart.listening).toBe(false);
    expect(bench.write(IER, 0x01).uart.listening).toBe(false);
    expect(bench.write(MCR, OUT2).uart.listening).toBe(true);
  });
});

describe("16550 loop-back", () => {
  it("receives what it sends, and sends nothing", () => {
    const bench = new Bench().write(MCR, 0x10).write(DATA, 0x5a);
    expect(bench.sent).toEqual([]);
    expect(bench.read(DATA)).toBe(0x5a);
  });

  it("reports an overrun once, with the newest byte kept", () => {
    const bench = new Bench().write(MCR, 0x10).write(DATA, 1).write(DATA, 2);
    expect(bench.read(LSR) & 2).toBe(2);
    expect(bench.read(LSR) & 2).toBe(0);
    expect(bench.read(DATA)).toBe(2);
  });

  it("keeps the sixteen oldest bytes when the FIFO overruns", () => {
    const bench = new Bench().write(IIR, 0x01).write(MCR, 0x10);
    for (let i = 0; i < 17; i++) bench.write(DATA, i);
    expect(bench.read(LSR) & 2).toBe(2);
    expect(bench.read(DATA)).toBe(0);
  });

  it("turns the modem outputs into inputs, with their changes in the delta bits", () => {
    const bench = new Bench().write(MCR, 0x10);
    bench.read(MSR);
    bench.write(MCR, 0x1f);
    expect(bench.read(MSR)).toBe(0xfb);
    expect(bench.read(MSR)).toBe(0xf0);
    bench.write(MCR, 0x1b);
    expect(bench.read(MSR)).toBe(0xb4);
  });
});

describe("16550 registers", () => {
  it("swaps in the divisor with DLAB and keeps IER apart from it", () => {
    const bench = new Bench().write(IER, 0x05).write(LCR, 0x83).write(DATA, 0x34).write(IER, 0x12);
    expect([bench.read(DATA), bench.read(IER), bench.read(LCR)]).toEqual([0x34, 0x12, 0x83]);
    bench.write(LCR, 0x03);
    expect(bench.read(IER)).toBe(0x05);
    expect(bench.sent).toEqual([]);
  });

  it("shows the FIFO bits of IIR only with the FIFO enabled", () => {
    const bench = new Bench();
    expect(bench.read(IIR) & 0xc0).toBe(0);
    expect(bench.write(IIR, 0x01).read(IIR) & 0xc0).toBe(0xc0);
  });

  it("has a scratch register, and masks the bits that IER and MCR do not have", () => {
    const bench = new Bench().write(SCR, 0xa5).write(IER, 0xf0).write(MCR, 0xe0);
    expect([bench.read(SCR), bench.read(IER), bench.read(MCR)]).toEqual([0xa5, 0, 0]);
  });

  it("says that a terminal is connected", () => {
    expect(new Bench().read(MSR)).toBe(0xb0);
  });

  it("ranks line status above received data above THR empty", () => {
    const bench = new Bench().write(IER, 0x07).write(MCR, 0x10).write(DATA, 1).write(DATA, 2);
    expect(bench.read(IIR)).toBe(0x06);
    bench.read(LSR);
    expect(bench.read(IIR)).toBe(0x04);
    bench.read(DATA);
    expect(bench.read(IIR)).toBe(0x02);
  });
});
