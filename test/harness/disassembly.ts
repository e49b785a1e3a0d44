import { Decoder, DecoderOptions, Formatter, FormatterSyntax } from "iced-x86";

/** Disassembly of 32-bit code by iced-x86, for reports. */

export interface Line {
  /** Of the instruction's first byte. */
  address: number;
  text: string;
}

/** One instruction after the other, in NASM's syntax. */
export function listing(bytes: Uint8Array, address: number): Line[] {
  const decoder = new Decoder(32, bytes, DecoderOptions.None);
  decoder.ip = BigInt(address);
  const formatter = new Formatter(FormatterSyntax.Nasm);
  const lines: Line[] = [];
  while (decoder.canDecode) {
    const at = Number(decoder.ip);
    const instruction = decoder.decode();
    lines.push({ address: at, text: formatter.format(instruction) });
    instruction.free();
  }
  formatter.free();
  decoder.free();
  return lines;
}

/** All of it in one line. */
export const disassemble = (bytes: Uint8Array, address: number): string =>
  listing(bytes, address)
    .map(({ text }) => text)
    .join("; ");
