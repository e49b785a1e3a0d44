import type { Insn, Shape } from "./insn";

/** Instructions after which the next one is not simply the following: they end a block. */
const BRANCHES = new Set(["jcc", "jmp", "call", "ret", "jmpind", "callind", "loop", "loope", "loopne", "jcxz"]);

/** Instructions done by a SystemOp: they leave generated code. */
const SYSTEM = new Set([
  "popseg", "movtoseg", "loadfar", "callfar", "jmpfar", "callfarind", "jmpfarind", "retfar", "iret",
  "int", "int3", "into", "in", "out", "insb", "insv", "outsb", "outsv", "hlt", "cli", "sti", "popf",
  "lldt", "ltr", "verr", "verw", "lar", "lsl", "lgdt", "lidt", "lmsw", "invlpg", "clts", "invd",
  "movtocr", "movfromcr", "movtodr", "movfromdr", "wrmsr", "rdmsr", "rdtsc", "rdpmc", "sysenter", "sysexit", "cpuid",
  "coprocessor", "wait", "undefined", "toolong",
]);

const STRING = new Set([
  "movsb", "movsv", "cmpsb", "cmpsv", "stosb", "stosv", "lodsb", "lodsv", "scasb", "scasv", "insb", "insv", "outsb", "outsv",
]);

/** Write all six arithmetic flags (or leave some undefined), whatever they were. */
const FLAG_KILLERS = new Set([
  "add", "or", "and", "sub", "xor", "cmp", "test", "neg", "mul", "imul1", "imul2", "imul3", "xadd", "cmpxchg",
  "aam", "aad", "daa", "das", "aaa", "aas",
]);

/** Write some flags, keep others, read none of what they write. */
const FLAG_CHANGERS = new Set([
  "inc", "dec", "rol", "ror", "shl", "shr", "sar", "shld", "shrd", "bsf", "bsr", "bt", "bts", "btr", "btc", "clc", "stc", "div", "idiv",
]);

const FLAG_READERS = new Set([
  "adc", "sbb", "rcl", "rcr", "jcc", "setcc", "cmov", "pushf", "lahf", "sahf", "cmc", "daa", "das", "aaa", "aas", "loope", "loopne",
  "cmpsb", "cmpsv", "scasb", "scasv", "arpl", "cmpxchg8b",
]);

/** Touch memory without a memory operand, or fault for another reason. */
const FAULTING = new Set([
  "push", "pop", "pushseg", "pusha", "popa", "pushf", "enter", "leave", "call", "ret", "callind", "jmpind", "xlat", "bound",
  "div", "idiv", "aam",
]);

export const isString = (insn: Pick<Shape, "mnemonic">): boolean => STRING.has(insn.mnemonic);

/** A string instruction that repeats; it stands in a block of its own. */
export const isRepeated = (insn: Pick<Shape, "mnemonic" | "rep">): boolean => insn.rep !== "" && STRING.has(insn.mnemonic);

export const isSystem = (insn: Pick<Shape, "mnemonic">): boolean => SYSTEM.has(insn.mnemonic);

export const endsBlock = (insn: Pick<Shape, "mnemonic" | "rep">): boolean =>
  BRANCHES.has(insn.mnemonic) || SYSTEM.has(insn.mnemonic) || isRepeated(insn);

/** May raise an exception: the flags before it must be exact. */
export const mayFault = (insn: Insn): boolean =>
  FAULTING.has(insn.mnemonic) || SYSTEM.has(insn.mnemonic) || STRING.has(insn.mnemonic) ||
  (insn.mnemonic !== "lea" && insn.mnemonic !== "nop" && insn.operands.some((o) => o.kind === "m"));

export const readsFlags = (insn: Insn): boolean => FLAG_READERS.has(insn.mnemonic);

const SHIFTS = new Set(["shl", "shr", "sar"]);

/** Leaves nothing of the arithmetic flags before it. */
export const killsFlags = (insn: Insn): boolean =>
  FLAG_KILLERS.has(insn.mnemonic) ||
  (SHIFTS.has(insn.mnemonic) && insn.operands[1].kind === "i" && (insn.imm & 31) !== 0);

/**
 * Has a variant that leaves the flags alone, for where nobody reads them. A
 * write to memory may be one to the code that follows, so it always keeps them.
 */
export const hasFlaglessForm = (insn: Pick<Shape, "mnemonic" | "operands">): boolean =>
  insn.operands[0]?.kind !== "m" && (FLAG_KILLERS.has(insn.mnemonic) || FLAG_CHANGERS.has(insn.mnemonic)) &&
  !FLAG_READERS.has(insn.mnemonic);
