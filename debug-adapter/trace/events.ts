import type { Disposable, MachineApi, MachineView } from "../../emulator/index";
import type { ImageSymbols } from "../symbols/index";
import { VmmView, type TracePoint } from "../awareness/vmm-view";

/** One step in the life of an event, a fault that is passed to a guest, a refusal or a crash. */
export interface EventRow {
  /** The number of instructions that the machine had retired. */
  instructions: number;
  domain: number;
  kind: "send" | "upcall" | "bounce" | "refusal" | "crash";
  /** The event channel's port (send). */
  port?: number;
  /** The exception's vector (bounce). */
  vector?: number;
  /** The reason in the hypervisor's words (refusal, crash). */
  reason?: string;
}

type Reader = (view: VmmView, machine: MachineView) => Omit<EventRow, "instructions">;

const ofVcpu = (view: VmmView, machine: MachineView): number => view.domainOfVcpu(machine, view.argument(machine, 0));
const ofDomain = (view: VmmView, machine: MachineView): number => view.idOfDomain(machine, view.argument(machine, 0));
const reason = (view: VmmView, machine: MachineView): string => view.string(machine, view.argument(machine, 1));

const READERS: readonly (readonly [TracePoint, Reader])[] = [
  ["trace_event_send", (v, m) => ({ kind: "send", domain: ofDomain(v, m), port: v.argument(m, 1) })],
  ["trace_upcall", (v, m) => ({ kind: "upcall", domain: ofVcpu(v, m) })],
  ["trace_bounce", (v, m) => ({ kind: "bounce", domain: ofVcpu(v, m), vector: v.argument(m, 1) })],
  ["trace_refusal", (v, m) => ({ kind: "refusal", domain: ofVcpu(v, m), reason: reason(v, m) })],
  ["trace_domain_crash", (v, m) => ({ kind: "crash", domain: ofDomain(v, m), reason: reason(v, m) })],
];

/**
 * Follows events, upcalls, bounced faults, refusals and crashes of all domains, as far as the image has their trace
 * points.
 */
export function traceEvents(machine: MachineApi, vmm: ImageSymbols, sink: (row: EventRow) => void): Disposable {
  const view = new VmmView(vmm);
  const points: Disposable[] = [];
  for (const [point, read] of READERS) {
    const address = view.addressOf(point);
    if (address === undefined) continue;
    points.push(machine.onProbe(address, (at) => sink({ instructions: at.instructions, ...read(view, at) })));
  }
  return { dispose: () => points.forEach((point) => point.dispose()) };
}
