import { hasMultibootHeader } from "../../emulator/index";
import { checkGuestImage, ImageError, isGuestImage } from "../images/guest-image";
import { cliMessages, imageMessages, systemProblem } from "../messages";
import type { Files } from "../images/files";
import { LaunchError } from "./launch-error";
import type { ImageFile } from "./parse";
import type { LaunchPlan } from "./plan";

/** The first bytes of an image. */
const ELF = "\x7fELF";

/** A file that was read, and the string that multiboot hands over with it. */
export interface Binary {
  file: string;
  bytes: Uint8Array;
  commandLine: string;
}

/** Everything that a plan boots, read and checked. */
export interface BootImages {
  /** What multiboot starts: the hypervisor, or the kernel of the bare machine. */
  first: Binary;
  /** One kernel for each domain, the privileged one first; none on the bare machine. */
  guests: readonly Binary[];
  modules: readonly Binary[];
}

/**
 * Reads the files that a plan names. Guests are checked here, so that a wrong file is reported before the machine
 * starts.
 * @throws LaunchError
 */
export function readImages(plan: LaunchPlan, files: Files): BootImages {
  const read = (image: ImageFile): Binary => readBinary(image, files, ELF);
  const readModule = (module: ImageFile): Binary => readBinary(module, files);
  const kernel = read(plan.kernel);
  const { hypervisor } = plan;
  if (hypervisor.kind === "none" || (hypervisor.kind === "if-needed" && isForBareMachine(kernel)))
    return { first: kernel, guests: [], modules: plan.modules.map(readModule) };
  checkGuest(kernel);
  const domains = plan.domains.map(read);
  domains.forEach(checkGuest);
  const modules = plan.modules.map(readModule);
  if (hypervisor.kind !== "image" && !files.exists(files.builtInVmm))
    throw new LaunchError(files.builtInVmm, cliMessages.noVmm(), cliMessages.noVmm());
  const vmm = hypervisor.kind === "image" ? hypervisor.file : files.builtInVmm;
  return { first: read({ file: vmm, args: hypervisor.args }), guests: [kernel, ...domains], modules };
}

function readBinary({ file, args }: ImageFile, files: Files, start?: string): Binary {
  try {
    return { file, bytes: files.read(file, start), commandLine: bootLine(files.nameOf(file), args) };
  } catch (error) {
    const why = systemProblem(error);
    throw new LaunchError(file, why, cliMessages.cannotRead(file, why));
  }
}

/** A boot command line. It leaves out folders, because the place of a file must not change what the guest computes. */
function bootLine(name: string, args: string): string {
  return args === "" ? name : `${name} ${args}`;
}

function checkGuest({ file, bytes }: Binary): void {
  try {
    checkGuestImage(bytes);
  } catch (error) {
    if (error instanceof ImageError) throw new LaunchError(file, imageMessages.problem(error.problem));
    throw error;
  }
}

/** A multiboot kernel that is not a paravirtual one needs no hypervisor. */
function isForBareMachine({ bytes }: Binary): boolean {
  return hasMultibootHeader(bytes) && !isGuestImage(bytes);
}
