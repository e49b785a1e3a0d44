import { beforeEach, describe, expect, it } from "vitest";
import { Desc, Flag, Gpr, Seg, SysType, Vector } from "../../../../../emulator/base/arch";
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
  EIP,
  gate,
  HANDLER,
  INSN_EIP,
  OWN,
  READ_ONLY,
  STACKS,
  TSS_BASE,
} from "./bench";

const FLAGS = Flag.Cf | Flag.Fixed1 | Flag.If | Flag.Tf | Flag.Df;
const USER_GATE = 0x80;

let m: Bench;
beforeEach(() => {
  m = new Bench();
  m.state.setEflags(FLAGS);
  m.gate(USER_GATE, gate(SysType.TrapGate32, CODE1, HANDLER, 3));
});

describe("INT n to the same ring", () => {
  it("pushes EFLAGS, CS and the next EIP", () => {
    m.ok(m.run(SystemOp.Int, 0x20));
    expect(m.stack(3)).toEqual([EIP, CODE0, FLAGS]);
    expect(m.esp).toBe((STACKS[0] ?? 0) - 12);
    expect(m.eip).toBe(HANDLER + 0x200);
  });

  it("clears IF, TF and NT through an interrupt gate and leaves the other flags", () => {
    m.state.setEflags(FLAGS | Flag.Nt | Flag.Iopl);
    m.ok(m.run(SystemOp.Int, 0x20));
    expect(m.state.eflags()).toBe(Flag.Cf | Flag.Fixed1 | Flag.Df | Flag.Iopl);
  });

  it("leaves IF through a trap gate", () => {
    m.gate(0x21, gate(SysType.TrapGate32, CODE0, HANDLER));
    m.ok(m.run(SystemOp.Int, 0x21));
    expect(m.state.eflags() & (Flag.If | Flag.Tf)).toBe(Flag.If);
  });

  it("pushes words through a 16-bit gate and takes 16 bits of its offset", () => {
    m.gate(0x21, [((CODE0 << 16) | 0x4321) >>> 0, ((0xdead << 16) | Desc.P | (SysType.InterruptGate16 << 8)) >>> 0]);
    m.ok(m.run(SystemOp.Int, 0x21));
    expect(m.stack16(3)).toEqual([EIP & 0xffff, CODE0, FLAGS]);
    expect(m.eip).toBe(0x4321);
  });

  it("stays in its ring in a conforming handler segment", () => {
    m.ring(3);
    m.define(OWN, descriptor(CONFORMING, { dpl: 0 }));
    m.gate(0x21, gate(SysType.InterruptGate32, OWN, HANDLER, 3));
    m.ok(m.run(SystemOp.Int, 0x21));
    expect(m.selector(Seg.Cs)).toBe(OWN | 3);
    expect(m.cpl).toBe(3);
    expect(m.stack(3)).toEqual([EIP, CODE3, FLAGS]);
  });

  it("wraps SP, not ESP, on a 16-bit stack", () => {
    m.define(OWN, descriptor(DATA, { big: false, granular: false, limit: 0xffff, base: 0x10000 }));
    m.cache(Seg.Ss, OWN);
    m.state.setGpr(Gpr.Esp, 0xabcd0004);
    m.ok(m.run(SystemOp.Int, 0x20));
    expect(m.esp).toBe(0xabcdfff8);
    expect(m.memory.physical.read32(0x10000)).toBe(FLAGS);
    expect(m.memory.physical.read32(0x1fffc)).toBe(CODE0);
    expect(m.memory.physical.read32(0x1fff8)).toBe(EIP);
  });
});

