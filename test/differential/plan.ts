import { Decoder } from "../../emulator/isa/decode";
import type { Insn } from "../../emulator/isa/insn";
import { LOCKABLE } from "../../emulator/isa/opcode-map";
import { type Spec, SPECS } from "../../emulator/isa/spec";
import { type Batch, type Case, placeCodes, READ_ONLY_BYTES, WINDOW_BYTES } from "./batch";
import { encode, type Form } from "./encode";
import { Rng } from "./rng";
import { LDT } from "./segments";
import { makeCase } from "./states";
import { filling } from "./values";

/** Which cases there are: for each encoding of the tables, each size and each form. */

/** Instructions that cannot be compared with the host, by mnemonic, and why. */
export const LEFT_OUT: Partial<Record<string, string>> = {
  coprocessor: "the host has an x87, this processor has none",
  fninit: "the host has an x87, this processor has none",
  fnstsw: "the host has an x87, this processor has none",
  fnstore: "the host has an x87, this processor has none",
  int1: "the host's kernel makes a single step of it",
  sysenter: "enters the host's kernel",
  sysexit: "does not exist under a 64-bit kernel on every host",
  sgdt: "the host's kernel gives invented values (UMIP)",
  sidt: "the host's kernel gives invented values (UMIP)",
  sldt: "the host's kernel gives invented values (UMIP)",
  str: "the host's kernel gives invented values (UMIP)",
  smsw: "the host's kernel gives invented values (UMIP)",
};

/** The specs that must have cases: all but UNDEFINED itself, which stands for every opcode without a line. */
export const COMPARED: readonly Spec[] = SPECS.filter(
  (spec) => !(spec.mnemonic in LEFT_OUT) && !spec.text.startsWith("undefined"),
);

/** One encoding at one size in one form: what "every emitter, each size, register and memory" counts. */
export interface Variant {
  spec: Spec;
  form: Form;
}

function formsOf(spec: Spec): Form[] {
  const hasE = spec.operands.some((operand) => operand.addressing === "E");
  const alwaysMemory = spec.operands.some((operand) => operand.addressing === "M");
  const memories = hasE ? [false, true] : [alwaysMemory];
  // BSWAP of a word register is undefined (vol. 2, BSWAP).
  const sizes = spec.mnemonic === "bswap" ? ([4] as const) : ([4, 2] as const);
  return sizes.flatMap((opSize) => memories.map((memory) => ({ opSize, addrSize: 4 as const, memory })));
}

export const VARIANTS: readonly Variant[] = COMPARED.flatMap((spec) => formsOf(spec).map((form) => ({ spec, form })));

/** Always #GP(0) or #UD in ring 3 with IOPL 0: nothing of theirs can complete. */
export const PRIVILEGED: ReadonlySet<string> = new Set([
  ...[
    "in",
    "out",
    "insb",
    "insv",
    "outsb",
    "outsv",
    "hlt",
    "cli",
    "sti",
    "lldt",
    "ltr",
    "lgdt",
    "lidt",
    "lmsw",
    "invlpg",
  ],
  ...["clts", "invd", "movtocr", "movfromcr", "movtodr", "movfromdr", "wrmsr", "rdmsr", "rdpmc", "undefined"],
]);

export const variantName = ({ spec, form }: Variant): string =>
  `${spec.text}${spec.cc >= 0 ? ` cc=${spec.cc}` : ""} ${form.opSize * 8}-bit ${form.memory ? "memory" : "register"}`;

/** A batch whose cases know what they try. */
export interface Plan extends Batch {
  /** For each code its decoded form and the variant it belongs to. */
  insns: Insn[];
  variants: Variant[];
}

/** How many of a variant's encodings use 16-bit addresses. */
const SMALL_ADDRESSES = 4;
const STRINGS = /^(movs|cmps|stos|lods|scas|ins|outs)[bv]$|^xlat$|^loop|^jcxz/;

/** The codes of a variant: `encodings` of them, one in SMALL_ADDRESSES with 16-bit addresses, locked where that may be. */
function codesOf({ spec, form }: Variant, encodings: number, rng: Rng): Uint8Array[] {
  const addresses = form.memory || STRINGS.test(spec.mnemonic);
  return Array.from({ length: encodings }, (_, n) => {
    const addrSize = addresses && n % SMALL_ADDRESSES === SMALL_ADDRESSES - 1 ? 2 : 4;
    const mayLock = LOCKABLE.has(spec.mnemonic) && form.memory && spec.operands[0]?.addressing === "E";
    return encode(spec, { ...form, addrSize }, rng, mayLock && n % 5 === 0);
  });
}

/** `encodings` * `states` cases for each of `variants`. */
export function plan(variants: readonly Variant[], encodings: number, states: number, seed: number): Plan {
  const rng = new Rng(seed);
  const codes: Uint8Array[] = [];
  const owners: Variant[] = [];
  for (const variant of variants) {
    for (const code of codesOf(variant, encodings, rng)) {
      codes.push(code);
      owners.push(variant);
    }
  }
  const addresses = placeCodes(codes);
  const decoder = new Decoder();
  const insns = codes.map((bytes, n) => decodeWhole(decoder, bytes, addresses[n] ?? 0));
  const cases: Case[] = [];
  insns.forEach((insn, n) => {
    landFarPointer(insn, codes[n], (addresses[n] ?? 0) + insn.length);
    const end = (addresses[n] ?? 0) + insn.length;
    for (let state = 0; state < states; state++) cases.push(makeCase(insn, rng, n, end));
  });
  return {
    codes,
    addresses,
    cases,
    window: filling(rng, WINDOW_BYTES),
    readOnly: filling(rng, READ_ONLY_BYTES),
    ldt: LDT,
    insns,
    variants: owners,
  };
}

/** Points half of the immediate far pointers at the INT3s after their own code, now that its place is known. */
function landFarPointer(insn: Insn, code: Uint8Array | undefined, end: number): void {
  if (
    !code ||
    insn.opSize !== 4 ||
    !insn.spec.operands.some((operand) => operand.addressing === "A") ||
    (end & 1) === 0
  )
    return;
  new DataView(code.buffer).setUint32(code.length - 6, end + 3, true);
}

/** Codes that are given byte by byte, with random states: what no line of the tables stands for. */
export function planCodes(codes: Uint8Array[], states: number, seed: number): Batch {
  const rng = new Rng(seed);
  const addresses = placeCodes(codes);
  const insn = decodeWhole(new Decoder(), Uint8Array.of(0x90), 0);
  const cases = codes.flatMap((_, n) =>
    Array.from({ length: states }, () => makeCase(insn, rng, n, addresses[n] ?? 0)),
  );
  return {
    codes,
    addresses,
    cases,
    window: filling(rng, WINDOW_BYTES),
    readOnly: filling(rng, READ_ONLY_BYTES),
    ldt: LDT,
  };
}

function decodeWhole(decoder: Decoder, bytes: Uint8Array, address: number): Insn {
  const insn = decoder.decode(bytes, 0, bytes.length, address, true);
  if (insn?.length !== bytes.length)
    throw new Error(`encoder and decoder disagree on ${[...bytes].map((b) => b.toString(16)).join(" ")}`);
  return insn;
}
