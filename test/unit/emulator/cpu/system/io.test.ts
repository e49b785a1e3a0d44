import { beforeEach, describe, expect, it } from "vitest";
import { Flag, Gpr, Seg, SysType } from "../../../../../emulator/base/arch";
import { S } from "../../../../../emulator/base/layout";
import { SystemOp } from "../../../../../emulator/isa/system-ops";
import { Bench, descriptor, EIP, INSN_EIP, OWN, READ_ONLY, TSS_BASE } from "./bench";

let m: Bench;
beforeEach(() => {
  m = new Bench();
});

/** Gives the TSS an I/O bitmap right after its 104 bytes, for ports 0-63, all refused but those in `allowed`. */
function bitmap(allowed: number[], limit = 0x68 + 8): void {
  m.memory.physical.write16(TSS_BASE + 102, 0x68);
  for (let byte = 0; byte < 9; byte++) m.memory.physical.write8(TSS_BASE + 0x68 + byte, 0xff);
  for (const port of allowed) {
    const at = TSS_BASE + 0x68 + (port >> 3);
    m.memory.physical.write8(at, m.memory.physical.read8(at) & ~(1 << (port & 7)));
  }
  m.define(OWN, descriptor(SysType.Tss32 << 8, { base: TSS_BASE, limit, granular: false }));
  m.cache(Seg.Tr, OWN);
}

describe("IN and OUT in ring 0", () => {
  it.each([
    [1, 0xaabbcc55],
    [2, 0xaabb3355],
    [4, 0x77113355],
  ])("IN of %i bytes leaves the rest of EAX", (size, expected) => {
    m.state.setGpr(Gpr.Eax, 0xaabbccdd);
    m.portValue = size === 4 ? 0x77113355 : size === 2 ? 0x3355 : 0x55;
    m.ok(m.run(SystemOp.In, size, 0x60));
    expect(m.state.gpr(Gpr.Eax)).toBe(expected);
  });

  it.each([
    [1, 0x81],
    [2, 0x9181],
    [4, 0xf1a19181],
  ])("OUT of %i bytes writes that much of EAX", (size, value) => {
    m.state.setGpr(Gpr.Eax, 0xf1a19181);
    m.ok(m.run(SystemOp.Out, size, 0x80));
    expect(m.written).toEqual([[0x80, size, value]]);
  });
});

describe("permission above IOPL", () => {
  beforeEach(() => {
    m.ring(3);
  });

  it("IOPL 3 needs no bitmap", () => {
    m.state.setEflags(Flag.Iopl);
    m.ok(m.run(SystemOp.Out, 1, 0x80));
  });

  it("the bitmap allows a port whose bit is clear", () => {
    bitmap([0x10]);
    m.ok(m.run(SystemOp.Out, 1, 0x10));
    m.faults("#GP(0)", SystemOp.Out, 1, 0x11);
  });

  it("a wide access needs all of its ports, across a byte of the map", () => {
    bitmap([0xf, 0x10]);
    m.ok(m.run(SystemOp.In, 2, 0xf));
    m.faults("#GP(0)", SystemOp.In, 4, 0xf);
  });

  it("the map needs a byte more than the port's", () => {
    bitmap([0x38, 0x3f], 0x68 + 7);
    m.faults("#GP(0)", SystemOp.In, 1, 0x38);
  });

  it("a port beyond the map is refused", () => {
    bitmap([0x10]);
    m.faults("#GP(0)", SystemOp.In, 1, 0x3f8);
  });

  it("a 16-bit TSS allows none", () => {
    m.define(OWN, descriptor(SysType.Tss16 << 8, { base: TSS_BASE, limit: 0xffff, granular: false }));
    m.cache(Seg.Tr, OWN);
    m.faults("#GP(0)", SystemOp.In, 1, 0);
  });
});

describe("INS and OUTS", () => {
  const REPEATED = 1 << 8;
  beforeEach(() => {
    m.state.setGpr(Gpr.Edi, 0x9000);
    m.state.setGpr(Gpr.Esi, 0x9000);
    m.state.setGpr(Gpr.Edx, 0xabcd03f8);
    m.state.setGpr(Gpr.Ecx, 2);
  });

  it("INS writes ES:EDI and moves EDI by DF", () => {
    m.portValue = 0x1234;
    m.ok(m.run(SystemOp.Ins, 2 | (4 << 4)));
    expect([m.memory.physical.read16(0x9000), m.state.gpr(Gpr.Edi), m.state.gpr(Gpr.Ecx)]).toEqual([0x1234, 0x9002, 2]);
    m.state.setEflags(Flag.Df);
    m.ok(m.run(SystemOp.Ins, 2 | (4 << 4)));
    expect(m.state.gpr(Gpr.Edi)).toBe(0x9000);
  });

  it("REP OUTS comes back to itself until the count is spent", () => {
    m.memory.physical.write32(0x9000, 0x0000bbaa);
    m.ok(m.run(SystemOp.Outs, 1 | (4 << 4) | REPEATED, Seg.Ds));
    expect([m.eip, m.state.gpr(Gpr.Ecx)]).toEqual([INSN_EIP, 1]);
    m.state.set(S.Eip, EIP);
    m.ok(m.run(SystemOp.Outs, 1 | (4 << 4) | REPEATED, Seg.Ds));
    expect([m.eip, m.state.gpr(Gpr.Ecx)]).toEqual([EIP, 0]);
    expect(m.written).toEqual([
      [0x3f8, 1, 0xaa],
      [0x3f8, 1, 0xbb],
    ]);
  });

  it("REP with a count of 0 does nothing", () => {
    m.state.setGpr(Gpr.Ecx, 0);
    m.ok(m.run(SystemOp.Outs, 1 | (4 << 4) | REPEATED, Seg.Ds));
    expect(m.written).toEqual([]);
  });

  it("a 16-bit address size counts and moves 16 bits", () => {
    m.state.setGpr(Gpr.Edi, 0x7777ffff);
    m.state.setGpr(Gpr.Ecx, 0x77770001);
    m.ok(m.run(SystemOp.Ins, 1 | (2 << 4) | REPEATED));
    expect([m.state.gpr(Gpr.Edi), m.state.gpr(Gpr.Ecx), m.eip]).toEqual([0x77770000, 0x77770000, EIP]);
  });

  it("INS into a read-only segment faults before it reads the port", () => {
    m.define(OWN, descriptor(READ_ONLY));
    m.cache(Seg.Es, OWN);
    m.faults("#GP(0)", SystemOp.Ins, 1 | (4 << 4));
  });
});
