import { describe, expect, it, vi } from "vitest";
import { Cpu } from "../../../../emulator/cpu/cpu";
import type { InputRecord, Machine } from "../../../../emulator/index";
import { Code, descriptorTables, machineWith } from "./guest-code";

const PERIOD = 1000;
/** PIT clocks to ns. */
const ns = (clocks: number): number => Math.ceil((clocks * 1e9) / 1193182);

/** Sets up the tables, waits for `ticks` interrupts of the PIT in HLT, then ends with 1. The handler counts in EBX. */
function timerKernel(ticks: number): { code: Code; handler: number } {
  const code = new Code().loadTables().hex("31db");
  code.programPics(0xfe).programPit(PERIOD).hex("fb");
  // 1: hlt; cmp ebx, ticks; jb 1b
  code.hex("f4 83fb").hex(ticks.toString(16).padStart(2, "0")).hex("72fa").exit(1);
  const handler = code.here;
  code.hex("43 50").out(0x20, 0x20).hex("58 cf");
  return { code, handler };
}

function timerMachine(ticks: number): Machine {
  const { code, handler } = timerKernel(ticks);
  const machine = machineWith(code);
  descriptorTables(machine, { 0x20: handler });
  return machine;
}

describe("a timer that is set anew", () => {
  it("ends the slice only where it is due before the slice's end", () => {
    const code = new Code();
    // Mode 0 with 65,535 clocks, some 55 ms: longer than any slice.
    for (let n = 0; n < 100; n++) code.out(0x43, 0x30).out(0x40, 0xff).out(0x40, 0xff);
    const runs = vi.spyOn(Cpu.prototype, "run");
    expect(machineWith(code.exit(1)).run()).toEqual({ kind: "exit", value: 1 });
    expect(runs.mock.calls.length).toBeLessThan(10);
    runs.mockRestore();
  });
});

describe("HLT", () => {
  it("with interrupts off ends the run for good", () => {
    const machine = machineWith(new Code().hex("fa f4 ebfe"));
    expect(machine.run()).toEqual({ kind: "halted", interruptible: false });
    expect(machine.instructions).toBe(2);
  });

  it("with interrupts on and no timer ends the run too", () => {
    const machine = machineWith(new Code().hex("fb f4 ebfe"));
    expect(machine.run()).toEqual({ kind: "halted", interruptible: false });
  });

  it("jumps to the timer: time passes, instructions do not", () => {
    const machine = timerMachine(3);
    expect(machine.run()).toEqual({ kind: "exit", value: 1 });
    expect(machine.instructions).toBeLessThan(200);
    expect(machine.ticks).toBeGreaterThanOrEqual(ns(3 * PERIOD));
    expect(machine.ticks).toBeLessThan(ns(3 * PERIOD + 10));
  });

  it("hands the waiting to the caller when asked", () => {
    const machine = timerMachine(1);
    const stop = machine.run({ stopWhenIdle: true });
    if (stop.kind !== "idle") throw new Error(stop.kind);
    expect(stop.ticks).toBeLessThanOrEqual(ns(PERIOD));
    const before = machine.ticks;
    machine.skip(100);
    expect(machine.ticks).toBe(before + 100);
    machine.skip(Infinity);
    expect(machine.ticks).toBe(before + stop.ticks);
    let last = machine.run({ stopWhenIdle: true });
    while (last.kind === "idle") {
      machine.skip(last.ticks);
      last = machine.run({ stopWhenIdle: true });
    }
    expect(last).toEqual({ kind: "exit", value: 1 });
  });

  it("ends the run when the only timer's interrupt is masked", () => {
    const machine = machineWith(new Code().programPics(0xff).programPit(PERIOD).hex("fb f4 ebfe"));
    expect(machine.run()).toEqual({ kind: "halted", interruptible: false });
  });
});

