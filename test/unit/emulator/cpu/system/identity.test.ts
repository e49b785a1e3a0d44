import { beforeEach, describe, expect, it } from "vitest";
import { Cr4, Gpr, Seg } from "../../../../../emulator/base/arch";
import { S, SegField } from "../../../../../emulator/base/layout";
import type { Transfer } from "../../../../../emulator/cpu/wiring";
import { SystemOp } from "../../../../../emulator/isa/system-ops";
import { Bench, CODE0, INSN_EIP } from "./bench";

let m: Bench;
beforeEach(() => {
  m = new Bench();
});

function cpuid(leaf: number): { eax: number; ebx: number; ecx: number; edx: number } {
  m.state.setGpr(Gpr.Eax, leaf);
  m.ok(m.run(SystemOp.Cpuid));
  const { state } = m;
  return { eax: state.gpr(Gpr.Eax), ebx: state.gpr(Gpr.Ebx), ecx: state.gpr(Gpr.Ecx), edx: state.gpr(Gpr.Edx) };
}

const text = (...words: number[]): string =>
  words.map((word) => String.fromCharCode(word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24)).join("");

describe("CPUID", () => {
  it("names a vendor whose family 6 software knows", () => {
    const { eax, ebx, ecx, edx } = cpuid(0);
    expect([eax, text(ebx, edx, ecx)]).toEqual([1, "GenuineIntel"]);
    expect((cpuid(1).eax >>> 8) & 0xf).toBe(6);
  });

  it.each([
    ["PSE", 3, true],
    ["TSC", 4, true],
    ["MSR", 5, true],
    ["PAE", 6, true],
    ["CMPXCHG8B", 8, true],
    ["SYSENTER", 11, true],
    ["PGE", 13, true],
    ["CMOV", 15, true],
    ["the FPU", 0, false],
    ["VME", 1, false],
    ["the APIC", 9, false],
    ["MMX", 23, false],
    ["FXSR", 24, false],
    ["SSE", 25, false],
    ["SSE2", 26, false],
  ])("on %s (bit %i) says %s", (_, bit, has) => {
    expect(((cpuid(1).edx >>> bit) & 1) === 1).toBe(has);
  });

  it("says NX in leaf 0x80000001 and 36 physical address bits in 0x80000008", () => {
    expect((cpuid(0x80000001).edx >>> 20) & 1).toBe(1);
    expect(cpuid(0x80000008).eax & 0xff).toBe(36);
  });

  it("spells its name in three leaves", () => {
    const words = [2, 3, 4].flatMap((n) => Object.values(cpuid(0x80000000 + n)));
    expect(text(...words).replaceAll("\0", "")).toBe("Ringscope IA-32");
  });

  it("answers a leaf above the highest as leaf 1", () => {
    expect(cpuid(0x7fffffff)).toEqual(cpuid(1));
  });
});

describe("the time-stamp counter", () => {
  const rdtsc = (): bigint => {
    m.ok(m.run(SystemOp.Rdtsc));
    return (BigInt(m.state.gpr(Gpr.Edx)) << 32n) | BigInt(m.state.gpr(Gpr.Eax));
  };
  const wrtsc = (value: bigint): void => {
    m.state.setGpr(Gpr.Ecx, 0x10);
    m.state.setGpr(Gpr.Eax, Number(value & 0xffffffffn));
    m.state.setGpr(Gpr.Edx, Number(value >> 32n));
    m.ok(m.run(SystemOp.Wrmsr));
  };

  it("is machine time, beyond 32 bits too", () => {
    m.now = 0x1_2345_6789_a;
    expect(rdtsc()).toBe(0x123456789an);
  });

  it.each([0n, 5n, 0xffffffffn, 0x1_0000_0000n, 0xffff_ffff_ffff_fff0n])(
    "goes on from %d when it is written",
    (start) => {
      m.now = 0x7_8000_0001;
      wrtsc(start);
      expect(rdtsc()).toBe(start);
      m.now += 0x1_0000_0020;
      expect(rdtsc()).toBe((start + 0x1_0000_0020n) & 0xffff_ffff_ffff_ffffn);
    },
  );

  it("is for ring 0 alone under CR4.TSD", () => {
    m.ring(3).ok(m.run(SystemOp.Rdtsc));
    m.state.set(S.Cr4, Cr4.Tsd);
    m.faults("#GP(0)", SystemOp.Rdtsc);
  });
});

