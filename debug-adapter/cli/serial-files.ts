import { closeSync, openSync, writeSync } from "node:fs";
import { cliMessages, fileProblem } from "../messages";
import { CliError } from "./cli-error";

/** Takes the bytes of one serial port. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** A file, created or emptied at once so that a wrong path is told before the machine starts. */
export function fileSink(file: string): ByteSink {
  const orTell = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw new CliError(cliMessages.cannotWrite(file, fileProblem(error)));
    }
  };
  const descriptor = orTell(() => openSync(file, "w"));
  return {
    write: (bytes) => void orTell(() => writeSync(descriptor, bytes)),
    close: () => orTell(() => closeSync(descriptor)),
  };
}

/** Standard output or standard error. */
export function streamSink(stream: NodeJS.WriteStream): ByteSink {
  return { write: (bytes) => stream.write(bytes), close: () => undefined };
}

export const nowhere: ByteSink = { write: () => undefined, close: () => undefined };
