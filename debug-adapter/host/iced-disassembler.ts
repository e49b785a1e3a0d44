import {
  Decoder,
  DecoderOptions,
  FlowControl,
  Formatter,
  FormatterSyntax,
  type Instruction as IcedInstruction,
} from "iced-x86";
import { MAX_INSTRUCTION, type Bitness, type Disassembled, type Disassembler } from "../disassembly/disassembler";

/** The disassembler of the package iced-x86, whose build for Node loads its WebAssembly by itself. */
export const icedDisassembler: Disassembler = { disassemble };

function disassemble(bytes: Uint8Array, address: number, bitness: Bitness, limit: number): Disassembled[] {
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
