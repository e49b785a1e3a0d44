import { beforeEach, describe, expect, it } from "vitest";
import { Desc, Seg, SysType } from "../../../../../emulator/base/arch";
import { S, SegField } from "../../../../../emulator/base/layout";
import { SystemOp } from "../../../../../emulator/isa/system-ops";
import {
  Bench,
  CODE,
  CODE0,
  CONFORMING,
  DATA,
  DATA0,
  DATA1,
  DATA3,
  descriptor,
  EIP,
  EXECUTE_ONLY,
  EXPAND_DOWN,
  LDT,
  LDT_BASE,
  OWN,
  READ_ONLY,
  TSS,
} from "./bench";

let m: Bench;
beforeEach(() => {
  m = new Bench();
});

describe("MOV to DS", () => {
  it("loads base, limit and rights of a byte-granular segment", () => {
    m.define(OWN, descriptor(DATA, { base: 0x12345678, limit: 0xabcde, granular: false }));
    m.ok(m.run(SystemOp.LoadSeg, Seg.Ds, OWN));
    expect(m.state.seg(Seg.Ds, SegField.Base)).toBe(0x12345678);
    expect(m.state.seg(Seg.Ds, SegField.Limit)).toBe(0xabcde);
    expect(m.selector(Seg.Ds)).toBe(OWN);
    expect(m.valid(Seg.Ds)).toBe(true);
  });

  it("scales a page-granular limit by 4 KiB", () => {
    m.define(OWN, descriptor(DATA, { limit: 0xf67ff }));
    m.ok(m.run(SystemOp.LoadSeg, Seg.Ds, OWN));
    expect(m.state.seg(Seg.Ds, SegField.Limit)).toBe(0xf67fffff);
  });

  it("sets the accessed bit in the GDT and in the cache", () => {
    m.define(OWN, descriptor(DATA));
    m.ok(m.run(SystemOp.LoadSeg, Seg.Ds, OWN));
    expect(m.highOf(OWN) & Desc.Accessed).toBe(Desc.Accessed);
    expect(m.state.seg(Seg.Ds, SegField.Rights) & Desc.Accessed).toBe(Desc.Accessed);
  });

  it("takes a null selector and makes the register unusable", () => {
    m.ok(m.run(SystemOp.LoadSeg, Seg.Ds, 3));
    expect(m.selector(Seg.Ds)).toBe(3);
    expect(m.valid(Seg.Ds)).toBe(false);
  });

  it("loads from the LDT that LDTR names", () => {
    m.ok(m.run(SystemOp.Lldt, LDT));
    m.define(0x14, descriptor(DATA, { base: 0x5000 }));
    m.ok(m.run(SystemOp.LoadSeg, Seg.Es, 0x14));
    expect(m.state.seg(Seg.Es, SegField.Base)).toBe(0x5000);
    expect(m.memory.physical.read32(LDT_BASE + 0x14 - 4 + 4) & Desc.Accessed).toBe(Desc.Accessed);
  });

  it("loads readable conforming code whatever its DPL", () => {
    m.ring(3);
    m.define(OWN, descriptor(CONFORMING, { dpl: 0 }));
    m.ok(m.run(SystemOp.LoadSeg, Seg.Ds, OWN | 3));
  });

  it.each([
    ["a selector beyond the GDT", 0x100, undefined, "#GP(0x100)"],
    ["a selector whose last byte is beyond the GDT", 0xf8 + 8, undefined, "#GP(0x100)"],
    ["an LDT selector without an LDT", 0x0c, undefined, "#GP(0xc)"],
    ["a system descriptor", OWN, descriptor(SysType.Ldt << 8), "#GP(0x48)"],
    ["execute-only code", OWN, descriptor(EXECUTE_ONLY), "#GP(0x48)"],
    ["RPL 3 for a DPL-1 segment", OWN | 3, descriptor(DATA, { dpl: 1 }), "#GP(0x48)"],
    ["RPL 1 for non-conforming code of DPL 0", OWN | 1, descriptor(CODE), "#GP(0x48)"],
    ["a segment that is not present", OWN, descriptor(DATA, { present: false }), "#NP(0x48)"],
    ["a bad type before not present", OWN, descriptor(EXECUTE_ONLY, { present: false }), "#GP(0x48)"],
  ] as const)("refuses %s", (_, selector, entry, expected) => {
    if (entry) m.define(selector, [...entry]);
    m.faults(expected, SystemOp.LoadSeg, Seg.Ds, selector);
  });

  it("refuses a DPL-0 segment in ring 3", () => {
    m.ring(3).faults("#GP(0x10)", SystemOp.LoadSeg, Seg.Ds, DATA0);
  });
});

