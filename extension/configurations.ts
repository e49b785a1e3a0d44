import { join } from "node:path";
import * as vscode from "vscode";
import type { GuestBuilder } from "./guest-builder";
import { builtSamples, guestFor, guestsIn, sampleBuiltAs, type Guest } from "./guests";
import { messages } from "./messages";

export const DEBUG_TYPE = "ringscope";
/** The value of `vmm` that boots the image on the bare machine. */
const NO_VMM = "none";

/** The launch configuration that runs a guest; what it leaves out has the defaults of the manifest. */
export function configurationOf(guest: Guest): vscode.DebugConfiguration {
  const name = messages.debugName(guest.name);
  const base = { type: DEBUG_TYPE, request: "launch", name, program: guest.program };
  return guest.bare ? { ...base, vmm: NO_VMM } : base;
}

/** Offers the guests at hand, and turns an F5 without launch.json into one of them. */
export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  /** @param packageRoot folder of the extension, where the built samples and the VMM's sources are */
  constructor(
    private readonly packageRoot: string,
    private readonly builder: GuestBuilder,
  ) {}

  async provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    return (await this.guests(folder)).map(configurationOf);
  }

  /** What the folder holds, the samples last. */
  async guests(folder: vscode.WorkspaceFolder | undefined): Promise<Guest[]> {
    const here = folder ? await guestsIn(folder.uri.fsPath) : [];
    const samples = await builtSamples(this.packageRoot);
    const known = new Set([...samples.map((guest) => guest.program), join(this.packageRoot, "dist", "vmm.elf")]);
    return [...here.filter((guest) => !known.has(guest.program)), ...samples];
  }

  async resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    if (config.type || config.request || config.name) return config;
    const guest = await this.#meant(folder);
    return guest && { ...config, ...configurationOf(guest) };
  }

  /** The last word before the start: the image is there and fresh, and the adapter knows where sources are. */
  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const { program } = config;
    if (typeof program === "string" && !(await this.#ready(program, config["vmm"] === NO_VMM))) return undefined;
    const sourceRoots = [this.packageRoot, ...(folder ? [folder.uri.fsPath] : [])];
    // The guest speaks in its terminal; the panel should show that, not an empty Debug Console.
    return { internalConsoleOptions: "neverOpen", sourceRoots, console: "event", ...config };
  }

  #ready(program: string, bare: boolean): Promise<boolean> {
    return this.builder.makeFresh(sampleBuiltAs(program) ?? { name: program, program, bare, origin: "workspace" });
  }

  async #meant(folder: vscode.WorkspaceFolder | undefined): Promise<Guest | undefined> {
    const editor = vscode.window.activeTextEditor?.document.uri;
    const file = editor?.scheme === "file" ? editor.fsPath : undefined;
    const root = (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath;
    const guest = await guestFor(file, root);
    if (guest) return guest;
    const run = messages.runSample();
    const why = root === undefined ? messages.noFolder() : messages.noGuest(root);
    if ((await vscode.window.showErrorMessage(why, run)) !== run) return undefined;
    return (await builtSamples(this.packageRoot))[0];
  }
}

/** Lets a person choose among the guests at hand. */
export async function pickGuest(provider: ConfigurationProvider): Promise<Guest | undefined> {
  const guests = await provider.guests(vscode.workspace.workspaceFolders?.[0]);
  const items = guests.map((guest) => ({
    label: guest.name,
    description: [
      guest.origin === "sample" ? messages.sampleGuest() : messages.workspaceGuest(),
      ...(guest.bare ? [messages.bareGuest()] : []),
    ].join(", "),
    guest,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: messages.pickGuest() }))?.guest;
}
