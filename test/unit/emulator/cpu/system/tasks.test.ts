import { beforeEach, describe, expect, it } from "vitest";
import { Cr0, Desc, Flag, Gpr, Seg, SysType, Vector } from "../../../../../emulator/base/arch";
import { S } from "../../../../../emulator/base/layout";
import { SystemOp } from "../../../../../emulator/isa/system-ops";
import {
  Bench,
  CODE0,
  CODE3,
  DATA0,
  DATA3,
  descriptor,
  EIP,
  gate,
  INSN_EIP,
  LDT,
  OWN,
  STACKS,
  TSS,
  TSS_BASE,
} from "./bench";

const NEW_TSS = OWN;
const TASK_GATE = OWN + 8;
const NEW_BASE = 0x6000;
const NEW_EIP = 0x00900000;
const NEW_ESP = 0x9000;

let m: Bench;
beforeEach(() => {
  m = new Bench();
  m.state.setEflags(Flag.Fixed1 | Flag.If | Flag.Cf);
  m.define(NEW_TSS, descriptor(SysType.Tss32 << 8, { base: NEW_BASE, limit: 0x67, granular: false, dpl: 3 }));
  m.define(TASK_GATE, gate(SysType.TaskGate, NEW_TSS, 0, 3));
  for (let at = 0; at < 8; at++) field(40 + at * 4, 0x100 + at);
  field(32, NEW_EIP);
  field(36, Flag.Fixed1);
  field(56, NEW_ESP);
  [DATA0, CODE0, DATA0, DATA0, 0, 0].forEach((selector, at) => field(72 + at * 4, selector));
  field(96, LDT);
});

function field(at: number, value: number): void {
  m.memory.physical.write32(NEW_BASE + at, value);
}

function saved(at: number): number {
  return m.memory.physical.read32(TSS_BASE + at);
}

const isBusy = (selector: number): boolean => ((m.highOf(selector) >>> 8) & 0xf) === SysType.Tss32Busy;

describe("JMP to a TSS", () => {
  it("loads the new task's registers, segments and LDT", () => {
    m.ok(m.run(SystemOp.JmpFar32, NEW_TSS, 0));
    expect([m.eip, m.esp, m.state.gpr(Gpr.Eax), m.state.gpr(Gpr.Edi)]).toEqual([NEW_EIP, NEW_ESP, 0x100, 0x107]);
    expect([m.selector(Seg.Cs), m.selector(Seg.Ss), m.selector(Seg.Ldtr)]).toEqual([CODE0, DATA0, LDT]);
    expect([m.valid(Seg.Ds), m.valid(Seg.Fs), m.valid(Seg.Ldtr)]).toEqual([true, false, true]);
    expect(m.selector(Seg.Tr)).toBe(NEW_TSS);
  });

  it("saves the old task with the next EIP and clears its busy bit", () => {
    m.state.setGpr(Gpr.Ebx, 0xb0b);
    m.ok(m.run(SystemOp.JmpFar32, NEW_TSS, 0));
    expect([saved(32), saved(52), saved(56), saved(76)]).toEqual([EIP, 0xb0b, STACKS[0], CODE0]);
    expect(saved(36)).toBe(Flag.Fixed1 | Flag.If | Flag.Cf);
    expect([isBusy(TSS), isBusy(NEW_TSS)]).toEqual([false, true]);
  });

  it("sets CR0.TS and leaves NT clear", () => {
    m.ok(m.run(SystemOp.JmpFar32, NEW_TSS, 0));
    expect(m.state.get(S.Cr0) & Cr0.Ts).toBe(Cr0.Ts);
    expect(m.state.eflags() & Flag.Nt).toBe(0);
  });

  it("changes the ring to that of the new CS", () => {
    field(76, CODE3);
    for (const at of [72, 80, 84]) field(at, DATA3);
    m.ok(m.run(SystemOp.JmpFar32, NEW_TSS, 0));
    expect(m.cpl).toBe(3);
  });

  it.each([
    ["that is busy", descriptor(SysType.Tss32Busy << 8), "#GP(0x48)"],
    ["that is not present", descriptor(SysType.Tss32 << 8, { present: false }), "#NP(0x48)"],
    ["with a limit of 0x66", descriptor(SysType.Tss32 << 8, { limit: 0x66, granular: false }), "#TS(0x48)"],
  ] as const)("refuses a TSS %s", (_, entry, expected) => {
    m.define(NEW_TSS, [...entry]);
    m.faults(expected, SystemOp.JmpFar32, NEW_TSS, 0);
  });

  it("refuses a TSS whose DPL is below CPL", () => {
    m.define(NEW_TSS, descriptor(SysType.Tss32 << 8, { base: NEW_BASE }));
    m.ring(3).faults("#GP(0x48)", SystemOp.JmpFar32, NEW_TSS | 3, 0);
  });
});