describe("timer interrupts", () => {
  it("come at the same instruction whatever slices the run is cut into", () => {
    const ends = [Infinity, 1, 7, 1000].map((instructions) => {
      const machine = timerMachine(5);
      let stop = machine.run({ instructions });
      while (stop.kind === "count") stop = machine.run({ instructions });
      return [stop, machine.instructions, machine.ticks];
    });
    expect(ends[0]?.[0]).toEqual({ kind: "exit", value: 1 });
    for (const end of ends) expect(end).toEqual(ends[0]);
  });

  it("interrupt a busy guest at their tick", () => {
    const code = new Code().loadTables().hex("31db").programPics(0xfe).programPit(PERIOD).hex("fb 85db 74fc").exit(9);
    const handler = code.here;
    const machine = machineWith(code.hex("43 cf"));
    descriptorTables(machine, { 0x20: handler });
    machine.setBreakpoint(handler);
    expect(machine.run()).toEqual({ kind: "breakpoint", linear: handler });
    expect(machine.ticks - ns(PERIOD + 1)).toBeLessThan(60);
    expect(machine.ticks).toBe(machine.instructions);
    expect(machine.run()).toEqual({ kind: "exit", value: 9 });
  });
});

describe("serial ports", () => {
  it("hand on what the guest sends, by port and in order", () => {
    const seen: string[] = [];
    const onSerial = (port: 0 | 1, bytes: Uint8Array): void =>
      void seen.push(`${port}:${String.fromCharCode(...bytes)}`);
    machineWith(new Code().out(0x3f8, 0x61).out(0x2f8, 0x78).out(0x3f8, 0x62).exit(0), { onSerial }).run();
    expect(seen).toEqual(["0:ab", "1:x"]);
  });

  /** Echoes COM1 by polling until it reads "q", then ends with the number of polls in AL's place. */
  function echo(): Code {
    // 1: inc ecx; mov dx, 3fd; in al, dx; test al, 1; jz 1b; mov dx, 3f8; in al, dx; out dx, al; cmp al, 'q'; jne 1b
    return new Code().hex("31c9 41 66bafd03 ec a801 74f6 66baf803 ec ee 3c71 75ec").exit(0);
  }

  it("take input, which is recorded with its moment and repeats exactly", () => {
    const runWith = (replay: readonly InputRecord[], typed: boolean): { sent: string; machine: Machine } => {
      let sent = "";
      const onSerial = (_: 0 | 1, bytes: Uint8Array): void => void (sent += String.fromCharCode(...bytes));
      const machine = machineWith(echo(), { onSerial, replay });
      for (const [i, character] of [..."abq"].entries()) {
        machine.run({ instructions: 1000 + i });
        if (typed) machine.serialInput(0, Uint8Array.of(character.charCodeAt(0)));
      }
      machine.run({ instructions: 1_000_000 });
      return { sent, machine };
    };
    const first = runWith([], true);
    expect(first.sent).toBe("abq");
    expect(first.machine.inputs.map((record) => record.instructions)).toEqual([1000, 2001, 3003]);
    const second = runWith(first.machine.inputs, false);
    expect(second.sent).toBe("abq");
    expect(second.machine.instructions).toBe(first.machine.instructions);
    expect(second.machine.registers.get("ecx")).toBe(first.machine.registers.get("ecx"));
    expect(second.machine.inputs).toEqual(first.machine.inputs);
  });

  it("wake a halted guest that listens, and say so before", () => {
    const code = new Code().loadTables().programPics(0xef).out(0x3fc, 8).out(0x3f9, 1).hex("fb f4 ebfd");
    const handler = code.here;
    const machine = machineWith(code.exit(5));
    descriptorTables(machine, { 0x24: handler });
    expect(machine.run()).toEqual({ kind: "halted", interruptible: true });
    machine.serialInput(0, Uint8Array.of(0x21));
    expect(machine.run()).toEqual({ kind: "exit", value: 5 });
  });
});
