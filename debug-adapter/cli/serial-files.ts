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
  let descriptor: number;
  try {
    descriptor = openSync(file, "w");
  } catch (error) {
    throw new CliError(cliMessages.cannotWrite(file, fileProblem(error)));
  }
  return {
    write: (bytes) => {
      writeSync(descriptor, bytes);
    },
    close: () => closeSync(descriptor),
  };
}

/** Standard output or standard error. A reader that goes away ends the command quietly, as a pipe does. */
export function streamSink(stream: NodeJS.WriteStream): ByteSink {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
  return { write: (bytes) => stream.write(bytes), close: () => undefined };
}

export const nowhere: ByteSink = { write: () => undefined, close: () => undefined };
