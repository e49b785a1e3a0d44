import { Decoder as Iced, DecoderOptions, type Instruction } from "iced-x86";
import { describe, expect, it } from "vitest";
import { Decoder } from "../../emulator/isa/decode";
import type { Insn } from "../../emulator/isa/insn";
import { SPECS } from "../../emulator/isa/spec";
import { describeIced, describeOurs, icedName } from "./decoder-views";
import { Rng } from "./rng";

const BYTES = 16;
const EIP = 0x1000;
const PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3];
const LOCK = 0xf0;
const ROUNDS = Number(process.env["DIFFERENTIAL_CASES"] ?? 0) > 0 ? 3_000_000 : 300_000;

/** Random bytes, led by a few prefixes and half of the time by the escape to the two-byte map. */
function randomBytes(rng: Rng, into: Uint8Array): void {
  let at = 0;
  while (at < 4 && rng.oneIn(3)) into[at++] = rng.pick(PREFIXES);
  if (rng.oneIn(2)) into[at++] = 0x0f;
  while (at < BYTES) into[at++] = rng.u32();
}

const hex = (bytes: Uint8Array, length: number): string =>
  [...bytes.subarray(0, length)].map((b) => b.toString(16).padStart(2, "0")).join(" ");

/** What the two decoders disagree about, or undefined. */
function difference(ours: Insn, iced: Instruction): string | undefined {
  const [left, right] = [describeOurs(ours), describeIced(iced, ours)];
  return left === right ? undefined : `ours ${left} | iced ${right}`;
}

/** Ours stand for many of iced's. */
const UNNAMED: ReadonlySet<string> = new Set(["undefined", "toolong", "coprocessor", "fninit", "fnstsw", "fnstore"]);

/** Position of the opcode after the prefixes. */
const opcodeAt = (bytes: Uint8Array): number => bytes.findIndex((b) => !PREFIXES.includes(b));

/** MOVSD and CMPSD of SSE2, which share their names with string instructions. */
function isScalarDouble(bytes: Uint8Array): boolean {
  const at = opcodeAt(bytes);
  return bytes[at] === 0x0f && [0x10, 0x11, 0xc2].includes(bytes[at + 1] ?? 0);
}

/** x87 opcodes are told apart by #NM only, whatever follows. */
function isEscape(bytes: Uint8Array): boolean {
  const opcode = opcodeAt(bytes);
  return (bytes[opcode] ?? 0) >> 3 === 0x1b && !bytes.subarray(0, opcode).includes(LOCK);
}

/** One difference for each pair of names, so that many kinds show at once. */
function compare(bits: 16 | 32): { differences: string[]; mnemonics: Set<string> } {
  const rng = new Rng(bits);
  const bytes = new Uint8Array(BYTES);
  const decoder = new Decoder();
  const differences = new Map<string, string>();
  const mnemonics = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    randomBytes(rng, bytes);
    const ours = decoder.decode(bytes, 0, BYTES, EIP, bits === 32);
    const iced = new Iced(bits, bytes, DecoderOptions.None);
    iced.ip = BigInt(EIP);
    const theirs = iced.decode();
    if (ours && !UNNAMED.has(ours.mnemonic)) {
      mnemonics.add(ours.mnemonic);
      const found = difference(ours, theirs);
      if (found) differences.set(`${ours.mnemonic} ${icedName(theirs) ?? ""}`, `${hex(bytes, 15)}: ${found}`);
    } else if (
      ours?.mnemonic === "undefined" &&
      (isEscape(bytes) || icedName(theirs) !== undefined) &&
      !isScalarDouble(bytes)
    ) {
      const name = isEscape(bytes) ? "coprocessor" : icedName(theirs);
      differences.set(`undefined ${name}`, `${hex(bytes, 15)}: undefined here, ${name} to iced`);
    }
    theirs.free();
    iced.free();
  }
  return { differences: [...differences.values()], mnemonics };
}

describe("decoder against iced-x86", () => {
  const known = new Set(SPECS.map((spec) => spec.mnemonic).filter((name) => !UNNAMED.has(name)));

  it.each([32, 16] as const)(
    "agrees on length, mnemonic, memory operand and immediates of random %i-bit code",
    (bits) => {
      const { differences, mnemonics } = compare(bits);
      expect(differences).toEqual([]);
      expect([...known].filter((name) => !mnemonics.has(name))).toEqual([]);
    },
  );
});
