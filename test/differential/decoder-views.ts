import { Code, type Instruction, Mnemonic, OpKind, Register } from "iced-x86";
import { Seg } from "../../emulator/base/arch";
import type { Insn } from "../../emulator/isa/insn";
import { SPECS } from "../../emulator/isa/spec";

/**
 * One line on an instruction, made alike from our decoder's object and from
 * iced-x86's: what differs between the two lines is a disagreement.
 */

const CONDITIONS = ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"];

/** Our mnemonics that iced knows by another name, or by several. */
// tzcnt, lzcnt and wbnoinvd are the older instructions on a processor that ignores their prefix.
const ALIASES: Partial<Record<string, readonly string[]>> = {
  pushseg: ["push"],
  popseg: ["pop"],
  shl: ["shl", "sal"],
  imul1: ["imul"],
  imul2: ["imul"],
  imul3: ["imul"],
  insv: ["insw", "insd"],
  outsv: ["outsw", "outsd"],
  movsv: ["movsw", "movsd"],
  cmpsv: ["cmpsw", "cmpsd"],
  stosv: ["stosw", "stosd"],
  lodsv: ["lodsw", "lodsd"],
  scasv: ["scasw", "scasd"],
  movfromseg: ["mov"],
  movtoseg: ["mov"],
  nop: [
    "nop",
    "pause",
    "reservednop",
    "endbr32",
    "endbr64",
    "prefetchnta",
    "prefetcht0",
    "prefetcht1",
    "prefetcht2",
    "prefetchit0",
    "prefetchit1",
    "cldemote",
    "rdsspd",
  ],
  pusha: ["pushaw", "pushad"],
  popa: ["popaw", "popad"],
  pushf: ["pushf", "pushfd"],
  popf: ["popf", "popfd"],
  cbw: ["cbw", "cwde"],
  cwd: ["cwd", "cdq"],
  callfar: ["call"],
  jmpfar: ["jmp"],
  callind: ["call"],
  jmpind: ["jmp"],
  callfarind: ["call"],
  jmpfarind: ["jmp"],
  retfar: ["retf"],
  iret: ["iret", "iretd"],
  loadfar: ["les", "lds", "lss", "lfs", "lgs"],
  xlat: ["xlatb"],
  jcxz: ["jcxz", "jecxz"],
  invd: ["invd", "wbinvd", "wbnoinvd"],
  bsf: ["bsf", "tzcnt"],
  bsr: ["bsr", "lzcnt"],
  movfromcr: ["mov"],
  movtocr: ["mov"],
  movfromdr: ["mov"],
  movtodr: ["mov"],
};

const NAMES = Object.entries(Mnemonic).filter((entry): entry is [string, Mnemonic] => typeof entry[1] === "number");
const ICED_NAME = new Map(NAMES.map(([name, value]) => [value, name.toLowerCase()]));

/** The names that iced may give an instruction of ours. */
function ourNames(insn: Pick<Insn, "mnemonic" | "cc">): readonly string[] {
  const suffix = CONDITIONS[insn.cc] ?? "";
  if (insn.mnemonic === "jcc") return [`j${suffix}`];
  if (insn.mnemonic === "setcc") return [`set${suffix}`];
  if (insn.mnemonic === "cmov") return [`cmov${suffix}`];
  return ALIASES[insn.mnemonic] ?? [insn.mnemonic];
}

/** Every iced name that some instruction of ours has. */
const KNOWN_TO_US = new Set([...SPECS.flatMap(({ mnemonic, cc }) => [...ourNames({ mnemonic, cc })])]);

/** 0F 0D, a hint of other makers' processors, is undefined here. */
const isForeignHint = (insn: Instruction): boolean =>
  insn.code === Code.Reservednop_rm32_r32_0F0D || insn.code === Code.Reservednop_rm16_r16_0F0D;

/** iced's name of an instruction that this processor has too; undefined for newer ones and for what is invalid. */
export function icedName(insn: Instruction): string | undefined {
  const name = ICED_NAME.get(insn.mnemonic);
  return name !== undefined && KNOWN_TO_US.has(name) && !isForeignHint(insn) ? name : undefined;
}

