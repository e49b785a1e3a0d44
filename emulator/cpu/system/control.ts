import { Cr0, Cr4, Vector } from "../../base/arch";
import { NO_ERROR_CODE, S } from "../../base/layout";
import { Reason } from "../../base/reasons";
import type { Context } from "./context";

/** The CR0 bits that can be written. Other bits keep their value, without a fault (vol. 2, MOV CR). */
const CR0_WRITABLE = Cr0.Pe | Cr0.Mp | Cr0.Em | Cr0.Ts | Cr0.Ne | Cr0.Wp | Cr0.Am | Cr0.Nw | Cr0.Cd | Cr0.Pg;
const CR0_LMSW = Cr0.Pe | Cr0.Mp | Cr0.Em | Cr0.Ts;
/** The CR4 bits whose features CPUID reports. Setting another one is #GP(0). */
const CR4_KNOWN = Cr4.Tsd | Cr4.Pse | Cr4.Pae | Cr4.Pge | Cr4.Pce;
/** A change of one of these bits starts address translation anew. */
const CR0_PAGING = Cr0.Pg | Cr0.Wp;
const CR4_PAGING = Cr4.Pse | Cr4.Pae | Cr4.Pge;

const DR6_ONES = 0xffff0ff0;
const DR6_BD = 1 << 13;
const DR7_ONES = 0x400;
const DR7_GD = 1 << 13;

/** Control and debug registers, descriptor-table registers and INVLPG. */
export class Control {
  constructor(private readonly context: Context) {}

  /** `operand` = general register | control register << 4. */
  readCr(operand: number): number {
    const state = this.context.state;
    if (this.refusesCpl()) return 1;
    const at = controlRegister(operand >>> 4);
    if (at < 0) return this.undefined();
    state.setGpr(operand & 7, state.get(at));
    return 0;
  }

  writeCr(operand: number): number {
    if (this.refusesCpl()) return 1;
    const value = this.context.state.gpr(operand & 7);
    switch (operand >>> 4) {
      case 0:
        return this.writeCr0(value);
      case 2:
        this.context.state.set(S.Cr2, value);
        return 0;
      case 3:
        return this.writeCr3(value);
      case 4:
        return this.writeCr4(value);
      default:
        return this.undefined();
    }
  }

  writeCr0(value: number): number {
    const { context } = this;
    const old = context.state.get(S.Cr0);
    const next = (value & CR0_WRITABLE) | Cr0.Et;
    if ((next & Cr0.Pg) !== 0 && (next & Cr0.Pe) === 0) return this.refuse(Reason.ControlCombination);
    if ((next & Cr0.Nw) !== 0 && (next & Cr0.Cd) === 0) return this.refuse(Reason.ControlCombination);
    if ((next & Cr0.Pe) === 0) return this.refuse(Reason.NoRealMode);
    const changed = old ^ next;
    if ((changed & next & Cr0.Pg) !== 0 && (context.state.get(S.Cr4) & Cr4.Pae) !== 0) {
      if (!context.memory.paging.loadPdptes(context.state.get(S.Cr3))) return this.refuse(Reason.ReservedPdpte);
    }
    context.state.set(S.Cr0, next);
    if ((changed & CR0_PAGING) !== 0) context.memory.tlb.flushAll();
    return 0;
  }

  clts(): number {
    if (this.refusesCpl()) return 1;
    const state = this.context.state;
    state.set(S.Cr0, state.get(S.Cr0) & ~Cr0.Ts);
    return 0;
  }

  /** LMSW can set PE but not clear it. */
  lmsw(source: number): number {
    if (this.refusesCpl()) return 1;
    const old = this.context.state.get(S.Cr0);
    return this.writeCr0((old & ~CR0_LMSW) | (source & CR0_LMSW) | (old & Cr0.Pe));
  }

  invlpg(linear: number): number {
    if (this.refusesCpl()) return 1;
    this.context.memory.tlb.flushPage(linear);
    return 0;
  }

