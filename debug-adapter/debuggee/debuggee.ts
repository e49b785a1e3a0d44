import type { MachineApi } from "../../emulator/index";
import { mappedBy, type AddressSpace } from "../awareness/address-space";
import { VmmView, type Vcpu } from "../awareness/vmm-view";
import type { ImageSpace } from "../images/image-space";
import { unwindAll, type MachineFrame, type StartState } from "../stack/unwinder";
import { DwarfReg, type ReadMemory } from "../symbols/index";
import { REGISTER_NAMES } from "../values/registers";

/** What the hypervisor's switch of stacks leaves on the old stack, from ESP on. */
const SWITCHED = [DwarfReg.Ebx, DwarfReg.Esi, DwarfReg.Edi, DwarfReg.Ebp, DwarfReg.Eip] as const;

/** The machine that runs, its images, and the hypervisor's structures in it. */
export class Debuggee {
  readonly vmm: VmmView | undefined;
  /** Called after memory has been written by the debugger. */
  onWrite: ((written: { linear: number; length: number; space: AddressSpace }) => void) | undefined;

  constructor(
    readonly machine: MachineApi,
    readonly images: ImageSpace,
  ) {
    machine.logTransfers = true;
    const vmm = images.vmm;
    this.vmm = vmm === undefined ? undefined : new VmmView(vmm.symbols);
  }

  readonly readMemory: ReadMemory = (address, length) => this.machine.memory.readLinear(address >>> 0, length);

  /** The struct vcpu in whose context the machine is; 0 if it is in the hypervisor's own context or has no vCPU. */
  get vcpu(): number {
    return this.vmm?.current(this.machine) ?? 0;
  }

  /** The domain that runs, or undefined outside of any. */
  get domain(): number | undefined {
    const { vcpu } = this;
    return vcpu === 0 ? undefined : this.vmm?.domainOfVcpu(this.machine, vcpu);
  }

  /** Memory as the processor maps it now. */
  get space(): AddressSpace {
    const { vmm, machine, vcpu: pointer } = this;
    if (vmm === undefined || pointer === 0) return this.liveSpace(undefined);
    return this.liveSpace({
      pointer,
      id: vmm.idOfVcpu(machine, pointer),
      domain: vmm.domainOfVcpu(machine, pointer),
    });
  }

  private liveSpace(vcpu: Vcpu | undefined): AddressSpace {
    const { readMemory } = this;
    const writeMemory = (linear: number, bytes: Uint8Array): number => this.machine.memory.writeLinear(linear, bytes);
    return this.noting({
      name: this.nameOf(vcpu),
      domain: vcpu?.domain,
      directory: undefined,
      readMemory,
      writeMemory,
    });
  }

  /**
   * Memory as a vCPU sees it. If other page tables are in CR3, which need not map its guest, the vCPU's own are used.
   */
  spaceOf(vcpu: Vcpu): AddressSpace {
    const directory = this.vmm?.pageDirectory(this.machine, vcpu.pointer) ?? 0;
    if (vcpu.pointer === this.vcpu || directory === 0) return this.liveSpace(vcpu);
    const access = mappedBy(this.machine.memory, directory);
    return this.noting({ name: this.nameOf(vcpu), domain: vcpu.domain, directory, ...access });
  }

  /** The address space, with its writes reported. */
  private noting(space: AddressSpace): AddressSpace {
    const writeMemory = (linear: number, bytes: Uint8Array): number => {
      const length = space.writeMemory(linear, bytes);
      if (length > 0) this.onWrite?.({ linear, length, space });
      return length;
    };
    return { ...space, writeMemory };
  }

  /** The address space of a name; undefined for a vCPU that does not exist, or not any more. */
  spaceNamed(name: string | undefined): AddressSpace | undefined {
    if (name === undefined) return this.space;
    const vcpu = this.vcpus().find((each) => this.nameOf(each) === name);
    return vcpu === undefined ? undefined : this.spaceOf(vcpu);
  }

  /** With one guest an address alone is enough, and plain numbers are the easiest for clients to read. */
  private nameOf(vcpu: Vcpu | undefined): string | undefined {
    const guests = this.images.images.filter(({ owner }) => owner.kind === "guest").length;
    return vcpu === undefined || guests < 2 ? undefined : `d${vcpu.domain}v${vcpu.id}`;
  }

  /** All virtual processors of all domains. */
  vcpus(): Vcpu[] {
    return this.vmm?.vcpus(this.machine) ?? [];
  }

  /** The frames of what the processor executes now. */
  liveFrames(limit?: number): MachineFrame[] {
    const { registers } = this.machine;
    const start: StartState = {
      pc: this.machine.pc,
      // Between a change of mode and the far jump after it the RPL of CS is stale, but the CPL is not.
      cs: (registers.get("cs") & ~3) | this.machine.cpl,
      registers: REGISTER_NAMES.map((name) => registers.get(name)),
      isReturnAddress: false,
    };
    return this.unwind(start, this.vcpu, this.space, limit);
  }

  /**
   * The frames of a vCPU that does not run: from where the hypervisor switched away from it, or else from the guest's
   * registers that it saved.
   */
  savedFrames(vcpu: Vcpu): MachineFrame[] {
    const start = this.switchedState(vcpu.pointer) ?? this.savedState(vcpu.pointer);
    return start === undefined ? [] : this.unwind(start, vcpu.pointer, this.spaceOf(vcpu));
  }

  private switchedState(vcpu: number): StartState | undefined {
    const esp = this.vmm?.switchedEsp(this.machine, vcpu) ?? 0;
    const words = SWITCHED.map((_, i) => this.machine.memory.readDword(esp + 4 * i));
    if (esp === 0 || words.includes(undefined)) return undefined;
    const registers: (number | undefined)[] = [];
    SWITCHED.forEach((register, i) => (registers[register] = words[i]));
    registers[DwarfReg.Esp] = esp + 4 * SWITCHED.length;
    const pc = registers[DwarfReg.Eip] ?? 0;
    // A vCPU that has never run "returns" to the first instruction of the way out to its guest.
    const isFresh = this.images.vmm?.symbols.functionAt(pc)?.entry === pc;
    return { pc, cs: 0, registers, isReturnAddress: !isFresh };
  }

  private savedState(vcpu: number): StartState | undefined {
    const { vmm, machine } = this;
    const regs = vmm?.savedRegs(machine, vcpu) ?? 0;
    if (vmm === undefined || regs === 0) return undefined;
    const registers = REGISTER_NAMES.map((name) => vmm.savedRegister(machine, regs, name));
    const cs = (vmm.savedRegister(machine, regs, "cs") ?? 0) & 0xffff;
    return { pc: registers[DwarfReg.Eip] ?? 0, cs, registers, isReturnAddress: false };
  }

  private unwind(start: StartState, vcpu: number, space: AddressSpace, limit?: number): MachineFrame[] {
    const { images, vmm, machine } = this;
    const callback = vcpu === 0 ? 0 : (vmm?.eventCallback(machine, vcpu) ?? 0);
    return unwindAll(
      start,
      {
        images,
        space,
        eventCallback: callback === 0 ? undefined : callback,
        latestTransfers: (back) => machine.loggedTransfer(back),
      },
      limit,
    );
  }
}
