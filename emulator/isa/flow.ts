import { Decoder } from "./decode";
import { isRepeated } from "./queries";

/** What an instruction does to the flow of control, for users who step through code. */
export interface InstructionFlow {
  /** The length in bytes. */
  length: number;
  flow: "next" | "repeat" | "call" | "interrupt" | "return" | "jump";
}

/** Mnemonics of the opcode map after which control does not simply go on with the next instruction. */
const FLOWS: Readonly<Record<string, InstructionFlow["flow"]>> = {
  ...{ call: "call", callind: "call", callfar: "call", callfarind: "call", sysenter: "call" },
  ...{ int: "interrupt", int1: "interrupt", int3: "interrupt", into: "interrupt" },
  ...{ ret: "return", retfar: "return", iret: "return", sysexit: "return" },
  ...{ jcc: "jump", jmp: "jump", jmpind: "jump", jmpfar: "jump", jmpfarind: "jump" },
  ...{ loop: "jump", loope: "jump", loopne: "jump", jcxz: "jump" },
};

/**
 * Mnemonics that stand for bytes which are not an instruction of this processor. Coprocessor instructions are not
 * decoded to their end.
 */
const NONE = new Set(["undefined", "toolong", "coprocessor"]);

const decoder = new Decoder();

/**
 * The length and flow of the instruction at the start of `bytes`. Undefined if the bytes are not an instruction of this
 * processor or end too early.
 * @param big the D bit of the code segment: 32-bit code
 */
export function flowOf(bytes: Uint8Array, big: boolean): InstructionFlow | undefined {
  const insn = decoder.decode(bytes, 0, bytes.length, 0, big);
  if (insn === undefined || NONE.has(insn.mnemonic)) return undefined;
  return { length: insn.length, flow: isRepeated(insn) ? "repeat" : (FLOWS[insn.mnemonic] ?? "next") };
}

/** Where execution may go on after an instruction, supposing that calls and interrupts return. */
export interface NextInstructions {
  /** The length in bytes. */
  length: number;
  /** Whether it may go on at the following instruction. */
  goesOn: boolean;
  /** The target of a direct jump, as an offset in CS. */
  target: number | undefined;
}

/** Jumps with the target in the instruction, and those among them that are not always taken. */
const DIRECT = new Set(["jmp", "jcc", "loop", "loope", "loopne", "jcxz"]);
const CONDITIONAL = new Set(["jcc", "loop", "loope", "loopne", "jcxz"]);

/**
 * Where execution may go on after the instruction at the start of `bytes`; undefined in the cases of `flowOf`.
 * @param eip its offset in CS
 */
export function nextAfter(bytes: Uint8Array, eip: number, big: boolean): NextInstructions | undefined {
  const insn = decoder.decode(bytes, 0, bytes.length, eip, big);
  if (insn === undefined || NONE.has(insn.mnemonic)) return undefined;
  const flow = FLOWS[insn.mnemonic];
  const target = DIRECT.has(insn.mnemonic) ? insn.imm >>> 0 : undefined;
  return {
    length: insn.length,
    target,
    goesOn: CONDITIONAL.has(insn.mnemonic) || (flow !== "jump" && flow !== "return"),
  };
}
