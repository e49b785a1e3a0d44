import type { MachineApi } from "../../emulator/index";
import { VmmView } from "../awareness/vmm-view";
import type { ImageSpace } from "../stack/images";
import { TransferLog } from "../stack/transfers";
import { unwindAll, type MachineFrame, type StartState } from "../stack/unwinder";
import { DwarfReg, type ReadMemory } from "../symbols/index";
import { REGISTER_NAMES } from "../values/registers";

/** What runs: the machine, its images, and the hypervisor's structures in it. */
export class Program {
  readonly transfers = new TransferLog();
  readonly vmm: VmmView | undefined;

  constructor(
    readonly machine: MachineApi,
    readonly images: ImageSpace,
  ) {
    const vmm = images.vmm;
    this.vmm = vmm === undefined ? undefined : new VmmView(vmm.symbols);
  }

  readonly readMemory: ReadMemory = (address, length) => this.machine.memory.readLinear(address >>> 0, length);

  /** The struct vcpu in whose context the machine is; 0 in the hypervisor's own, and without one. */
  get vcpu(): number {
    return this.vmm?.current(this.machine) ?? 0;
  }

  /** The domain that runs, or undefined outside of any. */
  get domain(): number | undefined {
    const { vcpu } = this;
    return vcpu === 0 ? undefined : this.vmm?.domainOfVcpu(this.machine, vcpu);
  }

  /** The frames of what the processor executes now. */
  liveFrames(limit?: number): MachineFrame[] {
    const { registers } = this.machine;
    const start: StartState = {
      pc: this.machine.pc,
      // The RPL of CS is stale between a change of mode and the far jump behind it; the CPL is not.
      cs: (registers.get("cs") & ~3) | this.machine.cpl,
      registers: REGISTER_NAMES.map((name) => registers.get(name)),
    };
    return this.unwind(start, this.domain, limit);
  }

  /** The frames of a vCPU that does not run, from the registers that the hypervisor saved of its guest. */
  savedFrames(vcpu: number, domain: number): MachineFrame[] {
    const { vmm, machine } = this;
    const regs = vmm?.savedRegs(machine, vcpu) ?? 0;
    if (vmm === undefined || regs === 0) return [];
    const registers = REGISTER_NAMES.map((name) => vmm.savedRegister(machine, regs, name));
    const cs = vmm.savedRegister(machine, regs, "cs") ?? 0;
    return this.unwind({ pc: registers[DwarfReg.Eip] ?? 0, cs: cs & 0xffff, registers }, domain);
  }

  private unwind(start: StartState, domain: number | undefined, limit?: number): MachineFrame[] {
    const { images, readMemory, transfers } = this;
    return unwindAll(start, { images, readMemory, domain, findTransfer: (eip, ring) => transfers.find(eip, ring) }, limit);
  }
}
