import { closeSync, openSync, writeSync } from "node:fs";
import { cliMessages, systemProblem } from "../messages";
import { UserError } from "../user-error";

/** Takes the bytes of one serial port. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** What `action` answers. @throws UserError that `file` cannot be written, when the system refuses it */
function writing<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new UserError(cliMessages.cannotWrite(file, systemProblem(error)));
  }
}

/** The descriptor of a file, created or emptied at once so that a wrong path is told before anything starts. */
export function openOutput(file: string): number {
  return writing(file, () => openSync(file, "w"));
}

export function fileSink(file: string): ByteSink {
  const descriptor = openOutput(file);
  return {
    write: (bytes) => void writing(file, () => writeSync(descriptor, bytes)),
    close: () => writing(file, () => closeSync(descriptor)),
  };
}

/** Standard output or standard error. */
export function streamSink(stream: NodeJS.WriteStream): ByteSink {
  return { write: (bytes) => stream.write(bytes), close: () => undefined };
}

export const nowhere: ByteSink = { write: () => undefined, close: () => undefined };
