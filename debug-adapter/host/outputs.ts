import { closeSync, openSync, writeSync } from "node:fs";
import { cliMessages, systemProblem } from "../messages";
import { UserError } from "../user-error";
import { visible } from "./visible";

/** An output takes no more, because the disk is full or its reader has gone. */
export class OutputError extends UserError {}

/** Takes bytes for a receiver outside: a file, or one of the process's own outputs. */
export interface ByteSink {
  /** @throws OutputError when they cannot be taken */
  write(bytes: Uint8Array): void;
  close(): void;
}

const STDOUT = 1;
const STDERR = 2;

/**
 * The process's outputs. They are written at once and not through Node's streams, which tell of a full disk or a reader
 * that has gone only when the event loop turns. A guest that runs without a pause would run on although nobody reads
 * its output.
 */
export const standardOutput: ByteSink = descriptorSink(STDOUT, cliMessages.standardOutput());
export const standardError: ByteSink = descriptorSink(STDERR, cliMessages.standardError());

export const nowhere: ByteSink = { write: () => undefined, close: () => undefined };

/**
 * Writes one line on standard error, in which nothing moves the terminal's cursor. The line is lost if standard error
 * cannot be written.
 */
export function tell(line: string): void {
  try {
    writeAll(STDERR, Buffer.from(`${visible(line)}\n`));
  } catch {
    // There is no other place to write it.
  }
}

/**
 * Opens the descriptor of a file, which is created or emptied at once, so that a wrong path is reported before anything
 * starts.
 * @throws UserError if the system refuses it
 */
export function openOutput(file: string): number {
  try {
    return openSync(file, "w");
  } catch (error) {
    throw new UserError(cliMessages.cannotWrite(file, systemProblem(error)));
  }
}

export function fileSink(file: string): ByteSink {
  const descriptor = openOutput(file);
  return {
    ...descriptorSink(descriptor, file),
    close: () => taking(file, () => closeSync(descriptor)),
  };
}

/** @param name the output's name, for messages */
function descriptorSink(descriptor: number, name: string): ByteSink {
  return {
    write: (bytes) => taking(name, () => writeAll(descriptor, bytes)),
    close: () => undefined,
  };
}

function taking(name: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw new OutputError(cliMessages.cannotWrite(name, systemProblem(error)));
  }
}

const FULL_PIPE_MS = 1;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Writes all bytes. The system may take only a part of them, and a non-blocking pipe takes none while it is full. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(sleeper, 0, 0, FULL_PIPE_MS);
    }
  }
}
