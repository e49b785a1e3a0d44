import { beforeEach, describe, expect, it } from "vitest";
import { Cr0, Desc, Gpr, Pte, Seg, SysType, Vector } from "../../../../../emulator/base/arch";
import { S } from "../../../../../emulator/base/layout";
import { SystemOp } from "../../../../../emulator/isa/system-ops";
import { Bench, CODE0, CODE1, CODE3, DATA3, descriptor, DATA, EIP, gate, HANDLER, OWN, STACKS } from "./bench";

/** Page directory and table, above what the bench's snapshot covers. */
const DIRECTORY = 0x100000;
const TABLE = 0x101000;
const RWU = Pte.P | Pte.Rw | Pte.Us;
const GDT_PAGE = 0x1000;
const IDT_PAGE = 0x2000;
const TSS_PAGE = 0x3000;

let m: Bench;
/** The first 4 MiB mapped one to one, for users too; CR0.WP set. */
beforeEach(() => {
  m = new Bench();
  m.memory.physical.write32(DIRECTORY, TABLE | RWU);
  for (let page = 0; page < 1024; page++) map(page << 12, RWU);
  m.state.set(S.Cr3, DIRECTORY);
  m.state.set(S.Cr0, Cr0.Pe | Cr0.Pg | Cr0.Wp);
  m.memory.tlb.flushAll();
  m.gate(0x80, gate(SysType.TrapGate32, CODE0, HANDLER, 3));
});

function map(linear: number, rights: number): void {
  m.memory.physical.write32(TABLE + (linear >>> 12) * 4, linear | rights);
  m.memory.tlb.flushAll();
}

/** Runs an instruction that must fault with #PF(code) at `cr2` and change nothing. */
function faultsAt(cr2: number, code: number, op: SystemOp, a = 0, b = 0): void {
  m.faults(code === 0 ? "#PF(0)" : `#PF(0x${code.toString(16)})`, op, a, b);
  expect(m.state.get(S.Cr2)).toBe(cr2);
}

describe("INT n", () => {
  it("writes no part of a frame whose lower page is absent", () => {
    m.state.setGpr(Gpr.Esp, 0x10008);
    map(0xf000, 0);
    faultsAt(0xfffc, 2, SystemOp.Int, 0x20);
  });

  it("writes no part of a frame whose upper page is absent", () => {
    m.state.setGpr(Gpr.Esp, 0x10004);
    map(0x10000, 0);
    faultsAt(0x10000, 2, SystemOp.Int, 0x20);
  });

  it("from ring 3 pushes as a supervisor on the inner stack", () => {
    map(0x10000, Pte.P | Pte.Rw);
    m.ring(3).ok(m.run(SystemOp.Int, 0x80));
    expect(m.stack(2)).toEqual([EIP, CODE3]);
  });

  it("from ring 3 with an absent inner stack leaves ring 3 as it was", () => {
    map(0x10000, 0);
    m.ring(3);
    faultsAt((STACKS[0] ?? 0) - 4, 2, SystemOp.Int, 0x80);
  });

  it.each([
    ["IDT", IDT_PAGE, IDT_PAGE + 0x80 * 8],
    ["GDT", GDT_PAGE, GDT_PAGE + 8],
    ["TSS", TSS_PAGE, TSS_PAGE + 4],
  ])("from ring 3 reads the %s as a supervisor", (_, page, at) => {
    map(page, Pte.P | Pte.Rw);
    m.ring(3).ok(m.run(SystemOp.Int, 0x80));
    m.ring(3);
    map(page, 0);
    faultsAt(at, 0, SystemOp.Int, 0x80);
  });

  it("in ring 3 pushes as a user", () => {
    m.gate(0x21, gate(SysType.TrapGate32, CODE3, HANDLER, 3));
    map(0x16000, Pte.P | Pte.Rw);
    m.ring(3);
    faultsAt(0x16ffc, 7, SystemOp.Int, 0x21);
  });
});

describe("a page fault while an exception is delivered", () => {
  it("after #GP is delivered on its own, after #PF it is a double fault", () => {
    m.ring(3);
    map(0x10000, 0);
    m.gate(Vector.Pf, gate(SysType.InterruptGate32, CODE1, HANDLER));
    m.state.raise(Vector.Gp, 0);
    expect(m.system.deliverFault()).toBe(true);
    expect([m.cpl, m.eip]).toEqual([1, HANDLER]);
    m.ring(3);
    m.gate(Vector.Pf, gate(SysType.InterruptGate32, CODE0, HANDLER));
    m.gate(Vector.Df, gate(SysType.InterruptGate32, CODE1, HANDLER + 8));
    m.state.raise(Vector.Pf, 4);
    expect(m.system.deliverFault()).toBe(true);
    expect(m.eip).toBe(HANDLER + 8);
  });
});

