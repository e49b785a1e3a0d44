import { describe, expect, it } from "vitest";
import { MachineError, ProbeRegister } from "../../../../emulator/index";
import { PROBE_REGISTERS } from "../../../../emulator/machine/api";
import { Code, machineWith, START } from "./guest-code";

/** inc eax; jmp back: EAX counts rounds of two instructions. */
const counting = (): Code => new Code().hex("b800000000 40 ebfd");
const INC = START + 5;
const JMP = START + 6;

describe("Machine.run", () => {
  it("retires exactly as many instructions as asked, in one go or in pieces", () => {
    const whole = machineWith(counting());
    expect(whole.run({ instructions: 100_001 })).toEqual({ kind: "count" });
    const pieces = machineWith(counting());
    for (const instructions of [1, 2, 3, 4994, 95_001]) pieces.run({ instructions });
    expect([whole.instructions, pieces.instructions]).toEqual([100_001, 100_001]);
    expect([whole.registers.get("eax"), pieces.registers.get("eax")]).toEqual([50_000, 50_000]);
    expect([whole.pc, pieces.pc]).toEqual([INC, INC]);
  });

  it("starts in the state that multiboot asks for", () => {
    const machine = machineWith(counting());
    const { registers } = machine;
    expect(registers.get("eax")).toBe(0x2badb002);
    expect(machine.memory.readDword(registers.get("ebx"))).toBe(0x24d);
    expect([machine.pc, machine.cpl, registers.get("eflags")]).toEqual([START, 0, 2]);
    expect(registers.get("cr0") & 0x80000001).toBe(1);
    expect([machine.segment("cs"), machine.segment("ds")]).toMatchObject([
      { base: 0, limit: 0xffffffff, valid: true },
      { base: 0, limit: 0xffffffff, valid: true },
    ]);
  });

  it("ends with the byte written to the debug-exit port, and stays ended", () => {
    const machine = machineWith(new Code().exit(7));
    expect(machine.run()).toEqual({ kind: "exit", value: 7 });
    expect(machine.instructions).toBe(2);
    expect(machine.run()).toEqual({ kind: "exit", value: 7 });
    expect(machine.instructions).toBe(2);
  });

  it("ends with the chain of faults after a triple fault", () => {
    const machine = machineWith(new Code().hex("90 0f0b"));
    const stop = machine.run();
    if (stop.kind !== "triple-fault") throw new Error(stop.kind);
    expect(stop.chain.length).toBeGreaterThanOrEqual(3);
    expect(stop.chain[0]?.eip).toBe(START + 1);
    expect(machine.run()).toBe(stop);
  });
});

describe("Machine.step", () => {
  it("retires one instruction", () => {
    const machine = machineWith(counting());
    expect(machine.step()).toEqual({ kind: "count" });
    expect([machine.pc, machine.instructions]).toEqual([INC, 1]);
  });

  it("ignores a breakpoint at its start and reports one at its end", () => {
    const machine = machineWith(counting());
    machine.setBreakpoint(START);
    machine.setBreakpoint(INC);
    expect(machine.step()).toEqual({ kind: "breakpoint", linear: INC });
    expect(machine.step()).toEqual({ kind: "count" });
  });
});

