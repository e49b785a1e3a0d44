import { Desc, Seg, SysType } from "../../emulator/base/arch";
import { RAM, S, SEG_SIZE, SegField } from "../../emulator/base/layout";
import { State } from "../../emulator/base/state";
import { Cpu } from "../../emulator/cpu/cpu";
import { CpuStop } from "../../emulator/cpu/wiring";
import { Jit } from "../../emulator/jit/jit";
import { EAGER } from "../harness/eager";
import { setSegment } from "../harness/segment";

/** A processor with 1 MiB of RAM and no devices, which is put back to a picked start again and again. */

export const RAM_BYTES = 0x100000;

/** What a round starts from. */
export interface Start {
  ram: Uint8Array;
  gpr: readonly number[];
  eip: number;
  eflags: number;
  cr0: number;
  cr3: number;
  cr4: number;
  /** Selectors of ES, CS, SS, DS, FS, GS: flat entries of the GDT at `gdt`, or null. */
  selectors: readonly number[];
  gdt: number;
  idt: number;
  tss: number;
  tssSelector: number;
}

/** Words of the state that a program can see, from S.Gpr: registers, control registers, tables, descriptor caches. */
const VISIBLE: readonly number[] = [
  ...range(S.Gpr, 8),
  S.Eip,
  S.Cpl,
  S.Cr0,
  S.Cr2,
  S.Cr3,
  S.Cr4,
  S.Halted,
  S.Inhibit,
  ...range(S.GdtrBase, 4),
  ...range(S.Dr, 8),
  S.SysenterCs,
  S.SysenterEsp,
  S.SysenterEip,
  S.Efer,
  ...range(S.Pdpte, 8),
  ...range(S.Seg, (8 * SEG_SIZE) / 4),
];

function range(first: number, words: number): number[] {
  return Array.from({ length: words }, (_, n) => first + n * 4);
}

/** Exceptions one after the other without an instruction retired, after which a round counts as stuck. */
const STUCK_AFTER = 2000;
/** What `advance` answers then, beside the processor's own stops. */
export const STUCK = -1;

/** Stops of an observer's marks and watches, which are no business of the program. */
const isSeen = (stop: CpuStop): boolean => stop === CpuStop.Breakpoint || stop === CpuStop.Watchpoint;

/** Somebody who may do what a debugger does before each piece of a run. */
export interface Observer {
  look(cpu: Cpu): void;
}

class StuckError extends Error {}

export class Board {
  readonly state = new State(RAM_BYTES);
  readonly cpu: Cpu;
  readonly ram: Uint8Array;
  observer: Observer | undefined;
  /** The vector of an interrupt that may be taken at instruction `offered` of the round, and not later; -1 for none. */
  private waiting = -1;
  private offered = 0;
  private roundStart = 0;
  private lastRetired = 0;
  private faults = 0;

  constructor(engine: "interpreter" | "compiled" = "interpreter") {
    const { state } = this;
    const raise = state.raise.bind(state);
    state.raise = (vector, errorCode) => {
      this.noteFault();
      raise(vector, errorCode);
    };
    this.ram = new Uint8Array(state.memory.buffer, RAM, RAM_BYTES);
    this.cpu = new Cpu({
      state,
      ports: { read: (port) => Math.imul(port, 0x9e3779b1) >>> 0, write: () => undefined },
      interrupts: {
        pending: () => this.waiting >= 0 && this.retired === this.offered,
        acknowledge: () => this.acknowledge(),
      },
      now: () => this.retired,
    });
    if (engine === "compiled") this.cpu.attach((parts) => new Jit(parts, EAGER));
  }

  /** Instructions of this round. */
  get retired(): number {
    return this.cpu.retired - this.roundStart;
  }

  /** Linear address of the next instruction. */
  get pc(): number {
    return (this.state.seg(Seg.Cs, SegField.Base) + this.state.get(S.Eip)) >>> 0;
  }

