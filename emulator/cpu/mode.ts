import { Desc, Seg } from "../base/arch";
import { MODE_SLOTS, MODE_TABLE, ModeEntry, S, SegField, TLB_BYTES, TLB_EXEC } from "../base/layout";
import type { State } from "../base/state";
import type { StateStream } from "../base/state-stream";
import { ringClass, type Tlb } from "../memory/tlb";
import { isPlainData } from "./plain-data";

/** What decoded code depends on besides its bytes. A segment is flat when its offsets are linear addresses. */
export interface Mode {
  /** The number of the exec TLB and of the entry tables of this mode, 1 .. MODE_SLOTS - 1. */
  slot: number;
  /** The ring class; each class has its own data TLBs. */
  ring: number;
  /** The D bit of CS. */
  big: boolean;
  flatCs: boolean;
  flatSs: boolean;
  flatDs: boolean;
  flatEs: boolean;
  csBase: number;
  csLimit: number;
}

/** The ring class among the bits of a slot. */
const RING = 3;
/** What the bits of a slot tell besides the ring class. */
export const enum ModeBit {
  Big = 1 << 2,
  FlatSs = 1 << 3,
  FlatDs = 1 << 4,
  FlatEs = 1 << 5,
  /** This bit is always set in ModeEntry.Flat. */
  Known = 1 << 6,
}

/** Stands in place of the bits in a slot that no mode has. */
const FREE = -1;

interface Slot {
  bits: number;
  base: number;
  limit: number;
  mode: Mode;
}

/**
 * Keeps the processor's mode. A system runs in a few combinations of ring, code segment and flat data segments; each of
 * them gets an exec TLB, so that changing between them flushes nothing. Slot 0 stays empty: code whose CS is not flat
 * looks up every jump there, and leaves.
 */
export class Modes {
  current: Mode;
  private readonly slots: (Slot | undefined)[] = new Array<Slot | undefined>(MODE_SLOTS);
  private active: Slot | undefined;
  private victim = 0;

  /** @param evict is told of a slot whose mode is given up; its exec TLB and entry tables must be dropped */
  constructor(
    private readonly state: State,
    private readonly tlb: Tlb,
    private readonly evict: (slot: number) => void,
  ) {
    this.current = this.update();
  }

  /** Looks at the segment registers again. This is cheap when nothing has changed. */
  update(): Mode {
    const { state } = this;
    const ring = ringClass(state.get(S.Cpl));
    const flatSs = this.isFlatStack(ring);
    const limit = state.get(S.RingLimit + ring * 4);
    const flatDs = this.isPlain(Seg.Ds, limit);
    const flatEs = this.isPlain(Seg.Es, limit);
    const big = (state.seg(Seg.Cs, SegField.Rights) & Desc.Db) !== 0;
    const csBase = state.seg(Seg.Cs, SegField.Base);
    const csLimit = state.seg(Seg.Cs, SegField.Limit);
    const bits =
      ring |
      (big ? ModeBit.Big : 0) |
      (flatSs ? ModeBit.FlatSs : 0) |
      (flatDs ? ModeBit.FlatDs : 0) |
      (flatEs ? ModeBit.FlatEs : 0);
    const { active } = this;
    const isActive = active?.bits === bits && active.base === csBase && active.limit === csLimit;
    const chosen = isActive ? active : (this.known(bits, csBase, csLimit) ?? this.take(bits, csBase, csLimit));
    const { mode } = chosen;
    this.active = chosen;
    this.current = mode;
    // Generated code changes modes, too, and tells so by this word alone.
    state.set(S.TlbExec, TLB_EXEC + (mode.flatCs ? mode.slot : 0) * TLB_BYTES);
    return mode;
  }

  /** Allocates nothing, because each interrupt changes twice between modes that were met before. */
  private known(bits: number, base: number, limit: number): Slot | undefined {
    for (let slot = 1; slot < MODE_SLOTS; slot++) {
      const one = this.slots[slot];
      if (one?.bits === bits && one.base === base && one.limit === limit) return one;
    }
    return undefined;
  }

  private take(bits: number, csBase: number, csLimit: number): Slot {
    const slot = this.slotToTake();
    if (this.slots[slot]) this.evict(slot);
    return this.enter(slot, bits, csBase, csLimit);
  }

  private enter(slot: number, bits: number, csBase: number, csLimit: number): Slot {
    const mode: Mode = {
      slot,
      ring: bits & RING,
      big: (bits & ModeBit.Big) !== 0,
      flatCs: csBase === 0 && (csLimit & 0xfff) === 0xfff,
      flatSs: (bits & ModeBit.FlatSs) !== 0,
      flatDs: (bits & ModeBit.FlatDs) !== 0,
      flatEs: (bits & ModeBit.FlatEs) !== 0,
      csBase,
      csLimit,
    };
    const taken = { bits, base: csBase, limit: csLimit, mode };
    this.slots[slot] = taken;
    const at = MODE_TABLE + slot * ModeEntry.Size;
    this.state.set(at + ModeEntry.Flat, csBase === 0 ? bits | ModeBit.Known : 0);
    this.state.set(at + ModeEntry.Bits, bits);
    this.state.set(at + ModeEntry.Base, csBase);
    this.state.set(at + ModeEntry.Limit, csLimit);
    return taken;
  }

  /** Which mode has which slot. The exec TLBs belong to the code cache. */
  passState(stream: StateStream): void {
    const { state, slots } = this;
    this.victim = stream.number(this.victim);
    state.set(S.TlbExec, stream.number(state.get(S.TlbExec)));
    for (let slot = 1; slot < MODE_SLOTS; slot++) {
      const one = slots[slot];
      const bits = stream.number(one?.bits ?? FREE);
      const base = stream.number(one?.base ?? 0);
      const limit = stream.number(one?.limit ?? 0);
      if (!stream.isLoading) continue;
      slots[slot] = undefined;
      for (let at = 0; at < ModeEntry.Size; at += 4) state.set(MODE_TABLE + slot * ModeEntry.Size + at, 0);
      if (bits !== FREE) this.enter(slot, bits, base, limit);
    }
    if (stream.isLoading) this.active = undefined;
  }

  /**
   * Slots are taken in turn, but never the slot in use: by its exec TLB the core tells whether an instruction has
   * changed the mode.
   */
  private slotToTake(): number {
    const inUse = (this.state.get(S.TlbExec) - TLB_EXEC) / TLB_BYTES;
    do this.victim = (this.victim % (MODE_SLOTS - 1)) + 1;
    while (this.victim === inUse);
    return this.victim;
  }

  /**
   * The stack segment, when it is flat, sets the limit that the ring class's
   * TLBs fold in; other segments are flat when they agree with it.
   */
  private isFlatStack(ring: number): boolean {
    const { state } = this;
    const limit = state.seg(Seg.Ss, SegField.Limit);
    if ((limit & 0xfff) !== 0xfff || (state.seg(Seg.Ss, SegField.Rights) & Desc.Db) === 0) return false;
    if (!this.isPlain(Seg.Ss, limit)) return false;
    this.tlb.setRingLimit(ring, limit);
    return true;
  }

  private isPlain(seg: Seg, limit: number): boolean {
    const { state } = this;
    return (
      state.seg(seg, SegField.Valid) !== 0 &&
      state.seg(seg, SegField.Base) === 0 &&
      state.seg(seg, SegField.Limit) === limit &&
      isPlainData(state.seg(seg, SegField.Rights))
    );
  }
}