describe("RDMSR and WRMSR", () => {
  const write = (msr: number, low: number, high = 0): number => {
    m.state.setGpr(Gpr.Ecx, msr);
    m.state.setGpr(Gpr.Eax, low);
    m.state.setGpr(Gpr.Edx, high);
    return m.run(SystemOp.Wrmsr);
  };
  const read = (msr: number): [number, number] => {
    m.state.setGpr(Gpr.Ecx, msr);
    m.ok(m.run(SystemOp.Rdmsr));
    return [m.state.gpr(Gpr.Eax), m.state.gpr(Gpr.Edx)];
  };

  it.each([
    ["SYSENTER_CS", 0x174, 0x08],
    ["SYSENTER_ESP", 0x175, 0xfedcba98],
    ["SYSENTER_EIP", 0x176, 0x12345678],
    ["EFER.NXE", 0xc0000080, 0x800],
  ])("keep %s", (_, msr, value) => {
    m.ok(write(msr, value));
    expect(read(msr)).toEqual([value, 0]);
  });

  it("keep the PAT, which starts as after RESET", () => {
    expect(read(0x277)).toEqual([0x00070406, 0x00070406]);
    m.ok(write(0x277, 0x01040506, 0x00010607));
    expect(read(0x277)).toEqual([0x01040506, 0x00010607]);
  });

  it.each([
    ["an MSR that does not exist", 0x12345, 0, 0],
    ["EFER.LME", 0xc0000080, 0x100, 0],
    ["a high bit of EFER", 0xc0000080, 0x800, 1],
    ["PAT type 2", 0x277, 0x00020000, 0],
    ["PAT type 8", 0x277, 0, 0x08],
  ])("refuse %s", (_, msr, low, high) => {
    m.state.setGpr(Gpr.Ecx, msr);
    m.state.setGpr(Gpr.Eax, low);
    m.state.setGpr(Gpr.Edx, high);
    m.faults("#GP(0)", SystemOp.Wrmsr);
  });

  it("refuse to read an MSR that does not exist, and every performance counter", () => {
    m.state.setGpr(Gpr.Ecx, 0x1b);
    m.faults("#GP(0)", SystemOp.Rdmsr);
    m.state.set(S.Fault, 0);
    m.faults("#GP(0)", SystemOp.Rdpmc);
  });
});

describe("SYSENTER and SYSEXIT", () => {
  beforeEach(() => {
    m.state.set(S.SysenterCs, CODE0);
    m.state.set(S.SysenterEsp, 0x11000);
    m.state.set(S.SysenterEip, 0x00801000);
  });

  it("SYSENTER makes flat segments, clears IF and enters ring 0", () => {
    const seen: Transfer[] = [];
    m.system.onTransfer = (transfer) => seen.push(transfer);
    m.ring(3).state.setEflags(1 << 9);
    m.ok(m.run(SystemOp.Sysenter));
    expect([m.cpl, m.eip, m.esp, m.selector(Seg.Cs), m.selector(Seg.Ss)]).toEqual([0, 0x00801000, 0x11000, 0x08, 0x10]);
    expect(m.state.seg(Seg.Ss, SegField.Limit)).toBe(0xffffffff);
    expect(m.state.eflags() & (1 << 9)).toBe(0);
    expect(seen).toEqual([
      { kind: "sysenter", vector: -1, fromCpl: 3, toCpl: 0, fromEip: INSN_EIP, toEip: 0x00801000 },
    ]);
  });

  it("SYSEXIT goes to EDX with ECX as ESP in ring 3", () => {
    m.state.setGpr(Gpr.Edx, 0x00402000);
    m.state.setGpr(Gpr.Ecx, 0x17000);
    m.ok(m.run(SystemOp.Sysexit));
    expect([m.cpl, m.eip, m.esp, m.selector(Seg.Cs), m.selector(Seg.Ss)]).toEqual([3, 0x00402000, 0x17000, 0x1b, 0x23]);
  });

  it("are #GP(0) with a null SYSENTER_CS, SYSEXIT outside ring 0 too", () => {
    m.ring(3).faults("#GP(0)", SystemOp.Sysexit);
    m.state.set(S.SysenterCs, 3);
    m.state.set(S.Fault, 0);
    m.faults("#GP(0)", SystemOp.Sysenter);
  });
});
