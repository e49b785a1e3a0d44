import type { ImageFile } from "../launch/parse";
import { splitModule } from "../launch/parse";
import type { HypervisorChoice, LaunchPlan } from "../launch/plan";
import { cliMessages } from "../messages";
import { UserError } from "../user-error";
import type { GuestOptions, LaunchOptions } from "./options";

/** What the options of `ringscope run` ask for. */
export function planRun(kernelFile: string, options: LaunchOptions): LaunchPlan {
  const { memory, engine, append, module } = options;
  return {
    kernel: { file: kernelFile, args: append },
    domains: [],
    modules: module.map(imageFile),
    hypervisor: { kind: "none" },
    memoryBytes: memory,
    engine,
  };
}

/** What the options of `ringscope guest` and `trace` ask for: the hypervisor, and a domain for each kernel. */
export function planGuest(kernelFile: string, options: GuestOptions): LaunchPlan {
  const { vmm, vcpus, domain } = options;
  const args = vcpus === undefined ? "" : `vcpus=${vcpus}`;
  const hypervisor: HypervisorChoice =
    vmm === undefined ? { kind: "built-in", args } : { kind: "image", file: vmm, args };
  return { ...planRun(kernelFile, options), domains: domain.map(imageFile), hypervisor };
}

/** @throws UserError for a text without a file */
function imageFile(text: string): ImageFile {
  const image = splitModule(text);
  if (image === undefined) throw new UserError(cliMessages.emptyModule());
  return image;
}
