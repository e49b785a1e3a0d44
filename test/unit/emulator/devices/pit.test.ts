import { describe, expect, it } from "vitest";
import { clockAt, Pit, PIT_HZ, tickOf } from "../../../../emulator/devices/pit";
import { Access, PitCounter } from "../../../../emulator/devices/pit-counter";
import { PortBus } from "../../../../emulator/devices/port-bus";
import { TestClock } from "./test-clock";

/** A PIT on a bus, with the edges of IRQ 0 as PIT clock numbers. */
class Bench {
  readonly clock = new TestClock();
  readonly bus = new PortBus();
  readonly edges: { clock: number; level: boolean }[] = [];
  private level = false;

  constructor() {
    const irq = (level: boolean): void => {
      if (level !== this.level) this.edges.push({ clock: clockAt(this.clock.ticks), level });
      this.level = level;
    };
    const pit = new Pit(this.clock.timers, irq);
    pit.attach(this.bus);
    pit.start();
    this.edges.length = 0;
  }

  /** Control word, then the count byte by byte, low first. */
  program(counter: number, mode: number, count: number, bcd = 0): void {
    this.bus.write(0x43, 1, (counter << 6) | 0x30 | (mode << 1) | bcd);
    this.load(counter, count);
  }

  load(counter: number, count: number): void {
    this.bus.write(0x40 + counter, 1, count & 0xff);
    this.bus.write(0x40 + counter, 1, count >> 8);
  }

  /** The counter's value by the latch command. */
  count(counter: number): number {
    this.bus.write(0x43, 1, counter << 6);
    return this.bus.read(0x40 + counter, 1) | (this.bus.read(0x40 + counter, 1) << 8);
  }

  /** The status byte by the read-back command. */
  status(counter: number): number {
    this.bus.write(0x43, 1, 0xe0 | (2 << counter));
    return this.bus.read(0x40 + counter, 1);
  }

  at(clock: number): this {
    this.clock.runTo(tickOf(clock));
    return this;
  }

  get out2(): boolean {
    return (this.bus.read(0x61, 1) & 0x20) !== 0;
  }
}

describe("PIT time", () => {
  it("counts 1193182 clocks a second exactly, for years", () => {
    const second = 1_000_000_000;
    expect([clockAt(0), clockAt(second - 1), clockAt(second)]).toEqual([0, PIT_HZ - 1, PIT_HZ]);
    expect(clockAt(second * 100_000_000)).toBe(PIT_HZ * 100_000_000);
  });

  it("reaches each clock at its tick and not one tick before", () => {
    for (const clock of [1, 2, 3, 1000, PIT_HZ - 1, PIT_HZ, PIT_HZ + 1, 123_456_789_012]) {
      expect(clockAt(tickOf(clock))).toBe(clock);
      expect(clockAt(tickOf(clock) - 1)).toBe(clock - 1);
    }
  });
});

describe("8254 counter 0 at the start", () => {
  it("is a square wave of 65536 clocks with OUT high, as firmware leaves it", () => {
    const bench = new Bench();
    expect(bench.status(0) & 0xbe).toBe(0x80 | 0x36);
    bench.at(100_000);
    expect(bench.edges).toEqual([
      { clock: 32769, level: false },
      { clock: 65537, level: true },
      { clock: 98305, level: false },
    ]);
  });
});

describe("8254 changes of OUT", () => {
  const cases = [0, 1, 2, 3, 4, 5].flatMap((mode) => [2, 3, 7].map((count) => ({ mode, count })));
  it.each(cases)(
    "are foretold in mode $mode with a count of $count, from before the first clock on",
    ({ mode, count }) => {
      const counter = new PitCounter();
      counter.setGate(false, 0);
      counter.control(Access.Low, mode, false);
      counter.write(count, 10);
      counter.setGate(true, 10);
      for (let clock = 10; clock < 40;) {
        const level = counter.out(clock);
        const next = Math.min(counter.nextChange(clock), 40);
        expect(next).toBeGreaterThan(clock);
        for (let between = clock + 1; between < next; between++) expect(counter.out(between)).toBe(level);
        if (next < 40) expect(counter.out(next)).toBe(!level);
        clock = next;
      }
    },
  );
});

