import type { SerialPort } from "../../emulator/index";
import { Debuggee } from "../debuggee/debuggee";
import { ImageSpace, type Image, type Owner } from "../images/image-space";
import { debugMessages as say, imageMessages } from "../messages";
import { SymbolError, SymbolImage } from "../symbols/index";
import { bootMachine } from "./boot";
import { CompanionFiles } from "./companion-files";
import type { DebugPlan } from "./configuration";
import type { Files } from "../images/files";
import type { Host } from "./host";
import { LaunchError } from "./launch-error";
import { readImages, type Binary, type BootImages } from "./read-images";

/** A debuggee ready to run. */
export interface Loaded {
  debuggee: Debuggee;
  /** Whether there is no hypervisor, so that the kernel is the only image. */
  isBare: boolean;
  /** What the user should know, though it does not prevent the launch. */
  warnings: string[];
}

/** Boots a machine as a plan says, with the symbols of all its images. Throws LaunchError. */
export function load(plan: DebugPlan, host: Host, onSerial: (port: SerialPort, bytes: Uint8Array) => void): Loaded {
  const binaries = readImages(plan, host.files);
  const machine = bootMachine(plan, binaries, host, onSerial);
  const images = owned(binaries).map(([binary, owner]) => imageOf(binary, owner, host.files, plan.symbols));
  return {
    debuggee: new Debuggee(machine, new ImageSpace(images)),
    isBare: binaries.guests.length === 0,
    warnings: images.flatMap(warningsOf),
  };
}

function owned({ first, guests }: BootImages): [Binary, Owner][] {
  if (guests.length === 0) return [[first, { kind: "kernel" }]];
  return [
    [first, { kind: "vmm" }],
    ...guests.map((guest, domain): [Binary, Owner] => [guest, { kind: "guest", domain }]),
  ];
}

/** @param places where further debug information is, as the user has told */
function imageOf({ file, bytes }: Binary, owner: Owner, files: Files, places: readonly string[]): Image {
  const companions = new CompanionFiles(files, file, places);
  try {
    const symbols = SymbolImage.load(bytes, { companions });
    return { name: files.nameOf(file), path: files.resolve(file), owner, symbols };
  } catch (error) {
    if (error instanceof SymbolError) throw new LaunchError(file, imageMessages.problem(error.problem));
    throw error;
  }
}

function warningsOf({ name, symbols }: Image): string[] {
  if (!symbols.hasDebugInfo && symbols.problems.length === 0) return [say.noDebugInfo(name)];
  return symbols.problems.map((error) => say.badDebugInfo(name, imageMessages.problem(error.problem)));
}
