import { DwarfReg } from "../model";
import { Op } from "../dwarf/constants";
import type { CfaRule, CfiRow, RegisterRule } from "./cfa-program";

/** The code of a function, as it is in the image's file. */
export interface Code {
  /** Its first instruction. */
  readonly entry: number;
  /** The bytes from there on. */
  readonly bytes: Uint8Array;
}

/** How many bytes of a function are looked at: `endbr32`, realignment, and the pushes of all saved registers. */
export const PROLOGUE_BYTES = 32;

const ENDBR32 = [0xf3, 0x0f, 0x1e, 0xfb];
/** `lea ecx, [esp+4]; and esp, -16; push [ecx-4]`: gcc's main realigns the stack in this way, and ECX is the CFA. */
const REALIGN = [0x8d, 0x4c, 0x24, 0x04, 0x83, 0xe4, 0xf0, 0xff, 0x71, 0xfc];
const REALIGN_LEA = 4;
/** `lea esp, [ecx-4]`, which comes before such a function returns. */
const LEA_ESP = [0x8d, 0x61, 0xfc];
const PUSH_EBP = 0x55;
const PUSH_ECX = 0x51;
/** `mov ebp, esp` in its two encodings. */
const MOV_EBP_ESP = [
  [0x89, 0xe5],
  [0x8b, 0xec],
];
const RET = 0xc3;
const RET_IMM = 0xc2;
/** What `push r` saves, by its opcode. */
const PUSHES: Readonly<Record<number, DwarfReg>> = {
  0x53: DwarfReg.Ebx,
  0x56: DwarfReg.Esi,
  0x57: DwarfReg.Edi,
};
/** `pop ebx`, `esi`, `edi` and `ebp`. */
const POPS = new Set([0x5b, 0x5e, 0x5f, 0x5d]);
const WORD = 4;

/**
 * The row of the unwind table that `push ebp; mov ebp, esp` at a function's start implies. It is for images whose
 * linker script discards .eh_frame. Undefined for a function that begins in another way.
 * @param isReturnAddress whether `pc` is inside the call, and not at the beginning of an instruction
 */
export function rowByPrologue({ entry, bytes }: Code, pc: number, isReturnAddress: boolean): CfiRow | undefined {
  let at = startsWith(bytes, 0, ENDBR32) ? ENDBR32.length : 0;
  const isRealigned = startsWith(bytes, at, REALIGN);
  const afterLea = at + REALIGN_LEA;
  if (isRealigned) at += REALIGN.length;
  if (bytes[at] !== PUSH_EBP || !MOV_EBP_ESP.some((mov) => startsWith(bytes, at + 1, mov))) return undefined;
  const offset = pc - entry;
  const afterPush = at + 1;
  const afterMov = at + 3;
  const opcode = bytes[offset] ?? 0;
  const returns = !isReturnAddress && offset >= afterMov && (opcode === RET || opcode === RET_IMM);
  if (returns || offset < (isRealigned ? afterLea : afterPush)) return row(register(DwarfReg.Esp, WORD), new Map());
  if (isRealigned) return realigned(bytes, offset, afterMov);
  const saved = new Map<number, RegisterRule>([[DwarfReg.Ebp, { kind: "offset", offset: -2 * WORD }]]);
  if (offset < afterMov) return row(register(DwarfReg.Esp, 2 * WORD), saved);
  addPushes(bytes, afterMov, offset, -3 * WORD, saved);
  return row(register(DwarfReg.Ebp, 2 * WORD), saved);
}

/** After ECX was pushed, the CFA is stored below the saved EBP. Before that, and again at the end, it is ECX. */
function realigned(bytes: Uint8Array, offset: number, afterMov: number): CfiRow {
  const inEcx = register(DwarfReg.Ecx, 0);
  if (offset < afterMov || startsWith(bytes, offset, LEA_ESP)) return row(inEcx, new Map());
  // DW_OP_breg5 0.
  const ebp: RegisterRule = { kind: "expression", expression: Uint8Array.of(Op.Breg0 + DwarfReg.Ebp, 0) };
  let slot = afterMov;
  while (PUSHES[bytes[slot] ?? 0] !== undefined) slot++;
  let lea = offset;
  while (POPS.has(bytes[lea] ?? 0)) lea++;
  const isKept = bytes[slot] === PUSH_ECX && offset > slot && !(lea > offset && startsWith(bytes, lea, LEA_ESP));
  if (!isKept) return row(inEcx, new Map([[DwarfReg.Ebp, ebp]]));
  // DW_OP_breg5 with the slot's distance as a LEB128 number, and DW_OP_deref.
  const distance = (-WORD * (slot + 1 - afterMov)) & 0x7f;
  const cfa: CfaRule = {
    kind: "expression",
    expression: Uint8Array.of(Op.Breg0 + DwarfReg.Ebp, distance, Op.Deref),
  };
  return row(cfa, new Map([[DwarfReg.Ebp, ebp]]));
}

/** The registers that were pushed before `offset`, the first of them at CFA + `slot`. */
function addPushes(
  bytes: Uint8Array,
  from: number,
  offset: number,
  slot: number,
  saved: Map<number, RegisterRule>,
): void {
  for (let at = from; at < offset; at++) {
    const pushed = PUSHES[bytes[at] ?? 0];
    if (pushed === undefined) return;
    saved.set(pushed, { kind: "offset", offset: slot - WORD * (at - from) });
  }
}

function register(number: DwarfReg, offset: number): CfaRule {
  return { kind: "register", register: number, offset };
}

function row(cfa: CfaRule, saved: Map<number, RegisterRule>): CfiRow {
  return { cfa, registers: saved.set(DwarfReg.Eip, { kind: "offset", offset: -WORD }) };
}

function startsWith(bytes: Uint8Array, at: number, pattern: readonly number[]): boolean {
  return pattern.every((byte, i) => bytes[at + i] === byte);
}
