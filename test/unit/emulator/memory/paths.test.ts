import { beforeEach, describe, expect, it } from "vitest";
import { Cr0, Desc, Pte, Seg, Vector } from "../../../../emulator/base/arch";
import { S, SegField } from "../../../../emulator/base/layout";
import { SEG_ACCESS_WRITE, SEG_CHECKED } from "../../../../emulator/isa/system-ops";
import { RWU, Tables } from "./tables";

const FIRST = 0x9000;
const SECOND = 0xa000;
const DATA = Desc.S | Desc.P | Desc.Rw | Desc.Db;
const checked = (size: number): number => size | (SEG_CHECKED << 4);

let t: Tables;
beforeEach(() => {
  t = new Tables(true);
  t.map(FIRST, 0x7000 | RWU);
  t.map(SECOND, 0x2000 | RWU);
});

function segment(seg: Seg, limit: number, rights = DATA, base = 0): void {
  t.state.setSeg(seg, SegField.Base, base);
  t.state.setSeg(seg, SegField.Limit, limit);
  t.state.setSeg(seg, SegField.Rights, rights);
  t.state.setSeg(seg, SegField.Valid, 1);
}

const dirty = (linear: number): boolean => (t.memory.physical.read32(t.pteAt(linear)) & Pte.D) !== 0;

describe("accesses across pages", () => {
  it("read and write both halves", () => {
    t.memory.paths.write(SECOND - 1, 0x44332211, checked(4));
    expect(t.memory.physical.read8(0x7fff)).toBe(0x11);
    expect(t.memory.physical.read16(0x2000)).toBe(0x3322);
    expect(t.memory.paths.read(SECOND - 1, checked(4))).toBe(0x44332211);
    expect(t.fault()).toBe("no fault");
  });

  it("write nothing when the second page faults, and name its first byte", () => {
    t.map(SECOND, 0);
    t.memory.paths.write(SECOND - 2, 0x44332211, checked(4));
    expect(t.fault()).toBe("#14(2) at 0xa000");
    expect(t.memory.physical.read16(0x7ffe)).toBe(0);
  });

  it("name the access's own address when the first page faults", () => {
    t.map(FIRST, 0);
    t.memory.paths.read(SECOND - 2, checked(4));
    expect(t.fault()).toBe("#14(0) at 0x9ffe");
  });

  it("readForWrite faults as the write would", () => {
    t.state.set(S.Cr0, t.state.get(S.Cr0) | Cr0.Wp);
    t.map(SECOND, 0x2000 | Pte.P);
    expect(t.memory.paths.readForWrite(SECOND - 1, checked(2))).toBe(0);
    expect(t.fault()).toBe("#14(3) at 0xa000");
  });

  it("readForWrite marks both pages dirty", () => {
    t.memory.paths.readForWrite(SECOND - 1, checked(2));
    expect([dirty(FIRST), dirty(SECOND)]).toEqual([true, true]);
  });

  it("wrap from 4 GiB to 0", () => {
    t.state.set(S.Cr0, Cr0.Pe);
    t.memory.physical.write16(0, 0x2211);
    expect(t.memory.paths.read(0xfffffffe, checked(4))).toBe(0x2211ffff);
  });
});

describe("rights of the ring", () => {
  beforeEach(() => {
    t.map(FIRST, 0x7000 | Pte.P | Pte.Rw);
  });

  it("rings 0 to 2 are supervisors", () => {
    for (const cpl of [0, 1, 2]) {
      t.ring(cpl);
      t.memory.paths.write(FIRST, 1, checked(1));
      expect(t.fault()).toBe("no fault");
    }
  });

  it("ring 3 is a user", () => {
    t.ring(3);
    t.memory.paths.write(FIRST, 1, checked(1));
    expect(t.fault()).toBe("#14(7) at 0x9000");
  });

  it("implicit accesses are a supervisor's in ring 3 too", () => {
    t.ring(3);
    t.memory.system.write32(FIRST, 5);
    expect(t.memory.system.read32(FIRST)).toBe(5);
    expect(t.fault()).toBe("no fault");
  });

  it("a fetch is translated with the rights of the ring", () => {
    expect(t.memory.mmu.translateFetch(FIRST + 5)).toBe(0x7005);
    t.ring(3);
    expect(t.memory.mmu.translateFetch(FIRST + 5)).toBe(-1);
    expect(t.fault()).toBe("#14(5) at 0x9005");
  });
});

