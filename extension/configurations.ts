import { join } from "node:path";
import * as vscode from "vscode";
import type { GuestBuilder } from "./guest-builder";
import { builtSamples, firstSample, guestFor, guestsIn, sampleBuiltAs, vmmOf, type Guest } from "./guests";
import { messages } from "./messages";
import { ask } from "./notices";

export const DEBUG_TYPE = "ringscope";
/** The value of `vmm` that boots the image on the bare machine. */
const NO_VMM = "none";

/** The launch configuration that runs a guest. What it leaves out has the manifest's defaults. */
export function configurationOf(guest: Guest): vscode.DebugConfiguration {
  const name = messages.debugName(guest.name);
  const base = { type: DEBUG_TYPE, request: "launch", name, program: guest.program };
  return guest.bare ? { ...base, vmm: NO_VMM } : base;
}

/** Offers the guests that were found, and makes a configuration of one of them for an F5 without launch.json. */
export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  /** @param packageRoot the folder of the extension, which has the built samples and the VMM's sources */
  constructor(
    private readonly packageRoot: string,
    private readonly builder: GuestBuilder,
  ) {}

  async provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    return (await this.guests(folder)).map(configurationOf);
  }

  /**
   * The samples first, and then what the folder holds. In a folder of this project, the samples are those that it
   * builds.
   */
  async guests(folder: vscode.WorkspaceFolder | undefined): Promise<Guest[]> {
    const root = folder?.uri.fsPath;
    const [own, packaged, here] = await Promise.all([
      root === undefined ? [] : builtSamples(root),
      builtSamples(this.packageRoot),
      root === undefined ? [] : guestsIn(root),
    ]);
    const samples = own.length > 0 ? own : packaged;
    const known = new Set([...samples.map(({ program }) => program), join(this.packageRoot, "dist", "vmm.elf")]);
    return [...samples, ...here.filter(({ program }) => !known.has(program))];
  }

  async resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    if (config.type || config.request || config.name) return config;
    const guest = await this.#meant(folder);
    return guest && { ...config, ...configurationOf(guest) };
  }

  /**
   * The last step before the start. It makes sure that the image is there and fresh, and that the adapter knows where
   * sources are.
   */
  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const { program } = config;
    const again = (): void => void vscode.debug.startDebugging(folder, config);
    const guest = typeof program === "string" ? this.#guest(config) : undefined;
    if (guest && !(await this.builder.makeFresh(guest, again))) return undefined;
    const own = guest && (await vmmOf(guest));
    const roots = [...(own ? [own.checkout] : []), this.packageRoot, ...(folder ? [folder.uri.fsPath] : [])];
    return {
      // The guest's output is in its terminal, so the panel should show that and not an empty Debug Console.
      internalConsoleOptions: "neverOpen",
      sourceRoots: [...new Set(roots)],
      console: "event",
      ...(own && { vmm: own.vmm }),
      ...config,
    };
  }

  #guest({ program, vmm }: vscode.DebugConfiguration): Guest {
    const image = program as string;
    return sampleBuiltAs(image) ?? { name: image, program: image, bare: vmm === NO_VMM, origin: "workspace" };
  }

  /** The guest of an F5 without a launch configuration. If there is none, the sample is offered. */
  async #meant(folder: vscode.WorkspaceFolder | undefined): Promise<Guest | undefined> {
    const editor = vscode.window.activeTextEditor?.document.uri;
    const file = editor?.scheme === "file" ? editor.fsPath : undefined;
    const root = (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath;
    const guest = await guestFor(file, root);
    if (guest) return guest;
    const run = (): void => void vscode.debug.startDebugging(folder, configurationOf(firstSample(this.packageRoot)));
    const why = root === undefined ? messages.noFolder() : messages.noGuest(root);
    ask(why, [{ title: messages.runSample(), action: run }]);
    return undefined;
  }
}

/** Lets the user choose among the guests that were found. */
export async function pickGuest(provider: ConfigurationProvider): Promise<Guest | undefined> {
  const guests = await provider.guests(vscode.workspace.workspaceFolders?.[0]);
  const items = guests.map((guest) => ({ label: guest.name, description: describe(guest), guest }));
  return (await vscode.window.showQuickPick(items, { placeHolder: messages.pickGuest() }))?.guest;
}

function describe(guest: Guest): string {
  const origin = guest.origin === "sample" ? messages.sampleGuest() : messages.workspaceGuest();
  return guest.bare ? `${origin}, ${messages.bareGuest()}` : origin;
}
