import type { MachineFrame } from "../stack/unwinder";
import type { Debuggee } from "../debuggee/debuggee";

/**
 * A thread of the session: a vCPU, with the hypervisor's frames that were entered from it; or the hypervisor's own
 * context.
 */
export interface SessionThread {
  id: number;
  name: string;
  /** Whether the processor executes it now. */
  isLive: boolean;
  frames(): MachineFrame[];
}

/**
 * The processor outside of any vCPU: the hypervisor while it boots, schedules or idles; on a bare machine, everything.
 */
export const OWN_CONTEXT = 1;
/** vCPU v of domain d is thread VCPU_BASE + d * VCPUS + v. */
const VCPU_BASE = 100;
const VCPUS = 100;

/** The threads at this moment; exactly one is live. */
export function threadsOf(debuggee: Debuggee): SessionThread[] {
  const { vmm, machine } = debuggee;
  if (vmm === undefined) return [live(OWN_CONTEXT, "CPU", debuggee)];
  const current = debuggee.vcpu;
  const threads = vmm.vcpus(machine).map((vcpu): SessionThread => {
    const id = VCPU_BASE + vcpu.domain * VCPUS + vcpu.id;
    const name = `domain ${vcpu.domain} vCPU ${vcpu.id}: ${guestName(debuggee, vcpu.domain)}`;
    if (vcpu.pointer === current) return live(id, name, debuggee);
    return { id, name, isLive: false, frames: () => debuggee.savedFrames(vcpu) };
  });
  const isOwn = !threads.some((thread) => thread.isLive);
  return isOwn ? [live(OWN_CONTEXT, "VMM", debuggee), ...threads] : threads;
}

function live(id: number, name: string, debuggee: Debuggee): SessionThread {
  return { id, name, isLive: true, frames: () => debuggee.liveFrames() };
}

function guestName(debuggee: Debuggee, domain: number): string {
  const image = debuggee.images.images.find(({ owner }) => owner.kind === "guest" && owner.domain === domain);
  return image?.name ?? "?";
}
