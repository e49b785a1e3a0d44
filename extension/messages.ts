import { l10n } from "vscode";

/** Every message that the extension shows, in one place. The adapter's are in debug-adapter/messages.ts. */
export const messages = {
  noGuest: (folder: string) =>
    l10n.t("No guest kernel was found in {0}: Ringscope looks for 32-bit ELF images with Xen notes.", folder),
  noFolder: () => l10n.t("Open a folder with a guest kernel, or run the sample guest."),
  runSample: () => l10n.t("Run the Sample Guest"),
  notBuilt: (guest: string) => l10n.t("{0} has not been built yet.", guest),
  missing: (program: string) => l10n.t("There is no guest image at {0}.", program),
  isOlder: (guest: string, checkout: string) =>
    l10n.t("{0} is older than its sources. F5 builds it in a trusted window that has {1} open.", guest, checkout),
  buildsElsewhere: (guest: string, checkout: string) =>
    l10n.t("{0} has not been built yet. F5 builds it in a trusted window that has {1} open.", guest, checkout),
  debugAnyway: () => l10n.t("Debug the Last Build"),
  buildFailedFor: (guest: string) => l10n.t("{0} was not started: it does not compile.", guest),
  buildTask: () => l10n.t("build"),
  buildDone: () => l10n.t("Everything is built."),
  buildFailed: () => l10n.t("The build has failed."),
  pickGuest: () => l10n.t("Choose the guest kernel to debug"),
  sampleGuest: () => l10n.t("sample guest"),
  workspaceGuest: () => l10n.t("in this workspace"),
  bareGuest: () => l10n.t("on the bare machine, without the hypervisor"),
  debugName: (guest: string) => l10n.t("Debug {0}", guest),
  auditRight: ({ frames, references, uses }: { frames: number; references: number; uses: number }) =>
    l10n.t("All counts are right: {0} frames, {1} references, {2} uses.", frames, references, uses),
  auditWrong: (difference: string) => l10n.t("The hypervisor has lost count: {0}.", difference),
  consoleDeaf: () => l10n.t("Nobody reads what is typed here: the hypervisor gives the keyboard to the first domain."),
  consoleEnded: () => l10n.t("The guest has ended."),
  rowsDropped: (count: number) => l10n.t("{0} earlier hypercalls are not shown", count),
  inside: () => l10n.t("not returned yet"),
  caller: (domain: number, vcpu: number, ring: number, eip: string) =>
    l10n.t("from domain {0}, vCPU {1}, ring {2}; goes on at {3}", domain, vcpu, ring, eip),
  entered: (index: number, instructions: number) =>
    l10n.t("number {0} of the trace, after {1} instructions", index, instructions),
  resultOf: (result: string) => l10n.t("result {0}", result),
};
