import { Cr0, Cr4, Desc, Flag, Gpr, Pte, Seg, SysType } from "../../../../emulator/base/arch";
import { NO_ERROR_CODE, RAM, S, SegField } from "../../../../emulator/base/layout";
import type { State } from "../../../../emulator/base/state";
import { SystemOp } from "../../../../emulator/isa/system-ops";
import type { Rng } from "../../../differential/rng";
import { setSegment } from "../../../harness/segment";
import { CODE, CONFORMING, DATA, descriptor, EXPAND_DOWN, gate, READ_ONLY } from "./system/bench";

/** Random processor states, mostly as systems set them up and often with one thing otherwise, and an instruction for each. */

export const USED_RAM = 0x40000;
const GDT = 0x5000;
const IDT = 0x4000;
const DIRECTORY = 0x1000;
const TABLE = 0x2000;
const PDPTES = 0x8000;
const VECTORS = 32;
const TR_SELECTOR = 0x38;
/** Ring r's stack is two pages here + r * 0x4000; no page lies before and after it. */
const STACKS = 0x20000;
const PAGE = 0x1000;
const FIRST_ODD = 8;
const ODD_ONES = 12;

/** What is to be done: a system instruction, or a fault to be delivered. */
export interface Task {
  kind: "int" | "iret" | "load" | "cli" | "sti" | "popf" | "fault" | "control";
  op: SystemOp;
  a: number;
  b: number;
}

export const KINDS = ["int", "iret", "load", "cli", "sti", "popf", "fault", "control"] as const;

const RINGS = [0, 1, 3] as const;
type Ring = (typeof RINGS)[number];
/** Selectors without RPL of the good segments. */
const CODES: Record<Ring, number> = { 0: 0x08, 1: 0x18, 3: 0x28 };
const DATAS: Record<Ring, number> = { 0: 0x10, 1: 0x20, 3: 0x30 };

export class Start {
  private readonly view: DataView;
  private readonly ring: Ring;
  /** The limit field of the outer rings' segments. */
  private readonly outer: number;

  constructor(
    private readonly state: State,
    private readonly rng: Rng,
  ) {
    this.view = new DataView(state.memory.buffer, RAM);
    this.ring = rng.pick(RINGS);
    this.outer = rng.pick([0xfffff, 0xf67ff]);
  }

  /** Writes tables, registers and stacks. */
  make(kind: Task["kind"]): Task {
    clear(this.state);
    this.pages();
    this.descriptors();
    this.gates();
    this.registers();
    this.taskState();
    return this.task(kind);
  }

