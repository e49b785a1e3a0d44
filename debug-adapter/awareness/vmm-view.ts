import type { MachineView } from "../../emulator/index";
import { sizeOf, strip, type ImageSymbols } from "../symbols/index";
import { fieldOf, memberNamed, type Field } from "./layout";

/** Names of the hypervisor's trace points: empty functions that it calls with its arguments on the stack. */
export type TracePoint =
  | "trace_hypercall_enter"
  | "trace_hypercall_exit"
  | "trace_event_send"
  | "trace_upcall"
  | "trace_bounce"
  | "trace_refusal"
  | "trace_domain_crash";

/** Longest string that is read from the machine for display. */
const MAX_STRING = 256;

/** A virtual processor; `pointer` is the linear address of its struct vcpu. */
export interface Vcpu {
  pointer: number;
  id: number;
  domain: number;
}

/** A guest's entry for a fault. */
export interface Handler {
  /** EIP, in flat segments its linear address. */
  linear: number;
  cs: number;
}

/** Where a struct vcpu keeps the guest's trap table, and an entry its fields. */
interface TrapTable {
  offset: number;
  /** How many vectors there are, and how many bytes from one entry to the next. */
  count: number;
  stride: number;
  address: Field;
  cs: Field;
}

/** A longer list is taken for a broken one: the machine may be in the middle of building it. */
const MAX_LIST = 256;

/** The hypervisor's structures, read through its own debug information. */
export class VmmView {
  private readonly currentAt: number | undefined;
  private readonly domainListAt: number | undefined;
  private readonly domainNext: Field | undefined;
  private readonly domainVcpus: { offset: number; count: number } | undefined;
  private readonly vcpuRegs: Field | undefined;
  private readonly vcpuEsp: Field | undefined;
  private readonly vcpuBase: Field | undefined;
  private readonly vcpuCallback: Field | undefined;
  private readonly vcpuFailsafe: readonly [Field, Field] | undefined;
  private readonly vcpuTraps: TrapTable | undefined;
  private readonly vcpuDomain: Field | undefined;
  private readonly vcpuId: Field | undefined;
  private readonly domainId: Field | undefined;
  private readonly regsEip: Field | undefined;
  private readonly regsCs: Field | undefined;

  constructor(private readonly symbols: ImageSymbols) {
    this.currentAt = symbols.symbolNamed("current")?.address;
    this.domainListAt = symbols.symbolNamed("domain_list")?.address;
    this.domainNext = fieldOf(symbols, "domain", "next");
    this.domainVcpus = pointerArray(symbols, "domain", "vcpu");
    this.vcpuRegs = fieldOf(symbols, "vcpu", "regs");
    this.vcpuCallback = fieldOf(symbols, "vcpu", "arch", "event", "eip");
    this.vcpuFailsafe = callback(symbols);
    this.vcpuTraps = trapTable(symbols);
    this.vcpuBase = fieldOf(symbols, "vcpu", "arch", "base", "n");
    this.vcpuEsp = fieldOf(symbols, "vcpu", "arch", "vmm_esp");
    this.vcpuDomain = fieldOf(symbols, "vcpu", "domain");
    this.vcpuId = fieldOf(symbols, "vcpu", "id");
    this.domainId = fieldOf(symbols, "domain", "id");
    this.regsEip = fieldOf(symbols, "cpu_regs", "eip");
    this.regsCs = fieldOf(symbols, "cpu_regs", "cs");
  }

  /** The entry of a trace point; undefined in an image without it. */
  addressOf(point: TracePoint): number | undefined {
    return this.symbols.symbolNamed(point)?.address;
  }

  /** The struct vcpu in whose context the hypervisor runs; 0 during boot and while idle. */
  current(machine: MachineView): number {
    return this.currentAt === undefined ? 0 : load(machine, this.currentAt, 4);
  }

  /** All virtual processors, by domain. */
  vcpus(machine: MachineView): Vcpu[] {
    const vcpus: Vcpu[] = [];
    if (this.domainListAt === undefined || this.domainVcpus === undefined) return vcpus;
    let domain = load(machine, this.domainListAt, 4);
    for (let n = 0; domain !== 0 && n < MAX_LIST; n++) {
      for (let i = 0; i < this.domainVcpus.count; i++) {
        const pointer = load(machine, domain + this.domainVcpus.offset + 4 * i, 4);
        if (pointer === 0) continue;
        vcpus.push({ pointer, id: this.idOfVcpu(machine, pointer), domain: this.idOfDomain(machine, domain) });
      }
      domain = this.field(machine, domain, this.domainNext);
    }
    return vcpus.sort((a, b) => a.domain - b.domain || a.id - b.id);
  }

  /** The address of the guest's saved struct cpu_regs of a vCPU that does not run. */
  savedRegs(machine: MachineView, vcpu: number): number {
    return this.field(machine, vcpu, this.vcpuRegs);
  }

  /**
   * The stack pointer with which a vCPU that does not run left the hypervisor. It points to EBX, ESI, EDI, EBP and the
   * return address of stack_switch_to.
   */
  switchedEsp(machine: MachineView, vcpu: number): number {
    return this.field(machine, vcpu, this.vcpuEsp);
  }

