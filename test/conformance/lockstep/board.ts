import { Cr0, Cr4, Desc, Efer, Flag, Gpr, Seg, SysType } from "../../../emulator/base/arch";
import { RAM, S, SegField } from "../../../emulator/base/layout";
import { State } from "../../../emulator/base/state";
import { Cpu } from "../../../emulator/cpu/cpu";
import { CpuStop } from "../../../emulator/cpu/wiring";
import { StateReader, StateWriter } from "../../../emulator/base/state-stream";
import { Jit } from "../../../emulator/jit/jit";
import type { Watch } from "../../../emulator/memory/watches";
import { EAGER, TRACED } from "../../harness/eager";
import { setSegment } from "../../harness/segment";
import { Mix } from "./mix";
import type { Observer } from "./observer";
import type { Action, Scenario, Step } from "./scenario";
import { At, GDT_LIMIT, PAGE, RAM_BYTES, SELECTORS, type Setting, TSS_SELECTOR } from "./setting";
import { areTablesSound, entryAt, writeTables } from "./tables";
import { fieldsOf, VISIBLE } from "./visible";

/** A processor with 1 MiB of RAM, put back to the start of one random program after another. */

export type Tier = "interpreter" | "compiled" | "traced";

const INTERRUPT_VECTOR = 0x21;
/** Fills RAM: a program that strays meets it soon and is led back. */
const INT3 = 0xcc;
const WARM_UP = 4000;
const WARM_STRIDE = 90;

/** Touched watches do not end a step. */
const goesOn = (stop: CpuStop): boolean => stop === CpuStop.Count || stop === CpuStop.Watchpoint;

export class Board {
  readonly state = new State(RAM_BYTES);
  readonly cpu: Cpu;
  readonly ram: Uint8Array;
  private readonly view: DataView;
  /** What the compiled code did; all 0 on an interpreting board. */
  readonly mix = new Mix();
  private readonly stops = new Set<number>();
  private readonly watches = new Set<Watch>();
  /** What listeners were told in the last step: touched watches and changes of ring. */
  told: string[] = [];
  private setting: Setting | undefined;
  private waiting = false;
  private first = 0;

  private readonly isCompiled: boolean;

  constructor(tier: Tier) {
    const { state } = this;
    this.isCompiled = tier !== "interpreter";
    this.ram = new Uint8Array(state.memory.buffer, RAM, RAM_BYTES);
    this.view = new DataView(state.memory.buffer, RAM, RAM_BYTES);
    this.cpu = new Cpu({
      state,
      ports: { read: (port) => port + this.retired, write: () => undefined },
      interrupts: { pending: () => this.waiting, acknowledge: () => this.acknowledge() },
      now: () => this.retired,
    });
    if (tier !== "interpreter")
      this.cpu.attach((parts) => this.mix.watch(new Jit(parts, tier === "traced" ? TRACED : EAGER), parts));
  }

  /** Instructions of this program. */
  get retired(): number {
    return this.cpu.retired - this.first;
  }

  /** Linear address of the next instruction. */
  get pc(): number {
    return (this.state.seg(Seg.Cs, SegField.Base) + this.state.get(S.Eip)) >>> 0;
  }

  private acknowledge(): number {
    this.waiting = false;
    return INTERRUPT_VECTOR;
  }

  load({ program, setting, data }: Scenario): void {
    const { state, ram, cpu } = this;
    this.setting = setting;
    ram.fill(0, 0, At.Code).fill(INT3, At.Code);
    ram.fill(0, At.Events, At.Events + 4);
    writeTables(this.view, setting, program.vectors);
    ram.set(program.code, At.Code);
    ram.set(program.handlers, At.Handlers);
    ram.set(data, At.Data);
    for (const linear of this.stops) cpu.breakpoints.remove(linear);
    for (const watch of this.watches) cpu.watches.remove(watch);
    this.stops.clear();
    this.watches.clear();
    this.told = [];
    cpu.takeTouched();
    cpu.onTransfer = setting.traced ? (transfer) => this.tell(Object.values(transfer).join(" ")) : undefined;
    cpu.forgetCode();
    for (const at of VISIBLE) state.set(at, 0);
    this.writeState(setting);
    cpu.memory.tlb.flushAll();
    cpu.memory.tlb.select(setting.ring);
    this.waiting = false;
    this.first = cpu.retired;
  }

  private writeState({ ring, paging, noExecute, writeProtect, global, iopl, limit }: Setting): void {
    const { state } = this;
    state.set(S.Eip, At.Code);
    state.setEflags(Flag.Fixed1 | Flag.If | (iopl ? Flag.Iopl : 0));
    state.set(S.Cr0, Cr0.Pe | Cr0.Et | (paging === "off" ? 0 : Cr0.Pg) | (writeProtect ? Cr0.Wp : 0));
    state.set(S.Cr3, At.Root);
    state.set(S.Cr4, Cr4.Pse | (paging === "PAE" ? Cr4.Pae : 0) | (global ? Cr4.Pge : 0));
    if (paging === "PAE") for (let n = 0; n < 8; n++) state.set(S.Pdpte + n * 4, this.dword(At.Root + n * 4));
    state.set(S.Efer, noExecute ? Efer.Nxe : 0);
    state.set(S.Fault, 0);
    state.set(S.TscOffset, 0);
    state.set(S.TscOffset + 4, 0);
    state.set(S.GdtrBase, At.Gdt);
    state.set(S.GdtrLimit, GDT_LIMIT);
    state.set(S.IdtrBase, At.Idt);
    state.set(S.IdtrLimit, 0x7ff);
    state.set(S.Cpl, ring);
    state.setGpr(Gpr.Esp, At.UserStack);
    const [code, data] = SELECTORS[ring];
    for (const seg of [Seg.Es, Seg.Cs, Seg.Ss, Seg.Ds, Seg.Fs, Seg.Gs])
      this.flat(seg, seg === Seg.Cs ? code : data, limit);
    setSegment(this.state, Seg.Tr, TSS_SELECTOR, At.Tss, 0x67, 0x8000 | (SysType.Tss32Busy << 8));
  }

