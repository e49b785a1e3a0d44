import {
  Decoder,
  DecoderOptions,
  FlowControl,
  Formatter,
  FormatterSyntax,
  type Instruction as IcedInstruction,
} from "iced-x86";
import type { Instruction } from "./instruction";

/** Width of code: the D bit of the code segment that runs it. */
export type Bitness = 16 | 32;

/** One instruction as text. */
export interface Disassembled {
  address: number;
  bytes: Uint8Array;
  /** Undefined for bytes that are no instruction. */
  text: string | undefined;
  /** Target of a near branch or call. */
  target: number | undefined;
}

/** Longest instruction of the architecture in bytes. */
export const MAX_INSTRUCTION = 15;

const FLOWS: Partial<Record<FlowControl, Instruction["flow"]>> = {
  [FlowControl.Next]: "next",
  [FlowControl.Call]: "call",
  [FlowControl.IndirectCall]: "call",
  [FlowControl.Interrupt]: "interrupt",
  [FlowControl.Return]: "return",
};

/** Length and flow of the instruction at the start of `bytes`; undefined when there is none. */
export function classify(bytes: Uint8Array, bitness: Bitness): Instruction | undefined {
  const decoder = new Decoder(bitness, bytes, DecoderOptions.None);
  const instruction = decoder.decode();
  try {
    if (instruction.length === 0 || instruction.isInvalid) return undefined;
    const repeats = instruction.isStringInstruction && (instruction.hasRepPrefix || instruction.hasRepnePrefix);
    return { length: instruction.length, flow: repeats ? "repeat" : (FLOWS[instruction.flowControl] ?? "jump") };
  } finally {
    instruction.free();
    decoder.free();
  }
}

/** All instructions from the start of `bytes`; a byte that begins none stands alone. */
export function disassemble(bytes: Uint8Array, address: number, bitness: Bitness, limit: number): Disassembled[] {
  const formatter = new Formatter(FormatterSyntax.Intel);
  formatter.hexPrefix = "0x";
  formatter.hexSuffix = "";
  formatter.uppercaseHex = false;
  formatter.spaceAfterOperandSeparator = true;
  formatter.branchLeadingZeros = true;
  const rows: Disassembled[] = [];
  let at = 0;
  while (at < bytes.length && rows.length < limit) {
    const decoder = new Decoder(bitness, bytes.subarray(at, at + MAX_INSTRUCTION), DecoderOptions.None);
    decoder.ip = BigInt((address + at) >>> 0);
    const instruction = decoder.decode();
    const valid = !instruction.isInvalid && instruction.length > 0;
    const length = valid ? instruction.length : 1;
    rows.push({
      address: (address + at) >>> 0,
      bytes: bytes.subarray(at, at + length),
      text: valid ? formatter.format(instruction) : undefined,
      target: valid ? nearTarget(instruction) : undefined,
    });
    at += length;
    instruction.free();
    decoder.free();
  }
  formatter.free();
  return rows;
}

function nearTarget(instruction: IcedInstruction): number | undefined {
  const { flowControl } = instruction;
  const isNear =
    instruction.isJmpShortOrNear ||
    instruction.isJccShortOrNear ||
    instruction.isCallNear ||
    instruction.isLoopcc ||
    instruction.isLoop;
  if (!isNear || flowControl === FlowControl.IndirectBranch || flowControl === FlowControl.IndirectCall)
    return undefined;
  return Number(instruction.nearBranchTarget & 0xffffffffn);
}
