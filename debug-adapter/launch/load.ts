import { Machine, MachineError, type BootModule, type SerialPort } from "../../emulator/index";
import { checkGuestImage, ImageError } from "../images/guest-image";
import { debugMessages as say, imageMessages, systemProblem } from "../messages";
import { ImageSpace, type Image, type Owner } from "../images/image-space";
import { SymbolError, SymbolImage } from "../symbols/index";
import { CompanionFiles } from "./companion-files";
import type { Files } from "./files";
import type { Host } from "./host";
import type { LaunchPlan } from "./configuration";
import { UserError } from "../user-error";
import { Debuggee } from "../debuggee/debuggee";

/** A debuggee ready to run. */
export interface Loaded {
  debuggee: Debuggee;
  /** No hypervisor: the kernel is the only image. */
  isBare: boolean;
  /** What the user should know, though it does not prevent the launch. */
  warnings: string[];
}

interface Binary {
  file: string;
  bytes: Uint8Array;
  commandLine: string;
}

/** Reads the images of a plan and boots a machine with them. Throws UserError. */
export function load(
  plan: LaunchPlan,
  { files, compiling }: Host,
  onSerial: (port: SerialPort, bytes: Uint8Array) => void,
): Loaded {
  const kernel = readBinary(plan.program, plan.commandLine, files);
  const isBare = plan.vmm === "none" || (plan.vmm === undefined && isBareKernel(kernel));
  const guests = [kernel, ...plan.domains.map(({ file, commandLine }) => readBinary(file, commandLine, files))];
  const images: Image[] = [];
  const { memoryBytes, engine, symbols } = plan;
  const imageOf = (binary: Binary, owner: Owner): Image => loadImage(binary, owner, files, symbols);
  const machine = attempt(plan.program, () => new Machine({ memoryBytes, engine, onSerial, compiling }));
  if (isBare) {
    boot(machine, kernel, []);
    images.push(imageOf(kernel, { kind: "kernel" }));
  } else {
    for (const guest of guests) attempt(guest.file, () => checkGuestImage(guest.bytes));
    const vmm = readBinary(plan.vmm ?? files.builtInVmm, "", files);
    const modules = guests.map(({ bytes, commandLine, file }) => ({
      file,
      bytes,
      commandLine: `${files.nameOf(file)} ${commandLine}`.trim(),
    }));
    boot(machine, vmm, modules);
    images.push(imageOf(vmm, { kind: "vmm" }));
    guests.forEach((guest, domain) => images.push(imageOf(guest, { kind: "guest", domain })));
  }
  return { debuggee: new Debuggee(machine, new ImageSpace(images)), isBare, warnings: images.flatMap(warningsOf) };
}

function readBinary(file: string, commandLine: string, files: Files): Binary {
  try {
    return { file, bytes: files.read(file), commandLine };
  } catch (error) {
    throw new UserError(say.cannotLaunch(imageMessages.inFile(file, systemProblem(error))));
  }
}

/** A multiboot kernel that is no paravirtual one needs no hypervisor. */
function isBareKernel({ bytes }: Binary): boolean {
  try {
    checkGuestImage(bytes);
    return false;
  } catch (error) {
    return error instanceof ImageError && error.problem.code === "no-xen-notes" && hasMultibootHeader(bytes);
  }
}

const MULTIBOOT_MAGIC = 0x1badb002;
const MULTIBOOT_SEARCH = 8192;

function hasMultibootHeader(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 12 <= Math.min(bytes.length, MULTIBOOT_SEARCH); at += 4) {
    if (view.getUint32(at, true) === MULTIBOOT_MAGIC) return true;
  }
  return false;
}

/** @param modules with the files that they came from */
function boot(machine: Machine, kernel: Binary, modules: readonly (BootModule & { file: string })[]): void {
  attempt(kernel.file, () => machine.boot(kernel.bytes, { commandLine: kernel.commandLine, modules }), modules);
}

function loadImage({ file, bytes }: Binary, owner: Owner, files: Files, places: readonly string[]): Image {
  const companions = new CompanionFiles(files, file, places);
  const symbols = attempt(file, () => SymbolImage.load(bytes, { companions }));
  return { name: files.nameOf(file), path: files.resolve(file), owner, symbols };
}

/** Words what a file cannot be used for: the kernel's, or the module's that is to blame. */
function attempt<T>(file: string, action: () => T, modules: readonly { file: string }[] = []): T {
  try {
    return action();
  } catch (error) {
    const what = problemOf(error);
    if (what === undefined) throw error;
    const module = error instanceof MachineError ? modules[Number(error.data["module"])] : undefined;
    throw new UserError(say.cannotLaunch(imageMessages.inFile(module?.file ?? file, what)));
  }
}

function problemOf(error: unknown): string | undefined {
  if (error instanceof MachineError) return imageMessages.machine(error);
  if (error instanceof ImageError || error instanceof SymbolError) return imageMessages.problem(error.problem);
  return undefined;
}

function warningsOf({ name, symbols }: Image): string[] {
  if (!symbols.hasDebugInfo && symbols.problems.length === 0) return [say.noDebugInfo(name)];
  return symbols.problems.map((error) => say.badDebugInfo(name, imageMessages.problem(error.problem)));
}
