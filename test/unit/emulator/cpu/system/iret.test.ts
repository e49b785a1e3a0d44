import { beforeEach, describe, expect, it } from "vitest";
import { Flag, Gpr, Seg } from "../../../../../emulator/base/arch";
import { S } from "../../../../../emulator/base/layout";
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
  INSN_EIP,
  OWN,
  READ_ONLY,
  STACKS,
} from "./bench";

const TO = 0x00700010;
const FLAGS = Flag.Fixed1 | Flag.If;

let m: Bench;
beforeEach(() => {
  m = new Bench();
});

/** A frame for a return to another ring. */
function outerFrame(cs: number, ss: number, eflags = FLAGS, eip = TO): void {
  m.push(ss, 0x00016f00, eflags, cs, eip);
}

describe("IRET to the same ring", () => {
  it("pops EIP, CS and EFLAGS", () => {
    m.push(FLAGS | Flag.Cf, CODE0, TO);
    m.ok(m.run(SystemOp.Iret, 4));
    expect([m.eip, m.selector(Seg.Cs), m.state.eflags(), m.esp]).toEqual([TO, CODE0, FLAGS | Flag.Cf, STACKS[0]]);
  });

  it("pops words with operand size 2 and leaves the high flags", () => {
    m.state.setEflags(Flag.Fixed1 | Flag.Ac);
    m.push((CODE0 << 16) | 0x4321);
    m.state.setGpr(Gpr.Esp, m.esp - 2);
    m.memory.physical.write16(m.esp, 0x4321);
    m.memory.physical.write16(m.esp + 2, CODE0);
    m.memory.physical.write16(m.esp + 4, FLAGS);
    m.ok(m.run(SystemOp.Iret, 2));
    expect(m.eip).toBe(0x4321);
    expect(m.state.eflags()).toBe(FLAGS | Flag.Ac);
  });

  it("keeps IF and IOPL in ring 3 without IOPL", () => {
    m.ring(3);
    m.state.setEflags(FLAGS);
    m.push(Flag.Iopl | Flag.Cf, CODE3, TO);
    m.ok(m.run(SystemOp.Iret, 4));
    expect(m.state.eflags()).toBe(FLAGS | Flag.Cf);
  });

  it("changes IF but not IOPL in ring 1 with IOPL 1", () => {
    m.ring(1);
    m.state.setEflags(FLAGS | (1 << 12));
    m.push(Flag.Iopl, CODE1, TO);
    m.ok(m.run(SystemOp.Iret, 4));
    expect(m.state.eflags()).toBe(Flag.Fixed1 | (1 << 12));
  });

  it("takes conforming code of a more privileged DPL", () => {
    m.ring(3);
    m.define(OWN, descriptor(CONFORMING, { dpl: 0 }));
    m.push(FLAGS, OWN | 3, TO);
    m.ok(m.run(SystemOp.Iret, 4));
    expect(m.selector(Seg.Cs)).toBe(OWN | 3);
  });
});