describe("8254 mode 0, interrupt on terminal count", () => {
  it("raises OUT N + 1 clocks after the count was written, and leaves it high", () => {
    const bench = new Bench();
    bench.program(0, 0, 100);
    bench.at(1000);
    expect(bench.edges).toEqual([
      { clock: 0, level: false },
      { clock: 101, level: true },
    ]);
  });

  it("counts down and goes on below zero", () => {
    const bench = new Bench();
    bench.program(0, 0, 10);
    expect(bench.at(5).count(0)).toBe(6);
    expect(bench.at(11).count(0)).toBe(0);
    expect(bench.at(12).count(0)).toBe(0xffff);
  });

  it("begins anew with a new count and drops OUT at its first byte", () => {
    const bench = new Bench();
    bench.program(0, 0, 10);
    bench.at(20);
    bench.load(0, 5);
    bench.at(100);
    expect(bench.edges.slice(2)).toEqual([
      { clock: 20, level: false },
      { clock: 26, level: true },
    ]);
  });
});

describe("8254 mode 2, rate generator", () => {
  it("drops OUT for the last clock of each period of N", () => {
    const bench = new Bench();
    bench.program(0, 2, 100);
    bench.at(205);
    expect(bench.edges).toEqual([
      { clock: 100, level: false },
      { clock: 101, level: true },
      { clock: 200, level: false },
      { clock: 201, level: true },
    ]);
  });

  it("counts from N to 1 and reloads", () => {
    const bench = new Bench();
    bench.program(0, 2, 4);
    expect([1, 2, 3, 4, 5].map((clock) => bench.at(clock).count(0))).toEqual([4, 3, 2, 1, 4]);
  });

  it("takes a new count at the end of the period", () => {
    const bench = new Bench();
    bench.program(0, 2, 100);
    bench.at(50).load(0, 30);
    bench.at(165);
    const rises = bench.edges.filter((edge) => edge.level).map((edge) => edge.clock);
    expect(rises).toEqual([101, 131, 161]);
  });

  it("counts 65536 for a count of 0", () => {
    const bench = new Bench();
    bench.program(0, 2, 0);
    bench.at(65540);
    expect(bench.edges.at(-1)).toEqual({ clock: 65537, level: true });
  });
});

describe("8254 mode 3, square wave", () => {
  it("halves the period, the high half one clock longer for an odd count", () => {
    const bench = new Bench();
    bench.program(0, 3, 5);
    bench.at(14);
    expect(bench.edges.map((edge) => edge.clock)).toEqual([4, 6, 9, 11, 14]);
  });

  it("counts by two in each half", () => {
    const bench = new Bench();
    bench.program(0, 3, 6);
    expect([1, 2, 3, 4, 5, 6, 7].map((clock) => bench.at(clock).count(0))).toEqual([6, 4, 2, 6, 4, 2, 6]);
  });

  it("takes a new count at the end of the half period", () => {
    const bench = new Bench();
    bench.program(0, 3, 100);
    bench.at(10).load(0, 20);
    bench.at(90);
    expect(bench.edges.map((edge) => edge.clock)).toEqual([51, 61, 71, 81]);
  });
});

describe("8254 mode 4, software triggered strobe", () => {
  it("drops OUT for one clock when the count is over", () => {
    const bench = new Bench();
    bench.program(0, 4, 10);
    bench.at(100);
    expect(bench.edges).toEqual([
      { clock: 11, level: false },
      { clock: 12, level: true },
    ]);
  });
});

