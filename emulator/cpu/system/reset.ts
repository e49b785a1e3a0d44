import { Cr0, Desc, Flag, Gpr, Seg } from "../../base/arch";
import { S, SegField } from "../../base/layout";
import type { Context } from "./context";

const CODE = Desc.G | Desc.Db | Desc.P | Desc.S | Desc.Code | Desc.Rw | Desc.Accessed;
const DATA = Desc.G | Desc.Db | Desc.P | Desc.S | Desc.Rw | Desc.Accessed;
/** The selectors in the caches, which are those of the loader's GDT (boot/low-memory.ts). */
const CODE_SELECTOR = 0x08;
const DATA_SELECTOR = 0x10;

/**
 * The state that a multiboot loader hands over (Multiboot 0.6.96, 3.2), except for EAX, EBX, ESP, EIP and GDTR:
 * protected mode, flat segments, paging and interrupts off.
 */
export function resetToMultiboot(context: Context): void {
  const { state, memory } = context;
  for (let n: Gpr = 0; n < 8; n++) state.setGpr(n, 0);
  state.set(S.Eip, 0);
  state.set(S.InsnEip, 0);
  state.setEflags(Flag.Fixed1);
  state.set(S.Cr0, Cr0.Pe | Cr0.Et);
  for (const at of [S.Cr2, S.Cr3, S.Cr4, S.Halted, S.Inhibit, S.Fault, S.FaultReason]) state.set(at, 0);
  for (const at of [S.GdtrBase, S.GdtrLimit, S.IdtrBase, S.IdtrLimit]) state.set(at, 0);
  for (let n = 0; n < 4; n++) state.set(S.Dr + n * 4, 0);
  state.set(S.Dr + 6 * 4, 0xffff0ff0);
  state.set(S.Dr + 7 * 4, 0x400);
  for (const seg of [Seg.Es, Seg.Ss, Seg.Ds, Seg.Fs, Seg.Gs]) loadFlat(context, seg, DATA_SELECTOR, DATA);
  loadFlat(context, Seg.Cs, CODE_SELECTOR, CODE);
  for (const seg of [Seg.Ldtr, Seg.Tr]) {
    state.setSeg(seg, SegField.Selector, 0);
    state.setSeg(seg, SegField.Valid, 0);
  }
  context.setCpl(0);
  memory.tlb.flushAll();
}

function loadFlat(context: Context, seg: Seg, selector: number, rights: number): void {
  const { state } = context;
  state.setSeg(seg, SegField.Selector, selector);
  state.setSeg(seg, SegField.Base, 0);
  state.setSeg(seg, SegField.Limit, 0xffffffff);
  state.setSeg(seg, SegField.Rights, rights);
  state.setSeg(seg, SegField.Valid, 1);
}
