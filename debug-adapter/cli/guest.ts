import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cliMessages } from "../messages";
import { UserError } from "../user-error";
import { bootLine, readGuest, readImage, readModule, splitModule } from "../launch/images";
import type { GuestOptions } from "./options";
import { guestStatus } from "./outcome";
import { type BootPlan, runMachine } from "./boot";

/** `ringscope guest`: the hypervisor with domains. The exit status. */
export async function guest(kernelFile: string, options: GuestOptions): Promise<number> {
  return guestStatus(await runMachine(planGuest(kernelFile, options), options));
}

/** The hypervisor boots with one module for each domain, the privileged one first. */
export function planGuest(kernelFile: string, options: GuestOptions): BootPlan {
  const vmmFile = options.vmm ?? builtInVmm();
  const domains = options.domain.map(splitModule).map(({ file, args }) => readGuest(file, args));
  const modules = [readGuest(kernelFile, options.append), ...domains, ...options.module.map(readModule)];
  const vcpus = options.vcpus === undefined ? "" : `vcpus=${options.vcpus}`;
  return { kernelFile: vmmFile, kernel: readImage(vmmFile), commandLine: bootLine(vmmFile, vcpus), modules };
}

/** dist/vmm.elf, which lies beside the bundle. */
function builtInVmm(): string {
  const file = fileURLToPath(new URL("vmm.elf", import.meta.url));
  if (!existsSync(file)) throw new UserError(cliMessages.noVmm());
  return file;
}
