import type { Engine } from "../../emulator/index";
import { cliMessages } from "../messages";
import { bytesIn } from "../launch/parse";
import { UserError } from "../user-error";

/** Options that `run`, `guest` and `trace` share, parsed. */
export interface LaunchOptions {
  /** Guest RAM in bytes. */
  memory: number;
  /** "FILE ARGS" each. */
  module: string[];
  append: string;
  /** "stdio", or a file for what COM1 sends. */
  serial: string;
  /** The file for what COM2 sends. */
  log?: string;
  instructions?: number;
  engine: Engine;
  /** The file for the figures of the run. */
  stats?: string;
}

/** Further options of `guest` and `trace`. */
export interface GuestOptions extends LaunchOptions {
  /** The image of another hypervisor. */
  vmm?: string;
  vcpus?: number;
  /** "FILE ARGS" each. */
  domain: string[];
}

const MAX_VCPUS = 32;

export function parseMemory(text: string): number {
  const bytes = bytesIn(text);
  if (bytes === undefined) throw new UserError(cliMessages.badMemory(text));
  return bytes;
}

export function parseInstructions(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count)) throw new UserError(cliMessages.badInstructions(text));
  return count;
}

export function parseVcpus(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > MAX_VCPUS) throw new UserError(cliMessages.badVcpus(text, MAX_VCPUS));
  return count;
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new UserError(cliMessages.badPort(text));
  return port;
}

/** One of a few words. */
export function parseChoice<T extends string>(option: string, choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((each) => each === text);
    if (choice === undefined) throw new UserError(cliMessages.badChoice(option, text, choices));
    return choice;
  };
}

/** An option that may be given several times. */
export function collect(text: string, before: string[]): string[] {
  return [...before, text];
}
