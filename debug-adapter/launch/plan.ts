import type { Engine } from "../../emulator/index";
import type { ImageFile } from "./parse";

/** What is to be booted, for the command line and a debug session alike. No file has been read yet. */
export interface LaunchPlan {
  /** The kernel of the first, privileged domain, or of the bare machine. */
  kernel: ImageFile;
  /** The kernels of further domains. */
  domains: readonly ImageFile[];
  /** Further multiboot modules, after those that domains are made of. */
  modules: readonly ImageFile[];
  hypervisor: HypervisorChoice;
  memoryBytes: number;
  engine: Engine;
}

/**
 * The hypervisor that boots first: none, the built-in one, an image of the user's, or the built-in one unless the
 * kernel is for the bare machine. `args` is its command line.
 */
export type HypervisorChoice =
  { kind: "none" } | { kind: "built-in" | "if-needed"; args: string } | { kind: "image"; file: string; args: string };
