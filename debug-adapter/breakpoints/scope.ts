import { ProbeRegister, type Condition, type MachineView } from "../../emulator/index";
import type { VmmView } from "../awareness/vmm-view";
import type { Image, ImageSpace } from "../images/image-space";

/**
 * A condition that keeps a breakpoint in the context of its image: the hypervisor starts where guests are linked, and
 * guests of several domains may share addresses. Undefined if the address alone is enough.
 */
export function scopeOf(
  image: Image,
  linear: number,
  space: ImageSpace,
  vmm: VmmView | undefined,
): Condition | undefined {
  // Once paging is on, other programs may run at the physical addresses: guests, and applications.
  if (image.isEarly === true) return { stops: (view) => !isOutsideRing0(view) };
  if (image.owner.kind !== "guest") return undefined;
  const { domain } = image.owner;
  if (vmm === undefined || !space.isShared(image, linear)) return { stops: isOutsideRing0 };
  return {
    stops: (view) => isOutsideRing0(view) && vmm.domainOfVcpu(view, vmm.current(view)) === domain,
  };
}

function isOutsideRing0(view: MachineView): boolean {
  return view.probeRegister(ProbeRegister.Cpl) !== 0;
}

/** All of the conditions, in order. When one fails, later ones are not evaluated. */
export function allOf(...conditions: readonly (Condition | undefined)[]): Condition | undefined {
  const present = conditions.filter((condition) => condition !== undefined);
  if (present.length <= 1) return present[0];
  return { stops: (view) => present.every((condition) => condition.stops(view)) };
}