  private dword(physical: number): number {
    return this.view.getUint32(physical, true);
  }

  private flat(seg: Seg, selector: number, limit: number): void {
    setSegment(this.state, seg, selector, 0, limit, this.dword(At.Gdt + (selector & ~7) + 4) & Desc.Rights);
  }

  /** Does what the step says, then retires its instructions, or fewer up to a breakpoint. */
  advance({ actions, count }: Step): CpuStop {
    for (const action of actions) this.act(action);
    const { cpu } = this;
    const end = cpu.retired + count;
    this.told = [];
    this.mix.instructions += count;
    let stop = CpuStop.Count;
    for (let pass = true; goesOn(stop) && cpu.retired < end; pass = false) {
      stop = cpu.run(Math.min(this.stride, end - cpu.retired), pass);
      if (stop === CpuStop.Watchpoint) this.tellTouched();
    }
    this.mix.instructions -= end - cpu.retired;
    return stop;
  }

  /** `advance` in pieces as `observer` has them, who looks at the program in between and sets his own marks and watches. */
  advanceObserved({ actions, count }: Step, observer: Observer): CpuStop {
    for (const action of actions) this.act(action);
    const { cpu } = this;
    const end = cpu.retired + count;
    this.told = [];
    this.mix.instructions += count;
    let stop = CpuStop.Count;
    while ((goesOn(stop) || stop === CpuStop.Breakpoint) && cpu.retired < end) {
      observer.look(cpu);
      if (observer.wanders) this.detour(observer.stride());
      stop = cpu.run(Math.min(observer.stride(), end - cpu.retired), stop === CpuStop.Breakpoint);
      cpu.takeTouched();
    }
    this.mix.instructions -= end - cpu.retired;
    return stop === CpuStop.Breakpoint || stop === CpuStop.Watchpoint ? CpuStop.Count : stop;
  }

  /** Runs on for a while and comes back: to the memory and the processor's state as they are now. */
  private detour(count: number): void {
    const { cpu, ram, mix, waiting, told } = this;
    const writer = new StateWriter();
    cpu.passState(writer);
    const before = ram.slice();
    this.told = [];
    cpu.memory.takeWritten();
    cpu.run(count, true);
    // What was written is noted: all else is as it was.
    for (const frame of cpu.memory.takeWritten()) {
      const at = frame * PAGE;
      ram.set(before.subarray(at, at + PAGE), at);
    }
    if (Buffer.compare(ram, before) !== 0) throw new Error("a page was written to without being noted");
    cpu.passState(new StateReader(writer.values));
    Object.assign(this, { waiting, told });
    mix.detours++;
  }

  private tell(text: string): void {
    this.mix.told++;
    this.told.push(`${this.retired.toString()}: ${text}`);
  }

  private tellTouched(): void {
    const { instruction, touched } = this.cpu.takeTouched();
    for (const { linear, size, touches } of touched)
      this.tell(`${instruction.toString(16)} touches ${[linear.toString(16), size, touches].join(" ")}`);
  }

  /** Where a run ends is where the compiler looks: while a program warms up, runs are short. */
  private get stride(): number {
    return this.isCompiled && this.retired < WARM_UP ? WARM_STRIDE : Infinity;
  }

  private act(action: Action): void {
    const { cpu, setting } = this;
    switch (action.kind) {
      case "interrupt":
        this.waiting = true;
        return;
      case "break":
        this.stops.add(action.linear);
        return cpu.breakpoints.add(action.linear);
      case "unbreak":
        this.stops.delete(action.linear);
        return cpu.breakpoints.remove(action.linear);
      case "watch":
        this.watches.add(action.watch);
        return cpu.watches.add(action.watch);
      case "unwatch":
        this.watches.delete(action.watch);
        return cpu.watches.remove(action.watch);
      case "write":
        return void cpu.memory.physical.writeBlock(action.physical, Uint8Array.from(action.bytes));
      case "protect": {
        if (!setting) return;
        const at = entryAt(setting, action.linear);
        cpu.memory.physical.write32(at, this.dword(at) & action.mask);
        if (action.flush) cpu.memory.tlb.flushPage(action.linear);
        return;
      }
    }
  }

  /** False once the program has spoilt its page tables: what it does then is open. */
  get isSound(): boolean {
    return this.setting !== undefined && areTablesSound(this.view, this.setting);
  }

  /** The registers by name, EFLAGS first; then the count of instructions. */
  fields(): Map<string, number> {
    return fieldsOf(this.state).set("instructions", this.retired);
  }
}
