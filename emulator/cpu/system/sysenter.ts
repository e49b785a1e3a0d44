import { Desc, Flag, Gpr, Seg, Vector } from "../../base/arch";
import { S, SegField } from "../../base/layout";
import { Reason } from "../../base/reasons";
import type { Context } from "./context";

const FLAT_CODE = Desc.G | Desc.Db | Desc.P | Desc.S | Desc.Code | Desc.Rw | Desc.Accessed;
const FLAT_DATA = Desc.G | Desc.Db | Desc.P | Desc.S | Desc.Rw | Desc.Accessed;

/** SYSENTER and SYSEXIT: flat segments made from IA32_SYSENTER_CS without reading a descriptor. */
export class Sysenter {
  constructor(private readonly context: Context) {}

  enter(): number {
    const { context } = this;
    const state = context.state;
    const cs = state.get(S.SysenterCs) & 0xfffc;
    if (cs === 0) return context.fault(Vector.Gp, 0, Reason.SelectorNull);
    const from = context.cpl;
    state.set(S.Eflags, state.get(S.Eflags) & ~(Flag.If | Flag.Rf | Flag.Vm));
    this.load(Seg.Cs, cs, FLAT_CODE);
    this.load(Seg.Ss, cs + 8, FLAT_DATA);
    context.setCpl(0);
    state.setGpr(Gpr.Esp, state.get(S.SysenterEsp));
    state.set(S.Eip, state.get(S.SysenterEip));
    context.noteTransfer("sysenter", -1, from, state.get(S.InsnEip));
    return 0;
  }

  exit(): number {
    const { context } = this;
    const state = context.state;
    const cs = state.get(S.SysenterCs) & 0xfffc;
    if (cs === 0) return context.fault(Vector.Gp, 0, Reason.SelectorNull);
    if (context.cpl !== 0) return context.fault(Vector.Gp, 0, Reason.Privilege);
    const dpl3 = 3 << Desc.DplShift;
    this.load(Seg.Cs, (cs + 16) | 3, FLAT_CODE | dpl3);
    this.load(Seg.Ss, (cs + 24) | 3, FLAT_DATA | dpl3);
    context.setCpl(3);
    state.setGpr(Gpr.Esp, state.gpr(Gpr.Ecx));
    state.set(S.Eip, state.gpr(Gpr.Edx));
    context.noteTransfer("sysexit", -1, 0, state.get(S.InsnEip));
    return 0;
  }

  private load(seg: Seg, selector: number, rights: number): void {
    const state = this.context.state;
    state.setSeg(seg, SegField.Selector, selector);
    state.setSeg(seg, SegField.Base, 0);
    state.setSeg(seg, SegField.Limit, 0xffffffff);
    state.setSeg(seg, SegField.Rights, rights);
    state.setSeg(seg, SegField.Valid, 1);
  }
}
