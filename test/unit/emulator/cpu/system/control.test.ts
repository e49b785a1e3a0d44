import { beforeEach, describe, expect, it } from "vitest";
import { Cr0, Cr4, Flag, Gpr, Pte } from "../../../../../emulator/base/arch";
import { S } from "../../../../../emulator/base/layout";
import { SystemOp } from "../../../../../emulator/isa/system-ops";
import { Bench } from "./bench";

const EAX_CR0 = Gpr.Eax;
const EAX_CR = (cr: number): number => Gpr.Eax | (cr << 4);

let m: Bench;
beforeEach(() => {
  m = new Bench();
});

function write(cr: number, value: number): number {
  m.state.setGpr(Gpr.Eax, value);
  return m.run(SystemOp.MovToCr, EAX_CR(cr));
}

function refuses(cr: number, value: number): void {
  m.state.setGpr(Gpr.Eax, value);
  m.faults("#GP(0)", SystemOp.MovToCr, EAX_CR(cr));
}

describe("MOV to CR0", () => {
  it("keeps ET set and drops bits that do not exist", () => {
    m.ok(write(0, Cr0.Pe | Cr0.Wp | (1 << 10)));
    expect(m.state.get(S.Cr0)).toBe(Cr0.Pe | Cr0.Wp | Cr0.Et);
  });

  it.each([
    ["PG without PE", Cr0.Pg],
    ["NW without CD", Cr0.Pe | Cr0.Nw],
    ["PE clear: there is no real mode", Cr0.Et],
  ])("refuses %s", (_, value) => {
    refuses(0, value);
  });

  it("loads the PDPTEs when it turns PAE paging on", () => {
    m.memory.physical.write32(0x8000, 0x9000 | Pte.P);
    m.ok(write(4, Cr4.Pae));
    m.ok(write(3, 0x8000));
    expect(m.state.get(S.Pdpte)).toBe(0);
    m.ok(write(0, Cr0.Pe | Cr0.Pg));
    expect(m.state.get(S.Pdpte)).toBe(0x9000 | Pte.P);
  });

  it("refuses PG when a present PDPTE has a reserved bit", () => {
    m.memory.physical.write32(0x8018, 0x9000 | Pte.P | Pte.Rw);
    m.ok(write(4, Cr4.Pae));
    m.ok(write(3, 0x8000));
    refuses(0, (Cr0.Pe | Cr0.Pg) >>> 0);
  });
});

describe("MOV to CR3", () => {
  it("under PAE refuses a table with reserved bits and keeps the old one", () => {
    m.memory.physical.write32(0x8000, 0x9000 | Pte.P);
    m.memory.physical.write32(0xa004, 0x10);
    m.memory.physical.write32(0xa000, Pte.P);
    m.ok(write(4, Cr4.Pae));
    m.ok(write(3, 0x8000));
    m.ok(write(0, 0x80000001));
    // The table at 0x9000 is empty, so the bench's memory is gone: only the physical side is looked at.
    m.state.setGpr(Gpr.Eax, 0xa000);
    expect(m.run(SystemOp.MovToCr, EAX_CR(3))).toBe(1);
    expect(m.fault()).toBe("#GP(0)");
    expect([m.state.get(S.Cr3), m.state.get(S.Pdpte)]).toEqual([0x8000, 0x9000 | Pte.P]);
  });

  it("does not read PDPTEs for entries that are not present", () => {
    m.memory.physical.write32(0x8000, 0x1e6);
    m.ok(write(4, Cr4.Pae));
    m.ok(write(3, 0x8000));
    m.ok(write(0, 0x80000001));
  });
});

describe("MOV to CR4", () => {
  it.each([
    ["VME", Cr4.Vme],
    ["MCE", Cr4.Mce],
    ["OSFXSR", 1 << 9],
    ["a bit that nobody has", 1 << 30],
  ])("refuses %s, which CPUID does not tell", (_, value) => {
    refuses(4, value);
  });

  it("takes PSE, PAE, PGE and TSD", () => {
    const value = Cr4.Pse | Cr4.Pae | Cr4.Pge | Cr4.Tsd;
    m.ok(write(4, value));
    expect(m.state.get(S.Cr4)).toBe(value);
  });
});

describe("control registers in general", () => {
  it("MOV from CR2 reads it", () => {
    m.state.set(S.Cr2, 0xdeadbeef);
    m.ok(m.run(SystemOp.MovFromCr, Gpr.Ebx | (2 << 4)));
    expect(m.state.gpr(Gpr.Ebx)).toBe(0xdeadbeef);
  });

  it("CR1 is #UD", () => {
    m.faults("#UD", SystemOp.MovToCr, EAX_CR(1));
    m.state.set(S.Fault, 0);
    m.faults("#UD", SystemOp.MovFromCr, EAX_CR(5));
  });

  it.each([
    ["MOV to CR", SystemOp.MovToCr, EAX_CR0],
    ["MOV from CR", SystemOp.MovFromCr, EAX_CR0],
    ["MOV to DR", SystemOp.MovToDr, 0],
    ["MOV from DR", SystemOp.MovFromDr, 0],
    ["CLTS", SystemOp.Clts, 0],
    ["LMSW", SystemOp.Lmsw, 1],
    ["LGDT", SystemOp.Lgdt, 0],
    ["LIDT", SystemOp.Lidt, 0],
    ["INVLPG", SystemOp.Invlpg, 0],
    ["INVD", SystemOp.Invd, 0],
    ["HLT", SystemOp.Hlt, 0],
    ["RDMSR", SystemOp.Rdmsr, 0],
    ["WRMSR", SystemOp.Wrmsr, 0],
  ] as const)("%s is #GP(0) in ring 1", (_, op, a) => {
    m.ring(1).faults("#GP(0)", op, a);
  });

  it("LMSW sets TS and PE but does not clear PE", () => {
    m.ok(m.run(SystemOp.Lmsw, Cr0.Ts));
    expect(m.state.get(S.Cr0)).toBe(Cr0.Pe | Cr0.Ts | Cr0.Et);
  });

  it("CLTS clears TS", () => {
    m.ok(m.run(SystemOp.Lmsw, Cr0.Ts));
    m.ok(m.run(SystemOp.Clts));
    expect(m.state.get(S.Cr0) & Cr0.Ts).toBe(0);
  });

  it("LGDT and LIDT take limit and base", () => {
    m.ok(m.run(SystemOp.Lgdt, 0x127, 0xc0001000 | 0));
    m.ok(m.run(SystemOp.Lidt, 0x7ff, 0x5000));
    expect([m.state.get(S.GdtrBase), m.state.get(S.GdtrLimit)]).toEqual([0xc0001000, 0x127]);
    expect([m.state.get(S.IdtrBase), m.state.get(S.IdtrLimit)]).toEqual([0x5000, 0x7ff]);
  });

  it("HLT halts", () => {
    m.ok(m.run(SystemOp.Hlt));
    expect(m.state.get(S.Halted)).toBe(1);
  });
});