  /** Physical address of a vCPU's L3 table; 0 where it has none. */
  pageDirectory(machine: MachineView, vcpu: number): number {
    return this.field(machine, vcpu, this.vcpuBase) * 4096;
  }

  /** Where the guest wants to be called for events; 0 before it has registered a callback. */
  eventCallback(machine: MachineView, vcpu: number): number {
    return this.field(machine, vcpu, this.vcpuCallback);
  }

  /**
   * Where the guest wants to get faults, software interrupts and failed returns: the entries of its trap table, and its
   * failsafe callback.
   */
  faultHandlers(machine: MachineView, vcpu: number): Handler[] {
    const { vcpuTraps: traps, vcpuFailsafe: failsafe } = this;
    const handlers: Handler[] = [];
    for (let vector = 0; traps !== undefined && vector < traps.count; vector++) {
      const entry = vcpu + traps.offset + vector * traps.stride;
      handlers.push({ linear: this.field(machine, entry, traps.address), cs: this.field(machine, entry, traps.cs) });
    }
    if (failsafe !== undefined)
      handlers.push({ linear: this.field(machine, vcpu, failsafe[0]), cs: this.field(machine, vcpu, failsafe[1]) });
    return handlers.filter(({ linear }) => linear !== 0);
  }

  /** A word of a struct cpu_regs. */
  savedRegister(machine: MachineView, regs: number, name: string): number | undefined {
    const field = fieldOf(this.symbols, "cpu_regs", name);
    return field === undefined ? undefined : load(machine, regs + field.offset, field.size);
  }

  /** Argument `index` of a cdecl function at whose first instruction the machine is stopped. */
  argument(machine: MachineView, index: number): number {
    return load(machine, machine.registers.get("esp") + 4 + 4 * index, 4);
  }

  domainOfVcpu(machine: MachineView, vcpu: number): number {
    return this.domainId === undefined
      ? 0
      : this.field(machine, this.field(machine, vcpu, this.vcpuDomain), this.domainId);
  }

  idOfDomain(machine: MachineView, domain: number): number {
    return this.field(machine, domain, this.domainId);
  }

  idOfVcpu(machine: MachineView, vcpu: number): number {
    return this.field(machine, vcpu, this.vcpuId);
  }

  ringOf(machine: MachineView, regs: number): number {
    return this.field(machine, regs, this.regsCs) & 3;
  }

  /** Where a hypercall's vCPU and domain and the guest's registers lie, for HypercallWords (trace/hypercall-words.ts). */
  get hypercallFields(): Readonly<Record<"vcpuId" | "vcpuDomain" | "domainId" | "eip" | "cs", Field | undefined>> {
    const { vcpuId, vcpuDomain, domainId, regsEip: eip, regsCs: cs } = this;
    return { vcpuId, vcpuDomain, domainId, eip, cs };
  }

  /** The zero-terminated string at a linear address, cut at MAX_STRING. */
  string(machine: MachineView, linear: number): string {
    const bytes = machine.memory.readLinear(linear, MAX_STRING);
    const end = bytes.indexOf(0);
    return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
  }

  private field(machine: MachineView, base: number, field: Field | undefined): number {
    return field === undefined ? 0 : load(machine, base + field.offset, field.size);
  }
}

function trapTable(symbols: ImageSymbols): TrapTable | undefined {
  const type = symbols.typeNamed("struct vcpu");
  const found = type?.kind === "struct" ? memberNamed(type, "traps") : undefined;
  const array = found === undefined ? undefined : strip(found.member.type);
  const address = fieldOf(symbols, "trap_info", "address");
  const cs = fieldOf(symbols, "trap_info", "cs");
  if (found === undefined || array?.kind !== "array" || address === undefined || cs === undefined) return undefined;
  return { offset: found.offset, count: array.count ?? 0, stride: sizeOf(array.element) ?? 0, address, cs };
}

function callback(symbols: ImageSymbols): readonly [Field, Field] | undefined {
  const eip = fieldOf(symbols, "vcpu", "arch", "failsafe", "eip");
  const cs = fieldOf(symbols, "vcpu", "arch", "failsafe", "cs");
  return eip === undefined || cs === undefined ? undefined : [eip, cs];
}

function pointerArray(
  symbols: ImageSymbols,
  structName: string,
  name: string,
): { offset: number; count: number } | undefined {
  const type = symbols.typeNamed(`struct ${structName}`);
  if (type?.kind !== "struct") return undefined;
  const found = memberNamed(type, name);
  const array = found === undefined ? undefined : strip(found.member.type);
  return found === undefined || array?.kind !== "array" ? undefined : { offset: found.offset, count: array.count ?? 0 };
}

/** Reads 0 where the page is not mapped, since a trace shows what it can. */
function load(machine: MachineView, linear: number, size: 1 | 2 | 4): number {
  const value = machine.probeLoad(linear >>> 0, size);
  return value < 0 ? 0 : value;
}
