import { Machine, MachineError, type SerialPort } from "../../emulator/index";
import { isGuestImage } from "../images/guest-image";
import { imageMessages } from "../messages";
import type { Host } from "./host";
import { LaunchError } from "./launch-error";
import type { LaunchPlan } from "./plan";
import type { BootImages } from "./read-images";

/**
 * A machine with the images in its memory, before the first instruction.
 * @param onSerial takes what leaves COM1 (0) and COM2 (1)
 * @throws LaunchError
 */
export function bootMachine(
  { kernel, memoryBytes, engine }: LaunchPlan,
  { first, guests, modules }: BootImages,
  host: Host,
  onSerial: (port: SerialPort, bytes: Uint8Array) => void,
): Machine {
  try {
    const { compiling } = host;
    const machine = new Machine({ memoryBytes, engine, onSerial, compiling, hostNow: () => host.now() });
    machine.boot(first.bytes, { commandLine: first.commandLine, modules: [...guests, ...modules] });
    return machine;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    const what = imageMessages.machine(error);
    // The size of the machine's memory is not the fault of a file.
    if (error.code.startsWith("memory-")) throw new LaunchError(kernel.file, what, what);
    const module = [...guests, ...modules][Number(error.data["module"])];
    if (module !== undefined) throw new LaunchError(module.file, what);
    const isGuest = error.code === "image-no-multiboot" && isGuestImage(first.bytes);
    throw new LaunchError(first.file, isGuest ? imageMessages.paravirtual() : what);
  }
}