describe("faults of the new task", () => {
  it.each([
    ["a bad CS", 76, DATA0, "#TS(0x10)"],
    ["a null CS", 76, 0, "#TS(0)"],
    ["a null SS", 80, 0, "#TS(0)"],
    ["an SS of another ring", 80, DATA3, "#TS(0x30)"],
    ["a DS that is code beyond reach", 84, 0x100, "#TS(0x100)"],
    ["an LDT that is none", 96, DATA0, "#TS(0x10)"],
  ] as const)("%s", (_, at, selector, expected) => {
    field(at, selector);
    expect(m.run(SystemOp.JmpFar32, NEW_TSS, 0)).toBe(1);
    expect(m.fault()).toBe(expected);
    expect([m.selector(Seg.Tr), m.eip, m.state.get(S.InsnEip)]).toEqual([NEW_TSS, NEW_EIP, NEW_EIP]);
  });

  it("the T flag raises #DB with DR6.BT", () => {
    field(100, 1);
    expect(m.run(SystemOp.JmpFar32, NEW_TSS, 0)).toBe(1);
    expect(m.fault()).toBe("#DB");
    expect(m.state.get(S.Dr + 24) & (1 << 15)).toBe(1 << 15);
  });
});

describe("CALL to a task and its IRET", () => {
  it("links the new task to the old one and sets NT; both are busy", () => {
    m.ok(m.run(SystemOp.CallFar32, TASK_GATE, 0));
    expect(m.memory.physical.read16(NEW_BASE)).toBe(TSS);
    expect(m.state.eflags() & Flag.Nt).toBe(Flag.Nt);
    expect([isBusy(TSS), isBusy(NEW_TSS)]).toEqual([true, true]);
  });

  it("IRET goes back, clears the task's busy bit and its saved NT", () => {
    m.ok(m.run(SystemOp.CallFar32, TASK_GATE, 0));
    m.ok(m.run(SystemOp.Iret, 4));
    expect([m.selector(Seg.Tr), m.eip, m.esp]).toEqual([TSS, EIP, STACKS[0]]);
    expect([isBusy(TSS), isBusy(NEW_TSS)]).toEqual([true, false]);
    expect(m.memory.physical.read32(NEW_BASE + 36) & Flag.Nt).toBe(0);
    expect(m.state.eflags()).toBe(Flag.Fixed1 | Flag.If | Flag.Cf);
  });

  it("IRET to a task that is not busy is #TS", () => {
    m.memory.physical.write16(TSS_BASE, NEW_TSS);
    m.state.setEflags(Flag.Nt);
    m.faults("#TS(0x48)", SystemOp.Iret, 4);
  });

  it("IRET through an LDT selector is #TS", () => {
    m.memory.physical.write16(TSS_BASE, 0x0c);
    m.state.setEflags(Flag.Nt);
    m.faults("#TS(0xc)", SystemOp.Iret, 4);
  });
});

describe("an exception through a task gate", () => {
  it("pushes the error code on the new task's stack and saves the EIP of the instruction", () => {
    m.gate(Vector.Gp, gate(SysType.TaskGate, NEW_TSS, 0));
    m.state.raise(Vector.Gp, 0x1234);
    expect(m.system.deliverFault()).toBe(true);
    expect([m.eip, m.esp, m.stack(1)[0]]).toEqual([NEW_EIP, NEW_ESP - 4, 0x1234]);
    expect(saved(32)).toBe(INSN_EIP);
    expect(m.state.eflags() & Flag.Nt).toBe(Flag.Nt);
  });

  it("of a busy TSS becomes #GP, then #DF", () => {
    m.define(NEW_TSS, descriptor(SysType.Tss32Busy << 8, { base: NEW_BASE }));
    m.gate(Vector.Gp, gate(SysType.TaskGate, NEW_TSS, 0));
    m.state.raise(Vector.Gp, 0);
    expect(m.system.deliverFault()).toBe(true);
    expect(m.stack(1)).toEqual([0]);
    expect(m.state.get(S.Eip) & 0xfff).toBe(0x2b4);
  });
});

describe("a 16-bit TSS", () => {
  it("takes and saves 16-bit registers", () => {
    m.define(NEW_TSS, descriptor(SysType.Tss16 << 8, { base: NEW_BASE, limit: 0x2b, granular: false }));
    for (let at = 0; at < 0x2c; at += 2) m.memory.physical.write16(NEW_BASE + at, 0);
    m.memory.physical.write16(NEW_BASE + 14, 0x1234);
    m.memory.physical.write16(NEW_BASE + 26, 0x8000);
    [DATA0, CODE0, DATA0, DATA0].forEach((selector, at) => m.memory.physical.write16(NEW_BASE + 34 + at * 2, selector));
    m.ok(m.run(SystemOp.CallFar32, NEW_TSS, 0));
    expect([m.eip, m.esp & 0xffff, m.selector(Seg.Cs)]).toEqual([0x1234, 0x8000, CODE0]);
    m.state.setGpr(Gpr.Eax, 0x5555aaaa);
    m.ok(m.run(SystemOp.Iret, 4));
    expect(m.memory.physical.read16(NEW_BASE + 18)).toBe(0xaaaa);
    expect(m.eip).toBe(EIP);
  });
});

it("a descriptor of the new task gets its accessed bit", () => {
  m.ok(m.run(SystemOp.JmpFar32, NEW_TSS, 0));
  expect(m.highOf(DATA0) & Desc.Accessed).toBe(Desc.Accessed);
});