  /** LGDT, LIDT: `base` and `limit` are S offsets of the register. */
  loadTable(base: number, limit: number, newLimit: number, newBase: number): number {
    if (this.refusesCpl()) return 1;
    this.context.state.set(base, newBase);
    this.context.state.set(limit, newLimit & 0xffff);
    return 0;
  }

  readDr(operand: number): number {
    if (this.refusesDr()) return 1;
    const state = this.context.state;
    state.setGpr(operand & 7, state.get(debugRegister(operand >>> 4)));
    return 0;
  }

  writeDr(operand: number): number {
    if (this.refusesDr()) return 1;
    const state = this.context.state;
    const value = state.gpr(operand & 7);
    const at = debugRegister(operand >>> 4);
    if (at === S.Dr + 6 * 4) state.set(at, (value & 0xe00f) | DR6_ONES);
    else if (at === S.Dr + 7 * 4) state.set(at, (value & 0xffff2bff) | DR7_ONES);
    else state.set(at, value);
    this.context.onDebugRegister();
    return 0;
  }

  /** Raises #GP(0) outside of ring 0. */
  refusesCpl(): boolean {
    if (this.context.cpl === 0) return false;
    this.refuse(Reason.Privilege);
    return true;
  }

  private writeCr3(value: number): number {
    const { context } = this;
    const state = context.state;
    const pae = (state.get(S.Cr4) & Cr4.Pae) !== 0 && (state.get(S.Cr0) & Cr0.Pg) !== 0;
    if (pae && !context.memory.paging.loadPdptes(value)) return this.refuse(Reason.ReservedPdpte);
    state.set(S.Cr3, value);
    context.memory.tlb.flushLocal();
    return 0;
  }

  private writeCr4(value: number): number {
    const { context } = this;
    const state = context.state;
    if ((value & ~CR4_KNOWN) !== 0) return this.refuse(Reason.ReservedControlBits);
    const changed = state.get(S.Cr4) ^ value;
    // A change of PAE, PGE or PSE with paging on reloads the PDPTEs (vol. 3A, 4.4.1).
    const reload = (value & Cr4.Pae) !== 0 && (state.get(S.Cr0) & Cr0.Pg) !== 0 && (changed & CR4_PAGING) !== 0;
    if (reload && !context.memory.paging.loadPdptes(state.get(S.Cr3))) return this.refuse(Reason.ReservedPdpte);
    state.set(S.Cr4, value);
    if ((changed & CR4_PAGING) !== 0) context.memory.tlb.flushAll();
    return 0;
  }

  /** General detect (vol. 3B, 17.2.4): DR7.GD makes any access to a debug register #DB. */
  private refusesDr(): boolean {
    const state = this.context.state;
    if (this.refusesCpl()) return true;
    const dr7 = state.get(S.Dr + 7 * 4);
    if ((dr7 & DR7_GD) === 0) return false;
    state.set(S.Dr + 7 * 4, dr7 & ~DR7_GD);
    state.set(S.Dr + 6 * 4, state.get(S.Dr + 6 * 4) | DR6_BD);
    this.context.fault(Vector.Db, NO_ERROR_CODE, Reason.None);
    return true;
  }

  private refuse(reason: Reason): number {
    return this.context.fault(Vector.Gp, 0, reason);
  }

  private undefined(): number {
    return this.context.fault(Vector.Ud, NO_ERROR_CODE, Reason.Undefined);
  }
}

/** S offset of a control register, or -1. */
function controlRegister(index: number): number {
  if (index === 0) return S.Cr0;
  if (index === 2) return S.Cr2;
  if (index === 3) return S.Cr3;
  return index === 4 ? S.Cr4 : -1;
}

/** S offset of a debug register: without CR4.DE, DR4 and DR5 are DR6 and DR7. */
function debugRegister(index: number): number {
  return S.Dr + (index === 4 || index === 5 ? index + 2 : index & 7) * 4;
}