describe("INT n to an inner ring", () => {
  it("from ring 3 to ring 1 takes SS1:ESP1 from the TSS and pushes the old stack", () => {
    m.ring(3).ok(m.run(SystemOp.Int, USER_GATE));
    expect(m.cpl).toBe(1);
    expect(m.selector(Seg.Cs)).toBe(CODE1);
    expect(m.selector(Seg.Ss)).toBe(DATA1);
    expect(m.esp).toBe((STACKS[1] ?? 0) - 20);
    expect(m.stack(5)).toEqual([EIP, CODE3, FLAGS, STACKS[3], DATA3]);
  });

  it("takes SS0:SP0 from a 16-bit TSS", () => {
    m.define(OWN, descriptor(SysType.Tss16 << 8, { base: 0x5000, limit: 0x2b, granular: false }));
    m.memory.physical.write16(0x5002, 0x9000);
    m.memory.physical.write16(0x5004, DATA0);
    m.ok(m.run(SystemOp.Ltr, OWN));
    m.gate(0x21, gate(SysType.InterruptGate16, CODE0, 0x4321, 3));
    m.ring(3).ok(m.run(SystemOp.Int, 0x21));
    expect(m.esp).toBe(0x9000 - 10);
    expect(m.stack16(5)).toEqual([EIP & 0xffff, CODE3, FLAGS, (STACKS[3] ?? 0) & 0xffff, DATA3]);
  });

  it("sets the accessed bits of the new CS and SS", () => {
    m.ring(3).ok(m.run(SystemOp.Int, USER_GATE));
    expect(m.highOf(CODE1) & Desc.Accessed).toBe(Desc.Accessed);
    expect(m.highOf(DATA1) & Desc.Accessed).toBe(Desc.Accessed);
  });

  it("selects the data TLBs of the new ring", () => {
    m.ring(3);
    const before = m.state.get(S.TlbRead);
    m.ok(m.run(SystemOp.Int, USER_GATE));
    expect(m.state.get(S.TlbRead)).not.toBe(before);
  });

  it("reports the transfer with the INT instruction as its origin", () => {
    const seen: Transfer[] = [];
    m.system.onTransfer = (transfer) => seen.push(transfer);
    m.ring(3).ok(m.run(SystemOp.Int, USER_GATE));
    expect(seen).toEqual([{ kind: "int", vector: USER_GATE, fromCpl: 3, toCpl: 1, fromEip: INSN_EIP, toEip: HANDLER }]);
  });

  it("reports nothing when the ring stays", () => {
    m.system.onTransfer = () => expect.unreachable();
    m.ok(m.run(SystemOp.Int, 0x20));
  });
});

describe("INT n is refused", () => {
  const int = (expected: string): void => m.faults(expected, SystemOp.Int, 0x21);

  it("beyond the IDT's limit", () => {
    m.state.set(S.IdtrLimit, 0x21 * 8 + 6);
    int("#GP(0x10a)");
  });

  it("by an entry that is no gate", () => {
    m.gate(0x21, gate(SysType.CallGate32, CODE0, HANDLER));
    int("#GP(0x10a)");
  });

  it("by a gate whose DPL is below CPL", () => {
    m.ring(3);
    int("#GP(0x10a)");
  });

  it("by a gate that is not present", () => {
    m.gate(0x21, gate(SysType.InterruptGate32, CODE0, HANDLER, 0, false));
    int("#NP(0x10a)");
  });

  it.each([
    ["null", 0, "#GP(0)"],
    ["beyond the GDT", 0x100, "#GP(0x100)"],
    ["data", DATA0, "#GP(0x10)"],
    ["less privileged", CODE3 & ~3, "#GP(0x28)"],
  ] as const)("when the gate's selector is %s", (_, selector, expected) => {
    m.gate(0x21, gate(SysType.InterruptGate32, selector, HANDLER));
    int(expected);
  });

  it("when the handler's segment is not present", () => {
    m.define(OWN, descriptor(CODE, { present: false }));
    m.gate(0x21, gate(SysType.InterruptGate32, OWN, HANDLER));
    int("#NP(0x48)");
  });

  it("when the handler lies beyond its segment's limit", () => {
    m.define(OWN, descriptor(CODE, { limit: 0xfff, granular: false }));
    m.gate(0x21, gate(SysType.InterruptGate32, OWN, 0x1000));
    int("#GP(0)");
  });

  it("when the stack has no room", () => {
    m.define(OWN, descriptor(DATA, { limit: 0xfff, granular: false }));
    m.cache(Seg.Ss, OWN);
    m.state.setGpr(Gpr.Esp, 8);
    int("#SS(0)");
  });
});

describe("the inner stack is refused", () => {
  const int = (expected: string): void => m.faults(expected, SystemOp.Int, USER_GATE);
  beforeEach(() => {
    m.ring(3);
  });

  it.each([
    ["a null selector", 0, undefined, "#TS(0)"],
    ["a selector beyond the GDT", 0x101, undefined, "#TS(0x100)"],
    ["an RPL other than the new CPL", DATA1 & ~3, undefined, "#TS(0x20)"],
    ["a DPL other than the new CPL", DATA0 | 1, undefined, "#TS(0x10)"],
    ["a read-only segment", OWN | 1, descriptor(READ_ONLY, { dpl: 1 }), "#TS(0x48)"],
    ["a segment that is not present", OWN | 1, descriptor(DATA, { dpl: 1, present: false }), "#SS(0x48)"],
  ] as const)("for %s", (_, ss, entry, expected) => {
    if (entry) m.define(ss, [...entry]);
    m.innerStack(1, ss, 0x13000);
    int(expected);
  });

  it("without room for five words, naming the stack's selector", () => {
    m.define(OWN, descriptor(DATA, { dpl: 1, limit: 0xfff, granular: false }));
    m.innerStack(1, OWN | 1, 0x1004);
    int("#SS(0x48)");
  });

  it("by a TSS that ends before it", () => {
    m.define(OWN, descriptor(SysType.Tss32 << 8, { base: TSS_BASE, limit: 16, granular: false }));
    m.cache(Seg.Tr, OWN);
    int("#TS(0x48)");
  });
});