describe("IRET to an outer ring", () => {
  it("loads SS:ESP and CPL", () => {
    outerFrame(CODE1, DATA1);
    m.ok(m.run(SystemOp.Iret, 4));
    expect([m.cpl, m.eip, m.selector(Seg.Cs), m.selector(Seg.Ss), m.esp]).toEqual([1, TO, CODE1, DATA1, 0x16f00]);
  });

  it("lets ring 0 set IOPL on its way out", () => {
    outerFrame(CODE1, DATA1, FLAGS | (1 << 12));
    m.ok(m.run(SystemOp.Iret, 4));
    expect(m.state.eflags() & Flag.Iopl).toBe(1 << 12);
  });

  it("empties data segments that the new ring may not use, and keeps the others", () => {
    m.define(OWN, descriptor(CONFORMING, { dpl: 0 }));
    m.cache(Seg.Fs, OWN);
    m.cache(Seg.Gs, DATA3);
    m.cache(Seg.Es, DATA1);
    outerFrame(CODE3, DATA3);
    m.ok(m.run(SystemOp.Iret, 4));
    expect([Seg.Ds, Seg.Es, Seg.Fs, Seg.Gs].map((seg) => m.selector(seg))).toEqual([0, 0, OWN, DATA3]);
    expect([Seg.Ds, Seg.Es, Seg.Fs, Seg.Gs].map((seg) => m.valid(seg))).toEqual([false, false, true, true]);
  });

  it("reports the transfer", () => {
    const seen: Transfer[] = [];
    m.system.onTransfer = (transfer) => seen.push(transfer);
    outerFrame(CODE3, DATA3);
    m.ok(m.run(SystemOp.Iret, 4));
    expect(seen).toEqual([{ kind: "iret", vector: -1, fromCpl: 0, toCpl: 3, fromEip: INSN_EIP, toEip: TO }]);
  });

  it.each([
    ["null", 0, undefined, "#GP(0)"],
    ["null with RPL 3", 3, undefined, "#GP(0)"],
    ["beyond the GDT", 0x103, undefined, "#GP(0x100)"],
    ["of another RPL than CS", DATA3 & ~3, undefined, "#GP(0x30)"],
    ["read-only", OWN | 3, descriptor(READ_ONLY, { dpl: 3 }), "#GP(0x48)"],
    ["of another DPL than the new CPL", DATA0 | 3, undefined, "#GP(0x10)"],
    ["not present", OWN | 3, descriptor(DATA, { dpl: 3, present: false }), "#NP(0x48)"],
  ] as const)("refuses an SS that is %s", (_, ss, entry, expected) => {
    if (entry) m.define(ss, [...entry]);
    outerFrame(CODE3, ss);
    m.faults(expected, SystemOp.Iret, 4);
  });

  it("refuses an EIP beyond the segment's limit", () => {
    m.define(OWN, descriptor(CODE, { dpl: 3, limit: 0xfff, granular: false }));
    outerFrame(OWN | 3, DATA3);
    m.faults("#GP(0)", SystemOp.Iret, 4);
  });
});

describe("IRET refuses", () => {
  it.each([
    ["a null CS", 0, undefined, "#GP(0)"],
    ["a CS beyond the GDT", 0x100, undefined, "#GP(0x100)"],
    ["data", DATA0, undefined, "#GP(0x10)"],
    ["code of another DPL than its RPL", CODE3 & ~3, undefined, "#GP(0x28)"],
    ["conforming code of a DPL above its RPL", OWN, descriptor(CONFORMING, { dpl: 3 }), "#GP(0x48)"],
    ["code that is not present", OWN, descriptor(CODE, { present: false }), "#NP(0x48)"],
  ] as const)("%s", (_, cs, entry, expected) => {
    if (entry) m.define(cs, [...entry]);
    m.push(FLAGS, cs, TO);
    m.faults(expected, SystemOp.Iret, 4);
  });

  it("a return to an inner ring", () => {
    m.ring(3).push(FLAGS, CODE0, TO);
    m.faults("#GP(0x8)", SystemOp.Iret, 4);
  });

  it("a frame beyond the stack's limit", () => {
    m.define(OWN, descriptor(DATA, { limit: 0x1009, granular: false }));
    m.cache(Seg.Ss, OWN);
    m.state.setGpr(Gpr.Esp, 0x1000);
    m.faults("#SS(0)", SystemOp.Iret, 4);
  });

  it("virtual-8086 mode, which this machine does not have", () => {
    m.push(FLAGS | Flag.Vm, CODE0, TO);
    m.faults("#GP(0)", SystemOp.Iret, 4);
  });
});

describe("a round trip", () => {
  it("INT from ring 3 and IRET restore everything", () => {
    m.gate(0x80, [((CODE0 << 16) | 0x100) >>> 0, 0xef00]);
    m.ring(3);
    m.state.setEflags(FLAGS | Flag.Zf);
    const before = [m.eip, m.esp, m.cpl, m.selector(Seg.Cs), m.selector(Seg.Ss), m.selector(Seg.Ds), m.state.eflags()];
    m.ok(m.run(SystemOp.Int, 0x80));
    expect(m.cpl).toBe(0);
    m.ok(m.run(SystemOp.Iret, 4));
    const after = [m.eip, m.esp, m.cpl, m.selector(Seg.Cs), m.selector(Seg.Ss), m.selector(Seg.Ds), m.state.eflags()];
    expect(after).toEqual(before);
    expect(m.state.get(S.Fault)).toBe(0);
  });
});