const SEGMENTS = new Map([
  [Register.ES, Seg.Es],
  [Register.CS, Seg.Cs],
  [Register.SS, Seg.Ss],
  [Register.DS, Seg.Ds],
  [Register.FS, Seg.Fs],
  [Register.GS, Seg.Gs],
]);

/** General register number of an iced register, -1 for none. */
function number(register: Register): number {
  if (register === Register.None) return -1;
  return register >= Register.EAX ? register - Register.EAX : register - Register.AX;
}

/** A displacement counts modulo the address size. */
function address(
  insn: Insn,
  base: number,
  index: number,
  scale: number,
  displacement: number,
  segment: number,
): string {
  const cut = insn.addrSize === 2 ? displacement & 0xffff : displacement >>> 0;
  return `[${segment}:${base}+${index}*${scale}+${cut.toString(16)}]`;
}

/** String instructions and XLAT have implicit addresses, which only iced lists. */
const explicitMemory = (insn: Insn): boolean => insn.operands.some((operand) => operand.kind === "m");

function ourMemory(insn: Insn): string {
  const { mem, mnemonic, opSize } = insn;
  // POP's own adjustment of an ESP-based address is no part of the encoding.
  const moved = mnemonic === "pop" && mem.base === 4 ? opSize : 0;
  return address(insn, mem.base, mem.index, 1 << mem.shift, mem.disp - moved, mem.seg);
}

function icedMemory(insn: Instruction, ours: Insn): string {
  const base = number(insn.memoryBase);
  const index = number(insn.memoryIndex);
  const displacement = Number(BigInt.asUintN(32, insn.memoryDisplacement));
  return address(
    ours,
    base,
    index,
    index < 0 ? 1 : insn.memoryIndexScale,
    displacement,
    SEGMENTS.get(insn.memorySegment) ?? -1,
  );
}

const IMMEDIATE_BITS: Partial<Record<OpKind, number>> = {
  [OpKind.Immediate8]: 8,
  [OpKind.Immediate16]: 16,
  [OpKind.Immediate32]: 32,
  [OpKind.Immediate8to16]: 16,
  [OpKind.Immediate8to32]: 32,
};

/** The first immediate or branch target, cut to the width that iced gives it. */
function icedImmediate(insn: Instruction): { bits: number; value: number } | undefined {
  for (let n = 0; n < insn.opCount; n++) {
    const kind = insn.opKind(n);
    const bits = IMMEDIATE_BITS[kind];
    if (bits) return { bits, value: Number(BigInt.asUintN(bits, insn.immediate(n))) };
    if (kind === OpKind.NearBranch16 || kind === OpKind.NearBranch32) {
      return { bits: 32, value: Number(BigInt.asUintN(32, insn.nearBranchTarget)) };
    }
    if (kind === OpKind.FarBranch16) return { bits: 32, value: insn.farBranch16 };
    if (kind === OpKind.FarBranch32) return { bits: 32, value: insn.farBranch32 };
  }
  return undefined;
}

const immediateText = (bits: number, value: number): string =>
  `#${(bits === 32 ? value >>> 0 : value & ((1 << bits) - 1)).toString(16)}`;

export function describeOurs(insn: Insn): string {
  const memory = explicitMemory(insn) ? ourMemory(insn) : "";
  return `${insn.length} ${insn.mnemonic} ${memory}`;
}

/** In the terms of `ours`, so that aliases and what only one side lists do not count. */
export function describeIced(insn: Instruction, ours: Insn): string {
  const name = ICED_NAME.get(insn.mnemonic) ?? "?";
  const mnemonic = ourNames(ours).includes(name) ? ours.mnemonic : name;
  const memory = explicitMemory(ours) ? icedMemory(insn, ours) : "";
  return `${insn.length} ${mnemonic} ${memory}${immediateDifference(insn, ours)}`;
}

function immediateDifference(insn: Instruction, ours: Insn): string {
  const immediate = icedImmediate(insn);
  if (!immediate || !ours.operands.some((operand) => operand.kind === "i")) return "";
  const [left, right] = [immediateText(immediate.bits, ours.imm), immediateText(immediate.bits, immediate.value)];
  return left === right ? "" : ` immediate ${right}, ours ${left}`;
}