  private dword(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  private pair(at: number, [low, high]: [number, number]): void {
    this.dword(at, low);
    this.dword(at + 4, high);
  }

  /** Accessed and dirty already, so that no walk writes. */
  private pages(): void {
    const bits = Pte.P | Pte.Rw | Pte.Us | Pte.A | Pte.D;
    this.dword(DIRECTORY, TABLE | bits);
    for (let page = 0; page < USED_RAM / PAGE; page++) {
      const inStack = page >= STACKS / PAGE;
      const isHole = inStack && page % 4 >= 2;
      const isUser = inStack && page >= STACKS / PAGE + 12;
      this.dword(TABLE + page * 4, isHole ? 0 : (page << 12) | (isUser ? bits : bits & ~Pte.Us));
    }
  }

  private good(ring: Ring, kind: number): [number, number] {
    return descriptor(kind | Desc.Accessed, { dpl: ring, limit: ring === 0 ? 0xfffff : this.outer });
  }

  private descriptors(): void {
    const { rng } = this;
    for (const ring of RINGS) {
      this.pair(GDT + CODES[ring], this.good(ring, CODE));
      this.pair(GDT + DATAS[ring], this.good(ring, DATA));
    }
    for (let n = 0; n < ODD_ONES; n++) this.pair(GDT + (FIRST_ODD + n) * 8, this.odd());
    this.state.set(S.GdtrBase, GDT);
    this.state.set(S.GdtrLimit, rng.oneIn(20) ? rng.below(0x100) : 0xff);
  }

  /** A descriptor that differs from a good one in one or two respects. */
  private odd(): [number, number] {
    const { rng } = this;
    const ring = rng.pick(RINGS);
    const [low, high] = this.good(ring, rng.pick([CODE, CODE, DATA, DATA, CONFORMING, READ_ONLY, EXPAND_DOWN]));
    switch (rng.below(8)) {
      case 0:
        return [low, (high | (rng.below(256) << 24)) >>> 0];
      case 1:
        return [((low & 0xffff) | (rng.below(0x10000) << 16)) >>> 0, high];
      case 2:
        return [((low & 0xffff0000) | rng.below(0x10000)) >>> 0, rng.oneIn(2) ? high : (high & ~0xf0000) >>> 0];
      case 3:
        return [low, (high & ~rng.pick([Desc.Accessed, Desc.P, Desc.Db, Desc.G, Desc.S])) >>> 0];
      case 4:
        return [low, ((high & ~Desc.Dpl) | (rng.below(4) << 13)) >>> 0];
      case 5:
        return [rng.u32(), rng.u32()];
      default:
        return [low, high];
    }
  }

  /** Mostly the good selector with its RPL. */
  private selector(good: number, rpl: number): number {
    const { rng } = this;
    if (!rng.oneIn(4)) return good | rpl;
    return (
      rng.pick([0, good, ...Object.values(CODES), ...Object.values(DATAS), (FIRST_ODD + rng.below(ODD_ONES)) * 8]) |
      (rng.oneIn(3) ? rng.below(8) : rpl)
    );
  }

  private inner(): Ring {
    return this.rng.pick(RINGS.filter((ring) => ring <= this.ring));
  }

  private gates(): void {
    const { rng } = this;
    const types = [
      SysType.InterruptGate32,
      SysType.InterruptGate32,
      SysType.TrapGate32,
      SysType.TrapGate32,
      SysType.InterruptGate16,
      SysType.CallGate32,
    ];
    for (let vector = 0; vector < VECTORS; vector++) {
      const offset = rng.oneIn(10) ? rng.u32() : rng.below(USED_RAM);
      const dpl = rng.oneIn(3) ? rng.below(4) : 3;
      this.pair(
        IDT + vector * 8,
        gate(rng.pick(types), this.selector(CODES[this.inner()], 0), offset, dpl, !rng.oneIn(20)),
      );
    }
    this.state.set(S.IdtrBase, IDT);
    this.state.set(S.IdtrLimit, rng.oneIn(20) ? rng.below(0x100) : 0xff);
  }

  /** Near a page's end or anywhere in the stack of a ring, or somewhere else. */
  private stackTop(ring: number): number {
    const { rng } = this;
    const base = STACKS + ring * 0x4000;
    if (rng.oneIn(20)) return rng.u32();
    return (
      base +
      (rng.oneIn(3) ? rng.pick([0, PAGE, 2 * PAGE]) + 4 * rng.below(16) - 32 : rng.below(2 * PAGE)) +
      (rng.oneIn(10) ? rng.below(4) : 0)
    );
  }

  private registers(): void {
    const { state, rng, ring } = this;
    for (let reg = 0; reg < 8; reg++) state.setGpr(reg, rng.u32());
    state.setGpr(Gpr.Esp, this.stackTop(ring));
    state.set(S.Eip, rng.u32());
    state.set(S.InsnEip, rng.u32());
    state.set(S.Cpl, ring);
    state.set(S.Cr0, 0x80010011);
    state.set(S.Cr3, DIRECTORY);
    state.set(S.Cr4, 0);
    state.set(S.Budget, 1000);
    state.set(S.Inhibit, rng.below(3));
    state.setEflags(this.flags() & ~(rng.oneIn(20) ? 0 : Flag.Tf | Flag.Nt));
    this.cache(Seg.Cs, CODES[ring] | ring);
    this.cache(Seg.Ss, this.selector(DATAS[ring], ring));
    for (const seg of [Seg.Es, Seg.Ds, Seg.Fs, Seg.Gs])
      this.cache(seg, this.selector(DATAS[rng.pick(RINGS)], rng.pick([0, 3])));
  }

  private flags(): number {
    const every =
      Flag.Arith | Flag.If | Flag.Df | Flag.Iopl | Flag.Ac | Flag.Id | Flag.Rf | Flag.Tf | Flag.Nt | Flag.Vm;
    return this.rng.u32() & every;
  }

  /** Loads a descriptor cache without any check; a null selector makes it unusable. */
  private cache(seg: Seg, selector: number): void {
    const { state, view } = this;
    const at = GDT + (selector & 0xf8);
    const [low, high] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const field = (low & 0xffff) | (high & 0xf0000);
    const base = (low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000);
    setSegment(state, seg, selector, base, high & Desc.G ? (field << 12) | 0xfff : field, high & Desc.Rights);
    state.setSeg(seg, SegField.Valid, (selector & 0xfffc) !== 0 && (high & Desc.S) !== 0 ? 1 : 0);
  }

  private taskState(): void {
    const { state, rng } = this;
    const base = rng.oneIn(10) ? 0x6ff0 + rng.below(16) : 0x6000;
    for (const ring of [0, 1]) {
      this.dword(base + 4 + ring * 8, this.stackTop(ring));
      this.dword(base + 8 + ring * 8, this.selector(DATAS[ring as Ring], ring));
    }
    const type = rng.oneIn(20) ? SysType.Tss16Busy : SysType.Tss32Busy;
    setSegment(state, Seg.Tr, TR_SELECTOR, base, rng.oneIn(20) ? rng.below(0x20) : 0x67, Desc.P | (type << 8));
  }

  private task(kind: Task["kind"]): Task {
    const { rng } = this;
    switch (kind) {
      case "int":
        return { kind, op: SystemOp.Int, a: rng.below(VECTORS + 1), b: 0 };
      case "fault":
        return { kind, op: SystemOp.Int, a: rng.below(VECTORS), b: rng.oneIn(2) ? NO_ERROR_CODE : rng.below(0x10000) };
      case "iret":
        this.returnFrame();
        return { kind, op: SystemOp.Iret, a: rng.oneIn(10) ? 2 : 4, b: 0 };
      case "load":
        return this.segmentLoad();
      case "popf":
        return { kind, op: SystemOp.Popf, a: this.newFlags(), b: rng.oneIn(10) ? 2 : 4 };
      case "cli":
        return { kind, op: SystemOp.Cli, a: 0, b: 0 };
      case "sti":
        return { kind, op: SystemOp.Sti, a: 0, b: 0 };
      case "control":
        return this.control();
    }
  }

  /** RDTSC, INVLPG, CLTS, or a move from or to a control register; mostly in ring 0, which the segments do not matter to. */
  private control(): Task {
    const { rng, state } = this;
    if (!rng.oneIn(8)) state.set(S.Cpl, 0);
    state.set(S.Cr0, state.get(S.Cr0) | (rng.oneIn(2) ? Cr0.Ts : 0));
    state.set(S.Cr4, rng.oneIn(2) ? Cr4.Pae : 0);
    const op = rng.pick([
      SystemOp.MovToCr,
      SystemOp.MovToCr,
      SystemOp.MovFromCr,
      SystemOp.Clts,
      SystemOp.Invlpg,
      SystemOp.Rdtsc,
    ]);
    if (op === SystemOp.Rdtsc) return this.timeStamp();
    if (op === SystemOp.Invlpg) return { kind: "control", op, a: rng.u32(), b: 0 };
    for (let at = PDPTES; at < PDPTES + 32; at += 8)
      this.pair(at, [DIRECTORY | (rng.oneIn(8) ? rng.below(PAGE) : Pte.P), rng.oneIn(20) ? rng.u32() : 0]);
    const number = rng.oneIn(8) ? rng.below(8) : rng.pick([0, 3]);
    const [reg, value] = [rng.below(8), number === 0 ? state.get(S.Cr0) ^ Cr0.Ts : PDPTES | rng.below(32)];
    state.setGpr(reg, rng.oneIn(8) ? rng.u32() : value);
    return { kind: "control", op, a: reg | (number << 4), b: 0 };
  }

  /** Any time that a double counts, any offset, in any ring; with CR4.TSD it is for ring 0. */
  private timeStamp(): Task {
    const { rng, state } = this;
    state.set(S.Cr4, rng.oneIn(3) ? Cr4.Tsd : 0);
    state.set(S.Cpl, rng.below(4));
    state.set(S.Budget, rng.below(50_000));
    for (const at of [S.TimeAtEnd, S.TscOffset, S.TscOffset + 4]) state.set(at, rng.u32());
    state.set(S.TimeAtEnd + 4, 1 + rng.below(1 << 20));
    return { kind: "control", op: SystemOp.Rdtsc, a: 0, b: 0 };
  }

  private segmentLoad(): Task {
    const { rng, ring } = this;
    const seg = rng.pick([Seg.Es, Seg.Ds, Seg.Fs, Seg.Gs, Seg.Ss]);
    return {
      kind: "load",
      op: SystemOp.LoadSeg,
      a: seg,
      b: this.selector(DATAS[seg === Seg.Ss ? ring : rng.pick(RINGS)], ring),
    };
  }

  private newFlags(): number {
    return this.flags() & ~(this.rng.oneIn(10) ? 0 : Flag.Tf | Flag.Nt | Flag.Vm);
  }

  /** What IRET finds where ESP points. */
  private returnFrame(): void {
    const { rng, state } = this;
    const outer = rng.pick(RINGS.filter((ring) => ring >= this.ring));
    const eip = rng.oneIn(10) ? rng.u32() : rng.below(USED_RAM);
    const frame = [
      eip,
      this.selector(CODES[outer], outer),
      this.newFlags(),
      this.stackTop(outer),
      this.selector(DATAS[outer], outer),
    ];
    const esp = state.gpr(Gpr.Esp);
    if (esp + 4 * frame.length <= USED_RAM) frame.forEach((word, n) => this.dword(esp + 4 * n, word));
  }
}

function clear(state: State): void {
  state.u8.fill(0, RAM, RAM + USED_RAM);
  for (const at of [
    S.Fault,
    S.FaultVector,
    S.FaultError,
    S.FaultReason,
    S.Cr2,
    S.Halted,
    S.Stop,
    S.InhibitBudget,
    S.SlowTransfers,
  ])
    state.set(at, 0);
}
