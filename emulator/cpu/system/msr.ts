import { Cr4, Efer, Gpr, Vector } from "../../base/arch";
import { S } from "../../base/layout";
import { Reason } from "../../base/reasons";
import type { Context } from "./context";
import type { Control } from "./control";

/** The model-specific registers that exist (vol. 4). */
const enum Msr {
  TimeStampCounter = 0x10,
  SysenterCs = 0x174,
  SysenterEsp = 0x175,
  SysenterEip = 0x176,
  Pat = 0x277,
  Efer = 0xc0000080,
}

const TWO_32 = 0x1_0000_0000;
/** Both words of IA32_PAT after reset: UC, UC-, WT, WB. */
const PAT_RESET = 0x00070406;

/** RDMSR, WRMSR, RDTSC and RDPMC. The TSC counts ticks of 1 ns. */
export class Msrs {
  constructor(
    private readonly context: Context,
    private readonly control: Control,
  ) {}

  /** The values after RESET. */
  reset(): void {
    const state = this.context.state;
    state.set(S.Pat, PAT_RESET);
    state.set(S.Pat + 4, PAT_RESET);
    state.set(S.TscOffset, 0);
    state.set(S.TscOffset + 4, 0);
    state.set(S.Efer, 0);
    state.set(S.SysenterCs, 0);
    state.set(S.SysenterEsp, 0);
    state.set(S.SysenterEip, 0);
  }

  rdtsc(): number {
    const { context } = this;
    if ((context.state.get(S.Cr4) & Cr4.Tsd) !== 0 && context.cpl !== 0) {
      return context.fault(Vector.Gp, 0, Reason.Privilege);
    }
    return this.readTimeStamp();
  }

  /** Answers #GP(0) for every index, because there are no performance counters. */
  rdpmc(): number {
    return this.context.fault(Vector.Gp, 0, Reason.UnknownMsr);
  }

  rdmsr(): number {
    if (this.control.refusesCpl()) return 1;
    const state = this.context.state;
    switch (state.gpr(Gpr.Ecx)) {
      case Msr.TimeStampCounter:
        return this.readTimeStamp();
      case Msr.SysenterCs:
        return this.answer(state.get(S.SysenterCs), 0);
      case Msr.SysenterEsp:
        return this.answer(state.get(S.SysenterEsp), 0);
      case Msr.SysenterEip:
        return this.answer(state.get(S.SysenterEip), 0);
      case Msr.Pat:
        return this.answer(state.get(S.Pat), state.get(S.Pat + 4));
      case Msr.Efer:
        return this.answer(state.get(S.Efer), 0);
      default:
        return this.context.fault(Vector.Gp, 0, Reason.UnknownMsr);
    }
  }

  wrmsr(): number {
    if (this.control.refusesCpl()) return 1;
    const state = this.context.state;
    const low = state.gpr(Gpr.Eax);
    const high = state.gpr(Gpr.Edx);
    switch (state.gpr(Gpr.Ecx)) {
      case Msr.TimeStampCounter:
        return this.writeTimeStamp(low, high);
      case Msr.SysenterCs:
        state.set(S.SysenterCs, low);
        return 0;
      case Msr.SysenterEsp:
        state.set(S.SysenterEsp, low);
        return 0;
      case Msr.SysenterEip:
        state.set(S.SysenterEip, low);
        return 0;
      case Msr.Pat:
        return this.writePat(low, high);
      case Msr.Efer:
        return this.writeEfer(low, high);
      default:
        return this.context.fault(Vector.Gp, 0, Reason.UnknownMsr);
    }
  }

  /** Puts an answer in EDX:EAX. */
  private answer(low: number, high: number): number {
    this.context.state.setGpr(Gpr.Eax, low);
    this.context.state.setGpr(Gpr.Edx, high);
    return 0;
  }

  private readTimeStamp(): number {
    const { context } = this;
    const now = context.now();
    const low = (now % TWO_32) + context.state.get(S.TscOffset);
    const carry = low >= TWO_32 ? 1 : 0;
    return this.answer(low, Math.floor(now / TWO_32) + context.state.get(S.TscOffset + 4) + carry);
  }

  private writeTimeStamp(low: number, high: number): number {
    const { context } = this;
    const now = context.now();
    const nowLow = now % TWO_32;
    const borrow = low < nowLow ? 1 : 0;
    context.state.set(S.TscOffset, low - nowLow);
    context.state.set(S.TscOffset + 4, high - Math.floor(now / TWO_32) - borrow);
    return 0;
  }

  private writeEfer(low: number, high: number): number {
    const { state, memory } = this.context;
    if ((low & ~Efer.Nxe) !== 0 || high !== 0) return this.refuse();
    const changed = state.get(S.Efer) !== low;
    state.set(S.Efer, low);
    if (changed) memory.tlb.flushAll();
    return 0;
  }

  /** Writes the PAT. Each byte is a memory type: 0, 1, 4, 5, 6 or 7 (vol. 3A, table 12-10). */
  private writePat(low: number, high: number): number {
    for (let shift = 0; shift < 32; shift += 8) {
      if (!isMemoryType((low >>> shift) & 0xff) || !isMemoryType((high >>> shift) & 0xff)) return this.refuse();
    }
    this.context.state.set(S.Pat, low);
    this.context.state.set(S.Pat + 4, high);
    return 0;
  }

  private refuse(): number {
    return this.context.fault(Vector.Gp, 0, Reason.MsrValue);
  }
}

function isMemoryType(value: number): boolean {
  return value <= 7 && value !== 2 && value !== 3;
}
