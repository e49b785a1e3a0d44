import { expect, it } from "vitest";
import { Seg } from "../../../../emulator/base/arch";
import { MODE_SLOTS, S, SegField, TLB_BYTES } from "../../../../emulator/base/layout";
import { State } from "../../../../emulator/base/state";
import { Modes } from "../../../../emulator/cpu/mode";
import { MemorySystem } from "../../../../emulator/memory/memory-system";

it("gives no mode the exec TLB of the one that it follows", () => {
  const state = new State(1 << 20);
  const evicted: number[] = [];
  const modes = new Modes(state, new MemorySystem(state).tlb, (slot) => evicted.push(slot));
  /** The exec TLB of the mode with such a code segment. */
  const enter = (limit: number): number => {
    state.setSeg(Seg.Cs, SegField.Limit, limit * 0x1000 + 0xfff);
    modes.update();
    return state.get(S.TlbExec);
  };
  const tables = Array.from({ length: MODE_SLOTS - 1 }, (_, n) => enter(n + 1));
  for (let n = 0; n < tables.length; n++) {
    const before = enter(n + 1);
    expect(enter(100 + n)).not.toBe(before);
  }
  expect(evicted.length).toBeGreaterThan(0);
});

it("says the exec TLB of a mode that generated code left and TypeScript comes back to", () => {
  const state = new State(1 << 20);
  const modes = new Modes(state, new MemorySystem(state).tlb, () => undefined);
  const before = state.get(S.TlbExec);
  state.set(S.TlbExec, before + TLB_BYTES);
  modes.update();
  expect(state.get(S.TlbExec)).toBe(before);
});
