import { Flag, Gpr, Seg } from "../base/arch";
import { S, SEG_SIZE, SegField } from "../base/layout";
import type { State } from "../base/state";
import { MachineError } from "../boot/machine-error";
import type { GeneralName, RegisterName, Registers, SegmentName, SegmentView } from "./api";
import type { Standing } from "./processor";

const SEGMENTS: Record<SegmentName, Seg> = {
  es: Seg.Es,
  cs: Seg.Cs,
  ss: Seg.Ss,
  ds: Seg.Ds,
  fs: Seg.Fs,
  gs: Seg.Gs,
  ldtr: Seg.Ldtr,
  tr: Seg.Tr,
};

const gpr = (index: Gpr): number => S.Gpr + index * 4;
const selector = (seg: Seg): number => S.Seg + seg * SEG_SIZE + SegField.Selector;
const dr = (index: number): number => S.Dr + index * 4;

/** The state word of each register. EFLAGS is put together by State. */
const WORDS: Record<Exclude<RegisterName, "eflags">, number> = {
  eax: gpr(Gpr.Eax),
  ecx: gpr(Gpr.Ecx),
  edx: gpr(Gpr.Edx),
  ebx: gpr(Gpr.Ebx),
  esp: gpr(Gpr.Esp),
  ebp: gpr(Gpr.Ebp),
  esi: gpr(Gpr.Esi),
  edi: gpr(Gpr.Edi),
  eip: S.Eip,
  es: selector(Seg.Es),
  cs: selector(Seg.Cs),
  ss: selector(Seg.Ss),
  ds: selector(Seg.Ds),
  fs: selector(Seg.Fs),
  gs: selector(Seg.Gs),
  ldtr: selector(Seg.Ldtr),
  tr: selector(Seg.Tr),
  cr0: S.Cr0,
  cr2: S.Cr2,
  cr3: S.Cr3,
  cr4: S.Cr4,
  dr0: dr(0),
  dr1: dr(1),
  dr2: dr(2),
  dr3: dr(3),
  dr6: dr(6),
  dr7: dr(7),
  cpl: S.Cpl,
};

const WRITABLE: ReadonlySet<string> = new Set<GeneralName>([
  ...(["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip", "eflags"] as const),
]);

/** The bits that EFLAGS has here. The VM bit is missing, since there is no virtual-8086 mode. */
const EFLAGS = Flag.Arith | Flag.Tf | Flag.If | Flag.Df | Flag.Iopl | Flag.Nt | Flag.Rf | Flag.Ac | Flag.Id;

/** The processor's registers as the debugger reads and writes them. */
export class StateRegisters implements Registers, Standing {
  constructor(private readonly state: State) {}

  get(name: RegisterName): number {
    return name === "eflags" ? this.state.eflags() : this.state.get(WORDS[name]);
  }

  set(name: GeneralName, value: number): void {
    if (!WRITABLE.has(name)) throw new MachineError("register-read-only", { register: name });
    if (name === "eflags") this.state.setEflags(value & EFLAGS);
    else this.state.set(WORDS[name], value);
  }

  segment(name: SegmentName): SegmentView {
    const field = (at: SegField): number => this.state.seg(SEGMENTS[name], at);
    return {
      selector: field(SegField.Selector),
      base: field(SegField.Base),
      limit: field(SegField.Limit),
      rights: field(SegField.Rights),
      valid: field(SegField.Valid) !== 0,
    };
  }

  get halted(): boolean {
    return this.state.get(S.Halted) !== 0;
  }

  get interruptible(): boolean {
    return (this.state.get(S.Eflags) & Flag.If) !== 0 && this.state.get(S.Inhibit) === 0;
  }

  get pc(): number {
    return (this.state.seg(Seg.Cs, SegField.Base) + this.state.get(S.Eip)) >>> 0;
  }
}
