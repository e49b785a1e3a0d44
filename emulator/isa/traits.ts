/** Properties of an instruction that the tiers need, by mnemonic. */
export const enum Trait {
  /** A string instruction, such as MOVS. */
  String = 1 << 0,
  /** A SystemOp does it, and it ends a block. */
  System = 1 << 1,
  /** Control need not go on with the following instruction, so it ends a block. */
  Branch = 1 << 2,
  ReadsFlags = 1 << 3,
  /** No arithmetic flag from before it can be seen after it. */
  KillsFlags = 1 << 4,
  ChangesFlags = 1 << 5,
  /** A shift. With a constant count other than 0 it kills the flags. */
  Shift = 1 << 6,
  /** It may fault without a memory operand. */
  Faults = 1 << 7,
  /** It accesses the stack. */
  Stack = 1 << 8,
  /** A string instruction that reads DS:ESI, or the overriding segment. */
  Source = 1 << 9,
  /** A string instruction that accesses ES:EDI. */
  Destination = 1 << 10,
  /** Its memory operand is only an address, or nothing. */
  NoAccess = 1 << 11,
  /** It can be the first half of a fused compare and jump. */
  Fuses = 1 << 12,
  /** It may leave some or all flags as they were. */
  KeepsFlags = 1 << 13,
  /** A system instruction after which control goes elsewhere, or to the same instruction again. */
  Jumps = 1 << 14,
  /** A system instruction after which code may be mapped differently. */
  Remaps = 1 << 15,
  /** It writes all arithmetic flags except CF, and reads none. */
  KeepsCarry = 1 << 16,
}

/** Instructions after which control need not go on with the following one; they end a block. */
const BRANCHES = new Set(["jcc", "jmp", "call", "ret", "jmpind", "callind", "loop", "loope", "loopne", "jcxz"]);

/** Instructions done by a SystemOp. */
// prettier-ignore
const SYSTEM = new Set([
  "popseg", "movtoseg", "loadfar", "callfar", "jmpfar", "callfarind", "jmpfarind", "retfar", "iret",
  "int", "int3", "into", "in", "out", "insb", "insv", "outsb", "outsv", "hlt", "cli", "sti", "popf",
  "lldt", "ltr", "verr", "verw", "lar", "lsl", "lgdt", "lidt", "lmsw", "invlpg", "clts", "invd",
  "movtocr", "movfromcr", "movtodr", "movfromdr", "wrmsr", "rdmsr", "rdtsc", "rdpmc", "sysenter", "sysexit", "cpuid",
  "coprocessor", "fninit", "fnstsw", "fnstore", "wait", "undefined", "toolong", "int1",
]);

// prettier-ignore
const JUMPS = new Set([
  "int", "int1", "int3", "into", "iret", "callfar", "jmpfar", "callfarind", "jmpfarind", "retfar", "sysenter", "sysexit", "hlt",
  "insb", "insv", "outsb", "outsv",
]);
const REMAPS = new Set(["movtocr", "lmsw", "wrmsr"]);

const STRING = new Set([
  "movsb",
  "movsv",
  "cmpsb",
  "cmpsv",
  "stosb",
  "stosv",
  "lodsb",
  "lodsv",
  "scasb",
  "scasv",
  "insb",
  "insv",
  "outsb",
  "outsv",
]);

/** These write all six arithmetic flags (or leave some undefined), whatever the flags were. */
// prettier-ignore
const FLAG_KILLERS = new Set([
  "add", "or", "and", "sub", "xor", "cmp", "test", "neg", "mul", "imul1", "imul2", "imul3", "xadd", "cmpxchg",
  "aam", "aad", "daa", "das", "aaa", "aas",
]);

/** These write some flags, keep others, and read none of those that they write. */
const FLAG_CHANGERS = new Set([
  "inc",
  "dec",
  "rol",
  "ror",
  "shl",
  "shr",
  "sar",
  "shld",
  "shrd",
  "bsf",
  "bsr",
  "bt",
  "bts",
  "btr",
  "btc",
  "clc",
  "stc",
  "div",
  "idiv",
]);

// prettier-ignore
const FLAG_READERS = new Set([
  "adc", "sbb", "rcl", "rcr", "jcc", "setcc", "cmov", "pushf", "lahf", "sahf", "cmc", "daa", "das", "aaa", "aas", "loope", "loopne",
  "cmpsb", "cmpsv", "scasb", "scasv", "arpl", "cmpxchg8b",
]);

const FLAG_KEEPERS = new Set([
  ...[
    "rol",
    "ror",
    "rcl",
    "rcr",
    "shl",
    "shr",
    "sar",
    "shld",
    "shrd",
    "bsf",
    "bsr",
    "bt",
    "bts",
    "btr",
    "btc",
    "clc",
    "stc",
    "cmc",
    "sahf",
  ],
  ...["div", "idiv", "daa", "das", "aaa", "aas", "cmpsb", "cmpsv", "scasb", "scasv", "arpl", "cmpxchg8b"],
]);

/** These access memory without a memory operand, or fault for another reason. */
// prettier-ignore
const FAULTING = new Set([
  "push", "pop", "pushseg", "pusha", "popa", "pushf", "enter", "leave", "call", "ret", "callind", "jmpind", "xlat", "bound",
  "div", "idiv", "aam",
]);

/** These write all six flags where their count, the last operand, is not 0. */
const SHIFTS = new Set(["shl", "shr", "sar", "shld", "shrd"]);
const STACK = new Set([
  "push",
  "pushseg",
  "pop",
  "popseg",
  "pusha",
  "popa",
  "pushf",
  "popf",
  "enter",
  "leave",
  "call",
  "callind",
  "ret",
]);
const SOURCE = new Set(["movsb", "movsv", "lodsb", "lodsv", "cmpsb", "cmpsv", "outsb", "outsv"]);
const DESTINATION = new Set(["movsb", "movsv", "stosb", "stosv", "cmpsb", "cmpsv", "scasb", "scasv", "insb", "insv"]);
const NO_ACCESS = new Set(["lea", "nop", "coprocessor", "fninit", "fnstsw", "fnstore", "undefined", "toolong"]);
const FUSES = new Set(["cmp", "test", "sub", "add", "and", "or", "xor", "inc", "dec"]);

const CARRY_KEEPERS = new Set(["inc", "dec"]);

const MEMBERS: [Trait, Iterable<string>][] = [
  [Trait.String, STRING],
  [Trait.System, SYSTEM],
  [Trait.Branch, BRANCHES],
  [Trait.ReadsFlags, FLAG_READERS],
  [Trait.KillsFlags, FLAG_KILLERS],
  [Trait.ChangesFlags, FLAG_CHANGERS],
  [Trait.Shift, SHIFTS],
  [Trait.Faults, [...FAULTING, ...SYSTEM, ...STRING]],
  [Trait.Stack, STACK],
  [Trait.Source, SOURCE],
  [Trait.Destination, DESTINATION],
  [Trait.NoAccess, NO_ACCESS],
  [Trait.Fuses, FUSES],
  [Trait.KeepsFlags, FLAG_KEEPERS],
  [Trait.Jumps, JUMPS],
  [Trait.Remaps, REMAPS],
  [Trait.KeepsCarry, CARRY_KEEPERS],
];

const MASKS = new Map<string, number>();
for (const [trait, mnemonics] of MEMBERS) {
  for (const mnemonic of mnemonics) MASKS.set(mnemonic, (MASKS.get(mnemonic) ?? 0) | trait);
}

/** The traits of a mnemonic, as a mask. */
export const traitsOf = (mnemonic: string): number => MASKS.get(mnemonic) ?? 0;