describe("8254 counter 2 and port 0x61", () => {
  it("does not count in mode 0 while its gate is low", () => {
    const bench = new Bench();
    bench.program(2, 0, 10);
    expect(bench.at(50).count(2)).toBe(10);
    bench.bus.write(0x61, 1, 1);
    expect(bench.at(55).count(2)).toBe(5);
    bench.bus.write(0x61, 1, 0);
    expect(bench.at(70).count(2)).toBe(5);
    bench.bus.write(0x61, 1, 1);
    expect(bench.out2).toBe(false);
    expect(bench.at(75).out2).toBe(true);
  });

  it("fires the one-shot of mode 1 at the gate's rise", () => {
    const bench = new Bench();
    bench.program(2, 1, 10);
    expect(bench.at(20).out2).toBe(true);
    bench.bus.write(0x61, 1, 1);
    expect(bench.at(21).out2).toBe(false);
    expect(bench.at(30).out2).toBe(false);
    expect(bench.at(31).out2).toBe(true);
  });

  it("keeps OUT high and restarts mode 2 at the gate's rise", () => {
    const bench = new Bench();
    bench.program(2, 2, 10);
    bench.bus.write(0x61, 1, 1);
    bench.at(5);
    bench.bus.write(0x61, 1, 0);
    expect(bench.at(10).out2).toBe(true);
    bench.bus.write(0x61, 1, 1);
    expect(bench.at(11).count(2)).toBe(10);
  });

  it("reads back the gate and speaker bits, and toggles the refresh bit", () => {
    const bench = new Bench();
    bench.bus.write(0x61, 1, 0xff);
    expect(bench.bus.read(0x61, 1) & 3).toBe(3);
    const first = bench.bus.read(0x61, 1) & 0x10;
    bench.clock.runTo(15085);
    expect(bench.bus.read(0x61, 1) & 0x10).not.toBe(first);
  });
});

describe("8254 reading", () => {
  it("keeps a latched count until it is read, and ignores a second latch", () => {
    const bench = new Bench();
    bench.program(0, 2, 1000);
    bench.at(101);
    bench.bus.write(0x43, 1, 0x00);
    bench.at(301);
    bench.bus.write(0x43, 1, 0x00);
    const latched = bench.bus.read(0x40, 1) | (bench.bus.read(0x40, 1) << 8);
    expect(latched).toBe(900);
    expect(bench.count(0)).toBe(700);
  });

  it("gives only the byte that the access mode names", () => {
    const bench = new Bench();
    bench.bus.write(0x43, 1, 0x14);
    bench.bus.write(0x40, 1, 0x80);
    expect([bench.at(1).bus.read(0x40, 1), bench.bus.read(0x40, 1)]).toEqual([0x80, 0x80]);
  });

  it("reports OUT, null count, access, mode and BCD in the status byte", () => {
    const bench = new Bench();
    bench.bus.write(0x43, 1, 0x36);
    expect(bench.status(0)).toBe(0x80 | 0x40 | 0x36);
    bench.load(0, 100);
    bench.at(2);
    expect(bench.status(0)).toBe(0x80 | 0x36);
    bench.at(60);
    expect(bench.status(0)).toBe(0x36);
  });

  it("gives the status first when the read-back command latched both", () => {
    const bench = new Bench();
    bench.program(0, 2, 0x1234);
    bench.at(1);
    bench.bus.write(0x43, 1, 0xc2);
    expect([bench.bus.read(0x40, 1), bench.bus.read(0x40, 1), bench.bus.read(0x40, 1)]).toEqual([0xb4, 0x34, 0x12]);
  });

  it("counts in BCD", () => {
    const bench = new Bench();
    bench.program(0, 0, 0x0100, 1);
    expect(bench.at(2).count(0)).toBe(0x0099);
    bench.at(102);
    expect(bench.count(0)).toBe(0x9999);
    expect(bench.edges.slice(1)).toEqual([{ clock: 101, level: true }]);
  });

  it("reads the control port as all ones", () => {
    expect(new Bench().bus.read(0x43, 1)).toBe(0xff);
  });
});
