import { beforeEach, describe, expect, it } from "vitest";
import { Gpr, Seg, SysType } from "../../../../../emulator/base/arch";
import type { Transfer } from "../../../../../emulator/cpu/wiring";
import { SystemOp } from "../../../../../emulator/isa/system-ops";
import {
  Bench,
  CODE,
  CODE0,
  CODE1,
  CODE3,
  CONFORMING,
  DATA,
  DATA0,
  DATA1,
  DATA3,
  descriptor,
  EIP,
  gate,
  INSN_EIP,
  LDT,
  OWN,
  STACKS,
} from "./bench";

const TO = 0x00700010;
const GATE = OWN;
const OTHER = OWN + 8;

let m: Bench;
beforeEach(() => {
  m = new Bench();
});

/** Code-segment targets that JMP and CALL refuse alike. */
const REFUSED = [
  ["null", 0, undefined, "#GP(0)"],
  ["beyond the GDT", 0x100, undefined, "#GP(0x100)"],
  ["data", DATA0, undefined, "#GP(0x10)"],
  ["an LDT", LDT, undefined, "#GP(0x40)"],
  ["of another DPL", CODE3 & ~3, undefined, "#GP(0x28)"],
  ["of an RPL above CPL", CODE0 | 3, undefined, "#GP(0x8)"],
  ["conforming with a DPL above CPL", OWN, descriptor(CONFORMING, { dpl: 1 }), "#GP(0x48)"],
  ["not present", OWN, descriptor(CODE, { present: false }), "#NP(0x48)"],
  ["shorter than the offset", OWN, descriptor(CODE, { limit: 0xfff, granular: false }), "#GP(0)"],
] as const;

describe("JMP far", () => {
  it("loads CS and EIP", () => {
    m.define(OWN, descriptor(CODE));
    m.ok(m.run(SystemOp.JmpFar32, OWN, TO));
    expect([m.eip, m.selector(Seg.Cs), m.esp]).toEqual([TO, OWN, STACKS[0]]);
  });

  it("to conforming code keeps CPL, in the selector too", () => {
    m.ring(3).define(OWN, descriptor(CONFORMING));
    m.ok(m.run(SystemOp.JmpFar32, OWN, TO));
    expect([m.cpl, m.selector(Seg.Cs)]).toEqual([3, OWN | 3]);
  });

  it("goes through a call gate in the same ring", () => {
    m.define(GATE, gate(SysType.CallGate32, CODE0, TO));
    m.ok(m.run(SystemOp.JmpFar32, GATE, 0x1234));
    expect([m.eip, m.selector(Seg.Cs)]).toEqual([TO, CODE0]);
  });

  it("does not go through a call gate to an inner ring", () => {
    m.define(GATE, gate(SysType.CallGate32, CODE0, TO, 3));
    m.ring(3).faults("#GP(0x8)", SystemOp.JmpFar32, GATE | 3, 0);
  });

  it.each(REFUSED)("refuses a selector that is %s", (_, selector, entry, expected) => {
    if (entry) m.define(selector, [...entry]);
    m.faults(expected, SystemOp.JmpFar32, selector, TO);
  });
});

describe("CALL far", () => {
  it("pushes CS and the next EIP", () => {
    m.define(OWN, descriptor(CODE));
    m.ok(m.run(SystemOp.CallFar32, OWN, TO));
    expect(m.stack(2)).toEqual([EIP, CODE0]);
    expect([m.eip, m.selector(Seg.Cs)]).toEqual([TO, OWN]);
  });

  it("pushes words with operand size 2", () => {
    m.ok(m.run(SystemOp.CallFar16, CODE0, 0x1234));
    expect(m.stack16(2)).toEqual([EIP & 0xffff, CODE0]);
    expect(m.esp).toBe((STACKS[0] ?? 0) - 4);
  });

  it.each(REFUSED)("refuses a selector that is %s", (_, selector, entry, expected) => {
    if (entry) m.define(selector, [...entry]);
    m.faults(expected, SystemOp.CallFar32, selector, TO);
  });

  it("is #SS(0) without room for two words", () => {
    m.define(OWN, descriptor(DATA, { limit: 0xfff, granular: false }));
    m.cache(Seg.Ss, OWN);
    m.state.setGpr(Gpr.Esp, 4);
    m.faults("#SS(0)", SystemOp.CallFar32, CODE0, TO);
  });
});