describe("exceptions", () => {
  const raise = (vector: Vector, error?: number): void => {
    m.state.raise(vector, error);
    expect(m.system.deliverFault()).toBe(true);
    expect(m.fault()).toBe("no fault");
  };

  it("push the error code, the EIP of the instruction, and EFLAGS with RF", () => {
    raise(Vector.Gp, 0x1234);
    expect(m.stack(4)).toEqual([0x1234, INSN_EIP, CODE0, FLAGS | Flag.Rf]);
    expect(m.eip).toBe(HANDLER + 13 * 16);
  });

  it("without an error code push three words", () => {
    raise(Vector.Ud);
    expect(m.stack(3)).toEqual([INSN_EIP, CODE0, FLAGS | Flag.Rf]);
  });

  it("do not look at the gate's DPL", () => {
    m.ring(3);
    raise(Vector.Gp, 0);
    expect(m.cpl).toBe(0);
    expect(m.stack(6)).toEqual([0, INSN_EIP, CODE3, FLAGS | Flag.Rf, STACKS[3], DATA3]);
  });

  it("report their ring change with the instruction's EIP", () => {
    const seen: Transfer[] = [];
    m.system.onTransfer = (transfer) => seen.push(transfer);
    m.ring(3);
    raise(Vector.Ud);
    const toEip = HANDLER + 6 * 16;
    expect(seen).toEqual([{ kind: "exception", vector: 6, fromCpl: 3, toCpl: 0, fromEip: INSN_EIP, toEip }]);
  });

  it("set EXT in the error code of a fault that their delivery meets", () => {
    m.gate(Vector.Ud, gate(SysType.InterruptGate32, CODE0, HANDLER, 0, false));
    raise(Vector.Ud);
    expect(m.stack(4)).toEqual([Vector.Ud * 8 + 3, INSN_EIP, CODE0, FLAGS | Flag.Rf]);
    expect(m.eip).toBe(HANDLER + Vector.Np * 16);
  });
});

describe("external interrupts", () => {
  it("push the EIP where execution stands, end HLT, and push RF clear", () => {
    m.state.set(S.Halted, 1);
    expect(m.system.deliverInterrupt(0x20)).toBe(true);
    expect(m.state.get(S.Halted)).toBe(0);
    expect(m.stack(3)).toEqual([EIP, CODE0, FLAGS]);
  });

  it("set EXT when the vector lies beyond the IDT", () => {
    m.state.set(S.IdtrLimit, 0xff);
    expect(m.system.deliverInterrupt(0x21)).toBe(true);
    expect(m.stack(4)).toEqual([0x21 * 8 + 3, EIP, CODE0, FLAGS | Flag.Rf]);
  });
});

describe("INT3 and INTO", () => {
  it("INT3 is a trap through vector 3 whose gate's DPL counts", () => {
    m.ring(3);
    m.faults("#GP(0x1a)", SystemOp.Int3);
    m.gate(3, gate(SysType.TrapGate32, CODE0, HANDLER, 3));
    m.state.set(S.Fault, 0);
    m.ok(m.run(SystemOp.Int3));
    expect(m.stack(1)).toEqual([EIP]);
  });

  it("INTO does nothing without OF", () => {
    m.ok(m.run(SystemOp.Into));
    expect(m.eip).toBe(EIP);
  });

  it("INTO traps through vector 4 with OF", () => {
    m.state.setEflags(FLAGS | Flag.Of);
    m.ok(m.run(SystemOp.Into));
    expect(m.eip).toBe(HANDLER + 4 * 16);
  });
});

describe("the single-step trap", () => {
  it("sets DR6.BS and pushes EFLAGS without RF", () => {
    expect(m.system.deliverSingleStep()).toBe(true);
    expect(m.state.get(S.Dr + 24) & (1 << 14)).toBe(1 << 14);
    expect(m.stack(3)).toEqual([EIP, CODE0, FLAGS]);
  });
});