describe("IRET and RET far", () => {
  it("with the frame's second page absent change nothing", () => {
    m.state.setGpr(Gpr.Esp, 0xfffc);
    m.memory.physical.write32(0xfffc, EIP);
    map(0x10000, 0);
    faultsAt(0x10000, 0, SystemOp.Iret, 4);
    m.state.set(S.Fault, 0);
    faultsAt(0x10000, 0, SystemOp.RetFar, 4, 0);
  });

  it("to ring 3 with the outer half of the frame absent change nothing", () => {
    m.state.setGpr(Gpr.Esp, 0x10000 - 12);
    [EIP, CODE3, 2].forEach((value, at) => m.memory.physical.write32(0x10000 - 12 + at * 4, value));
    map(0x10000, 0);
    faultsAt(0x10000, 0, SystemOp.Iret, 4);
  });
});

describe("the accessed bit", () => {
  it("of a descriptor on a read-only page faults under WP, and nothing is loaded", () => {
    m.define(OWN, descriptor(DATA));
    map(GDT_PAGE, Pte.P);
    faultsAt(GDT_PAGE + OWN + 5, 3, SystemOp.LoadSeg, Seg.Ds, OWN);
  });

  it("that is set already needs no write", () => {
    m.define(OWN, descriptor(DATA | Desc.Accessed));
    map(GDT_PAGE, Pte.P);
    m.ok(m.run(SystemOp.LoadSeg, Seg.Ds, OWN));
  });
});

describe("CALL far through a gate", () => {
  beforeEach(() => {
    m.define(OWN, gate(SysType.CallGate32, CODE1, HANDLER, 3, true, 2));
    m.ring(3);
  });

  it("reads its parameters as a user", () => {
    m.state.setGpr(Gpr.Esp, 0x15ffc);
    m.memory.physical.write32(0x15ffc, 1);
    map(0x16000, Pte.P | Pte.Rw);
    faultsAt(0x16000, 5, SystemOp.CallFar32, OWN | 3, 0);
  });

  it("writes nothing when the inner stack's page is absent", () => {
    map(0x12000, 0);
    m.push(1, 2);
    faultsAt((STACKS[1] ?? 0) - 4, 2, SystemOp.CallFar32, OWN | 3, 0);
  });
});

describe("INS and OUTS", () => {
  beforeEach(() => {
    m.state.setGpr(Gpr.Edi, 0x20ffe);
    m.state.setGpr(Gpr.Esi, 0x20ffe);
  });

  it("INS across an absent page reads no port and writes nothing", () => {
    map(0x21000, 0);
    m.portValue = 0x11223344;
    faultsAt(0x21000, 2, SystemOp.Ins, 4 | (4 << 4));
    expect(m.memory.physical.read16(0x20ffe)).toBe(0);
  });

  it("OUTS from an absent page writes no port", () => {
    map(0x21000, 0);
    faultsAt(0x21000, 0, SystemOp.Outs, 4 | (4 << 4), Seg.Ds);
    expect(m.written).toEqual([]);
  });
});

describe("the task switch", () => {
  it("with part of the new TSS absent stays in the old task", () => {
    const base = 0x23ff0;
    m.define(OWN, descriptor(SysType.Tss32 << 8, { base, limit: 0x67, granular: false }));
    map(0x24000, 0);
    // From the back link on the first field read beyond the page is CR3, at 28.
    const op = SystemOp.JmpFar32;
    expect(m.run(op, OWN, 0)).toBe(1);
    expect(m.fault()).toBe("#PF(0)");
    expect([m.eip, m.esp, m.selector(Seg.Cs)]).toEqual([EIP, STACKS[0], CODE0]);
    expect((m.highOf(OWN) >>> 8) & 0xf).toBe(SysType.Tss32);
  });
});

it("a user's segment load reads the GDT as a supervisor", () => {
  map(GDT_PAGE, Pte.P | Pte.Rw);
  m.ring(3).ok(m.run(SystemOp.LoadSeg, Seg.Es, DATA3));
});
