import { beforeEach, describe, expect, it } from "vitest";
import { Flag, SysType } from "../../../../../emulator/base/arch";
import { S } from "../../../../../emulator/base/layout";
import { SystemOp } from "../../../../../emulator/isa/system-ops";
import { Bench, CODE, CONFORMING, DATA, descriptor, EXECUTE_ONLY, gate, OWN, READ_ONLY } from "./bench";

let m: Bench;
beforeEach(() => {
  m = new Bench();
});

const zf = (): boolean => (m.state.eflags() & Flag.Zf) !== 0;

describe("LAR", () => {
  it("shows the rights and sets ZF", () => {
    m.define(OWN, descriptor(DATA, { base: 0xffffffff, dpl: 3 }));
    m.ok(m.run(SystemOp.Lar, OWN));
    expect([zf(), m.state.get(S.Scratch + 4), m.state.get(S.Scratch)]).toEqual([true, 1, 0x00c0f200]);
  });

  it("shows a segment that is not present", () => {
    m.define(OWN, descriptor(DATA, { present: false }));
    m.ok(m.run(SystemOp.Lar, OWN));
    expect(zf()).toBe(true);
  });

  it("leaves the other flags", () => {
    m.state.setEflags(Flag.Cf | Flag.Sf | Flag.Of);
    m.ok(m.run(SystemOp.Lar, 0));
    expect(m.state.eflags()).toBe(Flag.Cf | Flag.Sf | Flag.Of | Flag.Fixed1);
  });

  it.each([
    ["an LDT", SysType.Ldt, true, true],
    ["a call gate", SysType.CallGate32, true, false],
    ["a task gate", SysType.TaskGate, true, false],
    ["an interrupt gate", SysType.InterruptGate32, false, false],
    ["a busy TSS", SysType.Tss32Busy, true, true],
  ])("and LSL on %s", (_, type, lar, lsl) => {
    m.define(OWN, gate(type, 0, 0));
    m.ok(m.run(SystemOp.Lar, OWN));
    expect(zf()).toBe(lar);
    m.ok(m.run(SystemOp.Lsl, OWN));
    expect(zf()).toBe(lsl);
  });
});

describe("LSL", () => {
  it("gives the limit in bytes", () => {
    m.define(OWN, descriptor(DATA, { limit: 0xf67ff }));
    m.ok(m.run(SystemOp.Lsl, OWN));
    expect(m.state.get(S.Scratch)).toBe(0xf67fffff);
  });
});

describe("ZF is clear", () => {
  it.each([
    ["LAR of null", SystemOp.Lar, 0, undefined],
    ["LSL beyond the GDT", SystemOp.Lsl, 0x100, undefined],
    ["LAR of an RPL above DPL", SystemOp.Lar, OWN | 3, descriptor(DATA)],
    ["VERR of execute-only code", SystemOp.Verr, OWN, descriptor(EXECUTE_ONLY)],
    ["VERR of code of DPL 0 with RPL 3", SystemOp.Verr, OWN | 3, descriptor(CODE)],
    ["VERW of read-only data", SystemOp.Verw, OWN, descriptor(READ_ONLY)],
    ["VERW of code", SystemOp.Verw, OWN, descriptor(CODE)],
    ["VERR of a TSS", SystemOp.Verr, OWN, descriptor(SysType.Tss32 << 8)],
  ] as const)("for %s", (_, op, selector, entry) => {
    if (entry) m.define(selector, [...entry]);
    m.state.setEflags(Flag.Zf);
    m.ok(m.run(op, selector));
    expect(zf()).toBe(false);
  });
});

describe("ZF is set", () => {
  it.each([
    ["VERR of read-only data", SystemOp.Verr, OWN, descriptor(READ_ONLY)],
    ["VERR of conforming code in any ring", SystemOp.Verr, OWN | 3, descriptor(CONFORMING)],
    ["VERW of data", SystemOp.Verw, OWN, descriptor(DATA)],
    ["VERW of data that is not present", SystemOp.Verw, OWN, descriptor(DATA, { present: false })],
  ] as const)("for %s", (_, op, selector, entry) => {
    m.define(selector, [...entry]);
    m.ok(m.run(op, selector));
    expect(zf()).toBe(true);
  });
});
