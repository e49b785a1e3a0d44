import { runMachine } from "./run-machine";
import type { GuestOptions } from "./options";
import { guestStatus, tellFailure } from "./outcome";
import { planGuest } from "./plans";

/** `ringscope guest`: the hypervisor with domains. The exit status. */
export async function guest(kernelFile: string, options: GuestOptions): Promise<number> {
  return guestStatus(await runMachine(planGuest(kernelFile, options), options, { failed: tellFailure }));
}