describe("CALL FAR through a gate to an inner ring", () => {
  beforeEach(() => {
    m.ring(3);
    m.define(GATE, gate(SysType.CallGate32, CODE1, TO, 3));
  });

  it("loads SS:ESP from the TSS and pushes the caller's stack and address", () => {
    m.ok(m.run(SystemOp.CallFar32, GATE | 3, 0));
    expect([m.cpl, m.eip, m.selector(Seg.Cs), m.selector(Seg.Ss)]).toEqual([1, TO, CODE1, DATA1]);
    expect(m.esp).toBe((STACKS[1] ?? 0) - 16);
    expect(m.stack(4)).toEqual([EIP, CODE3, STACKS[3], DATA3]);
  });

  it("copies the parameters in order", () => {
    m.define(GATE, gate(SysType.CallGate32, CODE1, TO, 3, true, 3));
    m.push(0x333, 0x222, 0x111);
    m.ok(m.run(SystemOp.CallFar32, GATE | 3, 0));
    expect(m.stack(7)).toEqual([EIP, CODE3, 0x111, 0x222, 0x333, (STACKS[3] ?? 0) - 12, DATA3]);
  });

  it("copies words through a 16-bit gate", () => {
    m.define(GATE, gate(SysType.CallGate16, CODE1, 0x4321, 3, true, 1));
    m.push(0x00020001);
    m.ok(m.run(SystemOp.CallFar32, GATE | 3, 0));
    expect(m.eip).toBe(0x4321);
    expect(m.stack16(5)).toEqual([EIP & 0xffff, CODE3, 1, ((STACKS[3] ?? 0) - 4) & 0xffff, DATA3]);
  });

  it("reports the transfer", () => {
    const seen: Transfer[] = [];
    m.system.onTransfer = (transfer) => seen.push(transfer);
    m.ok(m.run(SystemOp.CallFar32, GATE | 3, 0));
    expect(seen).toEqual([{ kind: "call", vector: -1, fromCpl: 3, toCpl: 1, fromEip: INSN_EIP, toEip: TO }]);
  });

  it("to conforming code stays on its stack", () => {
    m.define(OTHER, descriptor(CONFORMING));
    m.define(GATE, gate(SysType.CallGate32, OTHER, TO, 3));
    m.ok(m.run(SystemOp.CallFar32, GATE | 3, 0));
    expect([m.cpl, m.selector(Seg.Cs)]).toEqual([3, OTHER | 3]);
    expect(m.stack(2)).toEqual([EIP, CODE3]);
  });

  it.each([
    ["a gate whose DPL is below CPL", gate(SysType.CallGate32, CODE1, TO, 1), "#GP(0x48)"],
    ["a gate that is not present", gate(SysType.CallGate32, CODE1, TO, 3, false), "#NP(0x48)"],
    ["a gate to a null selector", gate(SysType.CallGate32, 0, TO, 3), "#GP(0)"],
    ["a gate to a selector beyond the GDT", gate(SysType.CallGate32, 0x100, TO, 3), "#GP(0x100)"],
    ["a gate to data", gate(SysType.CallGate32, DATA0, TO, 3), "#GP(0x10)"],
  ] as const)("refuses %s", (_, entry, expected) => {
    m.define(GATE, [...entry]);
    m.faults(expected, SystemOp.CallFar32, GATE | 3, 0);
  });

  it("refuses a null inner stack with #TS(0)", () => {
    m.innerStack(1, 0, 0);
    m.faults("#TS(0)", SystemOp.CallFar32, GATE | 3, 0);
  });

  it("refuses an inner stack without room, naming it", () => {
    m.define(OTHER, descriptor(DATA, { dpl: 1, limit: 0xfff, granular: false }));
    m.innerStack(1, OTHER | 1, 12);
    m.faults("#SS(0x50)", SystemOp.CallFar32, GATE | 3, 0);
  });

  it("refuses code that is not present", () => {
    m.define(OTHER, descriptor(CODE, { dpl: 1, present: false }));
    m.define(GATE, gate(SysType.CallGate32, OTHER, TO, 3));
    m.faults("#NP(0x50)", SystemOp.CallFar32, GATE | 3, 0);
  });
});

describe("RET far", () => {
  it("in the same ring releases parameters above the address", () => {
    m.push(1, 2, CODE0, TO);
    m.ok(m.run(SystemOp.RetFar, 4, 8));
    expect([m.eip, m.esp]).toEqual([TO, STACKS[0]]);
  });

  it("to an outer ring releases parameters on both stacks", () => {
    m.push(DATA3, 0x16f00, 0xaaaa, CODE3, TO);
    m.ok(m.run(SystemOp.RetFar, 4, 4));
    expect([m.cpl, m.eip, m.selector(Seg.Ss), m.esp]).toEqual([3, TO, DATA3, 0x16f04]);
  });

  it("to an outer ring empties segments above it", () => {
    m.push(DATA3, 0x16f00, CODE3, TO);
    m.ok(m.run(SystemOp.RetFar, 4, 0));
    expect([m.selector(Seg.Ds), m.valid(Seg.Ds)]).toEqual([0, false]);
  });

  it("reports the transfer", () => {
    const seen: Transfer[] = [];
    m.system.onTransfer = (transfer) => seen.push(transfer);
    m.push(DATA3, 0x16f00, CODE3, TO);
    m.ok(m.run(SystemOp.RetFar, 4, 0));
    expect(seen).toEqual([{ kind: "ret", vector: -1, fromCpl: 0, toCpl: 3, fromEip: INSN_EIP, toEip: TO }]);
  });

  it.each([
    ["a null CS", 0, DATA3, "#GP(0)"],
    ["data", DATA0, DATA3, "#GP(0x10)"],
    ["a null SS", CODE3, 0, "#GP(0)"],
    ["an SS of another RPL", CODE3, DATA0, "#GP(0x10)"],
  ] as const)("refuses %s", (_, cs, ss, expected) => {
    m.push(ss, 0x16f00, cs, TO);
    m.faults(expected, SystemOp.RetFar, 4, 0);
  });

  it("refuses an inner ring", () => {
    m.ring(3).push(CODE0, TO);
    m.faults("#GP(0x8)", SystemOp.RetFar, 4, 0);
  });

  it("returns from a gate call to where it came from", () => {
    m.ring(3).define(GATE, gate(SysType.CallGate32, CODE1, TO, 3));
    m.ok(m.run(SystemOp.CallFar32, GATE | 3, 0));
    m.ok(m.run(SystemOp.RetFar, 4, 0));
    expect([m.cpl, m.eip, m.esp, m.selector(Seg.Cs), m.selector(Seg.Ss)]).toEqual([3, EIP, STACKS[3], CODE3, DATA3]);
  });
});
