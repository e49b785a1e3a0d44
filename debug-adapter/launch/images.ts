import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { BootModule } from "../../emulator/index";
import { checkGuestImage, ImageError } from "../images/guest-image";
import { cliMessages, imageMessages, systemProblem } from "../messages";
import { UserError } from "../user-error";

/** A multiboot module, and the file that it came from. */
export interface ModuleFile extends BootModule {
  file: string;
}

export function readImage(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError(cliMessages.cannotRead(file, systemProblem(error)));
  }
}

/** "FILE ARGS" taken apart. The file's name ends at the first space. */
export function splitModule(text: string): { file: string; args: string } {
  const [, file = "", args = ""] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(text) ?? [];
  if (file === "") throw new UserError(cliMessages.emptyModule());
  return { file, args };
}

/** "FILE ARGS" as bytes and the string that multiboot hands over: the file's own name without folders, then ARGS. */
export function readModule(text: string): ModuleFile {
  const { file, args } = splitModule(text);
  return { file, bytes: readImage(file), commandLine: bootLine(file, args) };
}

/** A boot command line. Folders are left out: where a file lies must not change what the guest computes. */
export function bootLine(file: string, args: string): string {
  return args === "" ? basename(file) : `${basename(file)} ${args}`;
}

/** A paravirtual kernel for a domain: checked here, so that a wrong file is told before the machine starts. */
export function readGuest(file: string, args: string): ModuleFile {
  const bytes = readImage(file);
  try {
    checkGuestImage(bytes);
  } catch (error) {
    if (error instanceof ImageError)
      throw new UserError(imageMessages.inFile(file, imageMessages.problem(error.problem)));
    throw error;
  }
  return { file, bytes, commandLine: bootLine(file, args) };
}