describe("flat segments", () => {
  it.each([
    ["DS", Seg.Ds, Vector.Gp],
    ["ES", Seg.Es, Vector.Gp],
    ["SS", Seg.Ss, Vector.Ss],
  ])("check the limit of %s before paging", (_, seg, vector) => {
    segment(seg, 0x9fff);
    t.memory.paths.read(SECOND - 4, 4 | (seg << 4));
    expect(t.fault()).toBe("no fault");
    t.memory.paths.read(SECOND - 3, 4 | (seg << 4));
    expect([t.state.get(S.FaultVector), t.state.get(S.FaultError)]).toEqual([vector, 0]);
  });
});

describe("segment()", () => {
  const refused = (offset: number, size: number, seg: Seg, write = false): boolean => {
    t.memory.paths.segment(offset, size | (seg << 4) | (write ? SEG_ACCESS_WRITE : 0));
    const faulted = t.state.get(S.Fault) !== 0;
    t.state.set(S.Fault, 0);
    return faulted;
  };

  it("adds the base, modulo 4 GiB", () => {
    segment(Seg.Fs, 0xffffffff, DATA, 0xfffff000);
    expect(t.memory.paths.segment(0x3000, 4 | (Seg.Fs << 4))).toBe(0x2000);
  });

  it.each([
    ["inside an expand-up segment", DATA, 0xfff, 0xffc, false],
    ["one byte over its limit", DATA, 0xfff, 0xffd, true],
    ["at an offset that wraps", DATA, 0xfffffffe, 0xfffffffd, true],
    ["at the limit of an expand-down segment", DATA | Desc.Ec, 0xfff, 0xfff, true],
    ["above its limit", DATA | Desc.Ec, 0xfff, 0x1000, false],
    ["at its 4 GiB end", DATA | Desc.Ec, 0xfff, 0xfffffffc, false],
    ["over its 4 GiB end", DATA | Desc.Ec, 0xfff, 0xfffffffd, true],
    ["at the 64 KiB end of a 16-bit one", (DATA | Desc.Ec) & ~Desc.Db, 0xfff, 0xfffc, false],
    ["over the 64 KiB end of a 16-bit one", (DATA | Desc.Ec) & ~Desc.Db, 0xfff, 0xfffd, true],
  ])("%s", (_, rights, limit, offset, expected) => {
    segment(Seg.Ds, limit, rights);
    expect(refused(offset, 4, Seg.Ds)).toBe(expected);
  });

  it.each([
    ["write to read-only data", Desc.S | Desc.P, true, true],
    ["read of read-only data", Desc.S | Desc.P, false, false],
    ["write to code", Desc.S | Desc.P | Desc.Code | Desc.Rw, true, true],
    ["read of readable code", Desc.S | Desc.P | Desc.Code | Desc.Rw, false, false],
    ["read of execute-only code", Desc.S | Desc.P | Desc.Code, false, true],
    ["read of conforming code up to its limit", Desc.S | Desc.P | Desc.Code | Desc.Rw | Desc.Ec, false, false],
  ])("%s", (_, rights, write, expected) => {
    segment(Seg.Ds, 0xffff, rights);
    expect(refused(0, 4, Seg.Ds, write)).toBe(expected);
  });

  it("refuses a null segment with #GP(0), SS with #SS(0)", () => {
    t.state.setSeg(Seg.Gs, SegField.Valid, 0);
    t.memory.paths.segment(0, 1 | (Seg.Gs << 4));
    expect([t.state.get(S.FaultVector), t.state.get(S.FaultError)]).toEqual([Vector.Gp, 0]);
    segment(Seg.Ss, 0xfff);
    t.memory.paths.segment(0x1000, 1 | (Seg.Ss << 4));
    expect([t.state.get(S.FaultVector), t.state.get(S.FaultError)]).toEqual([Vector.Ss, 0]);
  });
});