describe("debug registers", () => {
  it("DR4 and DR5 are DR6 and DR7, whose fixed bits stay", () => {
    m.state.setGpr(Gpr.Eax, 0);
    m.ok(m.run(SystemOp.MovToDr, Gpr.Eax | (4 << 4)));
    m.ok(m.run(SystemOp.MovToDr, Gpr.Eax | (5 << 4)));
    m.ok(m.run(SystemOp.MovFromDr, Gpr.Ebx | (6 << 4)));
    m.ok(m.run(SystemOp.MovFromDr, Gpr.Ecx | (7 << 4)));
    expect([m.state.gpr(Gpr.Ebx), m.state.gpr(Gpr.Ecx)]).toEqual([0xffff0ff0, 0x400]);
  });

  it("DR7.GD turns the next access into #DB with DR6.BD, once", () => {
    m.state.setGpr(Gpr.Eax, 1 << 13);
    m.ok(m.run(SystemOp.MovToDr, Gpr.Eax | (7 << 4)));
    expect(m.run(SystemOp.MovFromDr, Gpr.Ebx)).toBe(1);
    expect(m.fault()).toBe("#DB");
    m.state.set(S.Fault, 0);
    m.ok(m.run(SystemOp.MovFromDr, Gpr.Ebx | (6 << 4)));
    expect(m.state.gpr(Gpr.Ebx) & (1 << 13)).toBe(1 << 13);
  });
});

describe("coprocessor opcodes", () => {
  it.each([
    ["#UD", Cr0.Pe],
    ["#NM", Cr0.Pe | Cr0.Em],
    ["#NM", Cr0.Pe | Cr0.Ts],
  ])("that compute are %s with CR0 = %i", (expected, cr0) => {
    m.ok(write(0, cr0));
    m.faults(expected, SystemOp.Coprocessor, 0);
  });

  it("by which kernels look for an x87 do nothing, but are #NM under TS or EM", () => {
    m.ok(write(0, Cr0.Pe));
    m.ok(m.run(SystemOp.Coprocessor, 1));
    for (const bit of [Cr0.Em, Cr0.Ts]) {
      m.state.set(S.Fault, 0);
      m.ok(write(0, Cr0.Pe | bit));
      m.faults("#NM", SystemOp.Coprocessor, 1);
    }
  });

  it("WAIT is #NM only with MP and TS", () => {
    m.ok(write(0, Cr0.Pe | Cr0.Ts));
    m.ok(m.run(SystemOp.Wait));
    m.ok(write(0, Cr0.Pe | Cr0.Ts | Cr0.Mp));
    m.faults("#NM", SystemOp.Wait);
  });
});

describe("CLI, STI and POPF", () => {
  it("CLI and STI are #GP(0) when CPL is above IOPL", () => {
    m.ring(1).faults("#GP(0)", SystemOp.Cli);
    m.state.set(S.Fault, 0);
    m.faults("#GP(0)", SystemOp.Sti);
  });

  it("STI holds off interrupts only when IF was clear", () => {
    m.ring(1).state.setEflags(1 << 12);
    m.ok(m.run(SystemOp.Sti));
    expect(m.state.get(S.Inhibit)).toBe(1);
    m.state.set(S.Inhibit, 0);
    m.ok(m.run(SystemOp.Sti));
    expect(m.state.get(S.Inhibit)).toBe(0);
  });

  it.each([
    ["ring 0 changes IF and IOPL", 0, 0, Flag.If | Flag.Iopl],
    ["ring 1 with IOPL 1 changes IF alone", 1, 1 << 12, Flag.If | (1 << 12)],
    ["ring 3 without IOPL changes neither", 3, 0, 0],
  ] as const)("POPF: %s", (_, ring, before, after) => {
    m.ring(ring).state.setEflags(before);
    m.ok(m.run(SystemOp.Popf, Flag.If | Flag.Iopl, 4));
    expect(m.state.eflags() & (Flag.If | Flag.Iopl)).toBe(after);
  });

  it("POPF of 16 bits leaves AC, and VM and RF are never taken", () => {
    m.state.setEflags(Flag.Ac);
    m.ok(m.run(SystemOp.Popf, Flag.Cf, 2));
    expect(m.state.eflags()).toBe(Flag.Ac | Flag.Cf | Flag.Fixed1);
    m.ok(m.run(SystemOp.Popf, Flag.Vm | Flag.Rf, 4));
    expect(m.state.eflags()).toBe(Flag.Fixed1);
  });
});