describe("breakpoints", () => {
  it("stop before their instruction, and the next run passes over it", () => {
    const machine = machineWith(counting());
    machine.setBreakpoint(JMP);
    for (const eax of [1, 2, 3]) {
      expect(machine.run()).toEqual({ kind: "breakpoint", linear: JMP });
      expect(machine.registers.get("eax")).toBe(eax);
    }
  });

  it("are not missed when a count ends just before them", () => {
    const machine = machineWith(counting());
    machine.setBreakpoint(JMP);
    expect(machine.run({ instructions: 2 })).toEqual({ kind: "breakpoint", linear: JMP });
    expect(machine.run({ instructions: 2 })).toEqual({ kind: "breakpoint", linear: JMP });
    expect(machine.registers.get("eax")).toBe(2);
  });

  it("do not stop the run that begins on them", () => {
    const machine = machineWith(counting());
    machine.setBreakpoint(START);
    expect(machine.run({ instructions: 10 })).toEqual({ kind: "count" });
  });

  it("stop only where their condition holds", () => {
    const machine = machineWith(counting());
    machine.setBreakpoint(JMP, { stops: (at) => at.registers.get("eax") === 1000 });
    expect(machine.run()).toEqual({ kind: "breakpoint", linear: JMP });
    expect(machine.registers.get("eax")).toBe(1000);
  });

  it("are gone when cleared", () => {
    const machine = machineWith(counting());
    machine.setBreakpoint(JMP);
    machine.run();
    machine.clearBreakpoint(JMP);
    expect(machine.run({ instructions: 1000 })).toEqual({ kind: "count" });
  });

  it("leave the count of instructions as it is without them", () => {
    const machine = machineWith(counting());
    machine.setBreakpoint(JMP, { stops: () => false });
    machine.run({ instructions: 5001 });
    const plain = machineWith(counting());
    plain.run({ instructions: 5001 });
    expect([machine.instructions, machine.registers.get("eax")]).toEqual([5001, plain.registers.get("eax")]);
  });
});

describe("trace points", () => {
  it("are told each time, in place, and never stop", () => {
    const machine = machineWith(counting());
    const seen: number[] = [];
    machine.onProbe(JMP, (at) => seen.push(at.registers.get("eax")));
    expect(machine.run({ instructions: 9 })).toEqual({ kind: "count" });
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("share an address with a breakpoint and with each other, of one listener too", () => {
    const machine = machineWith(counting());
    let hits = 0;
    const hit = (): void => void hits++;
    const first = machine.onProbe(JMP, hit);
    machine.onProbe(JMP, hit);
    machine.setBreakpoint(JMP);
    machine.run();
    first.dispose();
    machine.run();
    machine.clearBreakpoint(JMP);
    machine.run({ instructions: 2 });
    expect(hits).toBe(4);
  });
});

describe("the debugger's registers", () => {
  it("can be written where a debugger may, and the guest sees it", () => {
    const machine = machineWith(counting());
    machine.run({ instructions: 2 });
    machine.registers.set("eax", 0x80000000);
    machine.registers.set("eflags", 0x8d7);
    expect(machine.registers.get("eflags")).toBe(0x8d7);
    machine.registers.set("eip", INC);
    machine.step();
    expect(machine.registers.get("eax")).toBe(0x80000001);
  });

  it("retires whole instructions, whatever count is asked for", () => {
    const machine = machineWith(counting());
    expect(machine.run({ instructions: 2.5 })).toEqual({ kind: "count" });
    expect(machine.instructions).toBe(2);
  });

  it("has no reserved flags and no virtual-8086 mode, whatever is written", () => {
    const machine = machineWith(counting());
    machine.registers.set("eflags", 0xffffffff);
    expect(machine.registers.get("eflags")).toBe(0x257fd7);
  });

  it("refuse a write of any other", () => {
    const machine = machineWith(counting());
    const write = (): void => machine.registers.set("cr3" as "eax", 0);
    expect(write).toThrow(new MachineError("register-read-only", { register: "cr3" }));
  });

  it("are numbered for probes as the bytecode numbers them", () => {
    const first = [ProbeRegister.Eax, ProbeRegister.Edi, ProbeRegister.Eip, ProbeRegister.Eflags, ProbeRegister.Es];
    const second = [ProbeRegister.Gs, ProbeRegister.Cr0, ProbeRegister.Cr2, ProbeRegister.Cr4, ProbeRegister.Cpl];
    expect(first.map((index) => PROBE_REGISTERS[index])).toEqual(["eax", "edi", "eip", "eflags", "es"]);
    expect(second.map((index) => PROBE_REGISTERS[index])).toEqual(["gs", "cr0", "cr2", "cr4", "cpl"]);
    expect(PROBE_REGISTERS).toHaveLength(21);
  });
});

describe("Machine", () => {
  it.each([0, 1 << 16, (1 << 20) + 4096, 2 ** 31])("refuses %i bytes of memory", (memoryBytes) => {
    expect(() => machineWith(counting(), { memoryBytes })).toThrow(
      new MachineError("memory-size", { memory: memoryBytes }),
    );
  });
});