describe("MOV to SS", () => {
  it("loads a writable segment of its CPL and holds off interrupts and single steps for one instruction", () => {
    m.ok(m.run(SystemOp.LoadSeg, Seg.Ss, DATA0));
    expect(m.state.get(S.Inhibit)).not.toBe(0);
    expect(m.system.deliverSingleStep()).toBe(true);
    expect(m.eip).toBe(EIP);
  });

  it("LSS does not hold off interrupts", () => {
    m.ok(m.run(SystemOp.LoadFarPointer, Seg.Ss, DATA0));
    expect(m.state.get(S.Inhibit)).toBe(0);
  });

  it("takes an expand-down segment", () => {
    m.define(OWN, descriptor(EXPAND_DOWN, { limit: 0x10 }));
    m.ok(m.run(SystemOp.LoadSeg, Seg.Ss, OWN));
    expect(m.state.seg(Seg.Ss, SegField.Limit)).toBe(0x10fff);
  });

  it.each([
    ["null", 0, undefined, "#GP(0)"],
    ["an RPL other than CPL", DATA0 | 1, undefined, "#GP(0x10)"],
    ["a read-only segment", OWN, descriptor(READ_ONLY), "#GP(0x48)"],
    ["code", CODE0, undefined, "#GP(0x8)"],
    ["a DPL other than CPL", DATA3 & ~3, undefined, "#GP(0x30)"],
    ["a segment that is not present", OWN, descriptor(DATA, { present: false }), "#SS(0x48)"],
  ] as const)("refuses %s", (_, selector, entry, expected) => {
    if (entry) m.define(selector, [...entry]);
    m.faults(expected, SystemOp.LoadSeg, Seg.Ss, selector);
  });

  it("refuses null in ring 3", () => {
    m.ring(3).faults("#GP(0)", SystemOp.LoadSeg, Seg.Ss, 3);
  });
});

describe("LLDT", () => {
  it("takes null: later LDT selectors fault", () => {
    m.ok(m.run(SystemOp.Lldt, LDT));
    m.ok(m.run(SystemOp.Lldt, 0));
    m.faults("#GP(0xc)", SystemOp.LoadSeg, Seg.Ds, 0x0c);
  });

  it.each([
    ["an LDT selector", 0x0c, undefined, "#GP(0xc)"],
    ["a data segment", DATA0, undefined, "#GP(0x10)"],
    ["a TSS", TSS, undefined, "#GP(0x38)"],
    ["an LDT that is not present", OWN, descriptor(SysType.Ldt << 8, { present: false }), "#NP(0x48)"],
  ] as const)("refuses %s", (_, selector, entry, expected) => {
    if (entry) m.define(selector, [...entry]);
    m.faults(expected, SystemOp.Lldt, selector);
  });

  it("is #GP(0) outside ring 0, before any look at the selector", () => {
    m.ring(1).faults("#GP(0)", SystemOp.Lldt, 0x100);
  });
});

describe("LTR", () => {
  it("marks the TSS busy in the GDT and in the cache", () => {
    expect((m.highOf(TSS) >>> 8) & 0xf).toBe(SysType.Tss32Busy);
    expect((m.state.seg(Seg.Tr, SegField.Rights) >>> 8) & 0xf).toBe(SysType.Tss32Busy);
  });

  it.each([
    ["null", 0, undefined, "#GP(0)"],
    ["a busy TSS", TSS, undefined, "#GP(0x38)"],
    ["an LDT", LDT, undefined, "#GP(0x40)"],
    ["a TSS that is not present", OWN, descriptor(SysType.Tss32 << 8, { present: false }), "#NP(0x48)"],
  ] as const)("refuses %s", (_, selector, entry, expected) => {
    if (entry) m.define(selector, [...entry]);
    m.faults(expected, SystemOp.Ltr, selector);
  });

  it("is #GP(0) outside ring 0", () => {
    m.ring(3).faults("#GP(0)", SystemOp.Ltr, DATA1);
  });
});