  /** A handler that faults at its first instruction goes on for ever, on any processor: such a round ends. */
  private noteFault(): void {
    if (this.cpu.retired !== this.lastRetired) this.faults = 0;
    this.lastRetired = this.cpu.retired;
    if (++this.faults > STUCK_AFTER) throw new StuckError("no instruction retires");
  }

  private acknowledge(): number {
    const vector = this.waiting;
    this.waiting = -1;
    return vector;
  }

  /** Puts RAM, registers and tables back to `start`. */
  reset(start: Start): void {
    const { state } = this;
    const { tlb } = this.cpu.memory;
    this.ram.set(start.ram);
    this.cpu.forgetCode();
    for (const at of VISIBLE) state.set(at, 0);
    state.set(S.TscOffset, 0);
    state.set(S.TscOffset + 4, 0);
    start.gpr.forEach((value, n) => {
      state.setGpr(n, value);
    });
    state.set(S.Eip, start.eip);
    state.setEflags(start.eflags);
    state.set(S.Cr0, start.cr0);
    state.set(S.Cr3, start.cr3);
    state.set(S.Cr4, start.cr4);
    state.set(S.Dr + 24, 0xffff0ff0);
    state.set(S.Dr + 28, 0x400);
    this.loadTables(start);
    state.set(S.Fault, 0);
    tlb.flushAll();
    tlb.select(state.get(S.Cpl));
    this.waiting = -1;
    this.faults = 0;
    this.roundStart = this.cpu.retired;
  }

  private loadTables(start: Start): void {
    const { state } = this;
    state.set(S.GdtrBase, start.gdt);
    state.set(S.GdtrLimit, 0xff);
    state.set(S.IdtrBase, start.idt);
    state.set(S.IdtrLimit, 0x7ff);
    start.selectors.forEach((selector, seg) => {
      this.loadSegment(seg, selector, start);
    });
    state.set(S.Cpl, (start.selectors[Seg.Cs] ?? 0) & 3);
    setSegment(this.state, Seg.Tr, start.tssSelector, start.tss, 0x67, 0x8000 | (SysType.Tss32Busy << 8));
    // With PAE the PDPTEs are loaded with CR3.
    if (start.cr4 & 0x20)
      for (let n = 0; n < 8; n++) state.set(S.Pdpte + n * 4, state.view.getUint32(RAM + start.cr3 + n * 4, true));
  }

  private loadSegment(seg: Seg, selector: number, start: Start): void {
    if ((selector & ~3) === 0) return;
    const at = start.gdt + (selector & ~7);
    const high = this.state.view.getUint32(RAM + at + 4, true);
    setSegment(this.state, seg, selector, 0, 0xffffffff, high & Desc.Rights);
  }

  /** Retires `count` instructions, `stride` at a time; an interrupt is offered before the first alone. */
  advance(count: number, stride: () => number, interrupt: number): CpuStop | typeof STUCK {
    try {
      return this.run(count, stride, interrupt);
    } catch (error) {
      if (error instanceof StuckError) return STUCK;
      throw error;
    }
  }

  private run(count: number, stride: () => number, interrupt: number): CpuStop {
    const end = this.retired + count;
    this.waiting = interrupt;
    this.offered = this.retired;
    const observer = this.observer;
    const piece = (pass: boolean): CpuStop => {
      observer?.look(this.cpu);
      return this.cpu.run(Math.min(stride(), end - this.retired), pass);
    };
    let stop = piece(observer !== undefined);
    while ((stop === CpuStop.Count || isSeen(stop)) && this.retired < end) {
      this.cpu.takeTouched();
      stop = piece(stop === CpuStop.Breakpoint);
    }
    this.cpu.takeTouched();
    return isSeen(stop) ? CpuStop.Count : stop;
  }

  /** What a program can see of the registers, EFLAGS first. */
  visible(): Uint32Array {
    const { state } = this;
    return Uint32Array.of(state.eflags(), ...VISIBLE.map((at) => state.get(at)));
  }
}

/** Names of the words of `visible`, for reports. */
export const visibleName = (n: number): string => (n === 0 ? "eflags" : `state+${(VISIBLE[n - 1] ?? 0).toString(16)}`);
