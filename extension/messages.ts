import { l10n } from "vscode";

/** Every message that the extension shows, in one place; the adapter's are in debug-adapter/messages.ts. */
export const messages = {
  noGuest: (folder: string) =>
    l10n.t("No guest kernel was found in {0}: Ringscope looks for 32-bit ELF images with Xen notes.", folder),
  noFolder: () => l10n.t("Open a folder with a guest kernel, or run the sample guest."),
  runSample: () => l10n.t("Run the Sample Guest"),
  notBuilt: (guest: string) => l10n.t("{0} has not been built yet.", guest),
  missingProgram: (program: string) => l10n.t("There is no guest image at {0}.", program),
  debugAnyway: () => l10n.t("Debug Anyway"),
  buildFailed: (guest: string) => l10n.t("Building {0} failed: see the output.", guest),
  building: (guest: string) => l10n.t("Building {0}", guest),
  buildLog: () => l10n.t("Ringscope Build"),
  pickGuest: () => l10n.t("Choose the guest kernel to debug"),
  sampleGuest: () => l10n.t("sample guest"),
  workspaceGuest: () => l10n.t("in this workspace"),
  bareGuest: () => l10n.t("on the bare machine, without the hypervisor"),
  debugName: (guest: string) => l10n.t("Debug {0}", guest),
  auditRight: ({ frames, references, uses }: { frames: number; references: number; uses: number }) =>
    l10n.t("{0} frames have {1} references and {2} uses: all counts are right.", frames, references, uses),
  auditWrong: (difference: string) => l10n.t("The hypervisor has lost count: {0}.", difference),
  consoleEnded: () => l10n.t("The guest has ended."),
  rowsDropped: (count: number) => l10n.t("{0} earlier hypercalls are not shown", count),
  inside: () => l10n.t("not returned yet"),
  caller: (domain: number, vcpu: number, ring: number, eip: string) =>
    l10n.t("from domain {0}, vCPU {1}, ring {2}; goes on at {3}", domain, vcpu, ring, eip),
  entered: (index: number, instructions: number) =>
    l10n.t("number {0} of the trace, after {1} instructions", index, instructions),
  resultOf: (result: string) => l10n.t("result {0}", result),
};
