import type { DebugProtocol } from "@vscode/debugprotocol";
import { describePageFault } from "../debuggee/page-fault";
import { debugMessages as say } from "../messages";
import type { TracePoint } from "../awareness/vmm-view";
import type { Debuggee } from "../debuggee/debuggee";
import { exceptionName } from "../stack/vectors";
import type { BreakpointTable, Site } from "./table";

/** The events, other than breakpoints, at which the user may ask to stop. */
export const EXCEPTION_FILTERS: DebugProtocol.ExceptionBreakpointsFilter[] = [
  {
    filter: "crash",
    label: "Guest crashes",
    description: "Stop before the hypervisor ends a domain that crashed",
    default: true,
  },
  {
    filter: "refusal",
    label: "Refusals",
    description: "Stop where the hypervisor refuses a guest's request",
    default: false,
  },
  {
    filter: "bounce",
    label: "Guest exceptions",
    description: "Stop where the hypervisor hands a fault to a guest's handler",
    default: false,
  },
];

const POINTS: Readonly<Record<string, TracePoint>> = {
  crash: "trace_domain_crash",
  refusal: "trace_refusal",
  bounce: "trace_bounce",
};

const PAGE_FAULT = 14;

interface CrashSite extends Site {
  readonly point: TracePoint;
}

/** What stopped the machine at one of the filters. */
export interface ExceptionStop {
  id: string;
  description: string;
}

/** Stops at the hypervisor's trace points, by exception filters. */
export class CrashStops {
  private sites: [number, CrashSite][] = [];

  constructor(
    private readonly debuggee: Debuggee,
    private readonly table: BreakpointTable,
    /** If false, nothing stops: the client runs without debugging. */
    private readonly isEnabled: boolean,
  ) {}

  /** Replaces the filters in force. @returns for each whether it is known */
  set(filters: readonly string[]): boolean[] {
    for (const [address, site] of this.sites) this.table.remove(address, site);
    this.sites = [];
    return filters.map((filter) => {
      const point = POINTS[filter];
      if (point === undefined) return false;
      const address = this.debuggee.vmm?.addressOf(point);
      if (address !== undefined && this.isEnabled) this.add(address, { point });
      return true;
    });
  }

  private add(address: number, site: CrashSite): void {
    this.sites.push([address, site]);
    this.table.add(address, site);
  }

  /** What stopped the machine, if it was a filter. This must be asked while the machine is stopped there. */
  hit(): ExceptionStop | undefined {
    const { debuggee } = this;
    const point = this.table.hits.find((site): site is CrashSite => "point" in site)?.point;
    if (point === undefined || debuggee.vmm === undefined) return undefined;
    const { vmm, machine } = debuggee;
    const subject = vmm.argument(machine, 0);
    const text = point === "trace_bounce" ? "" : vmm.string(machine, vmm.argument(machine, 1));
    switch (point) {
      case "trace_domain_crash":
        return {
          id: "domain crash",
          description:
            subject === 0
              ? say.unbuiltDomain(text)
              : say.crashed(vmm.idOfDomain(machine, subject), text, this.pageFault()),
        };
      case "trace_refusal":
        return { id: "refusal", description: say.refused(vmm.domainOfVcpu(machine, subject), text) };
      default: {
        const name = exceptionName(vmm.argument(machine, 1));
        return { id: name, description: say.bounced(name, vmm.domainOfVcpu(machine, subject), this.pageFault()) };
      }
    }
  }

  /** What the guest did, if the hypervisor was entered by a page fault. */
  private pageFault(): string | undefined {
    const { vmm, vcpu, domain, machine, images } = this.debuggee;
    const regs = vmm?.savedRegs(machine, vcpu) ?? 0;
    if (vmm === undefined || regs === 0 || vmm.savedRegister(machine, regs, "entry_vector") !== PAGE_FAULT)
      return undefined;
    const linear = machine.registers.get("cr2");
    const ring = vmm.ringOf(machine, regs);
    const errorCode = vmm.savedRegister(machine, regs, "error_code") ?? 0;
    const name = images.nameAt(linear, ring, domain);
    return describePageFault({ linear, errorCode, ring, name }, machine.memory.translate(linear));
  }
}
