import type { MachineView } from "../../emulator/index";
import { fieldOf, type Field } from "../awareness/layout";
import type { ImageSymbols } from "../symbols/index";

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

/** The few fields of the hypervisor's structures that traces show. */
export class VmmView {
  private readonly vcpuDomain: Field | undefined;
  private readonly vcpuId: Field | undefined;
  private readonly domainId: Field | undefined;
  private readonly regsEip: Field | undefined;
  private readonly regsCs: Field | undefined;

  constructor(private readonly symbols: ImageSymbols) {
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

  /** Argument `index` of the cdecl function whose first instruction the machine stands at. */
  argument(machine: MachineView, index: number): number {
    return load(machine, machine.registers.get("esp") + 4 + 4 * index, 4);
  }

  domainOfVcpu(machine: MachineView, vcpu: number): number {
    return this.domainId === undefined ? 0 : this.field(machine, this.field(machine, vcpu, this.vcpuDomain), this.domainId);
  }

  idOfDomain(machine: MachineView, domain: number): number {
    return this.field(machine, domain, this.domainId);
  }

  idOfVcpu(machine: MachineView, vcpu: number): number {
    return this.field(machine, vcpu, this.vcpuId);
  }

  /** Hypercall argument `index`: ebx, ecx, edx, esi, edi, ebp begin struct cpu_regs. */
  hypercallArgument(machine: MachineView, regs: number, index: number): number {
    return load(machine, regs + 4 * index, 4);
  }

  eipOf(machine: MachineView, regs: number): number {
    return this.field(machine, regs, this.regsEip);
  }

  ringOf(machine: MachineView, regs: number): number {
    return this.field(machine, regs, this.regsCs) & 3;
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

/** Zero where the page is not mapped: a trace shows what it can. */
function load(machine: MachineView, linear: number, size: 1 | 2 | 4): number {
  const value = machine.probeLoad(linear >>> 0, size);
  return value < 0 ? 0 : value;
}
