import { evaluateNumber, type ExpressionContext } from "../dwarf/expression";
import { fromBytes, Unavailable } from "../dwarf/stack-value";
import { DwarfReg, type FrameState, type SimplePlace, type Unwound } from "../model";
import { cfiRow, type CfaRule, type CfiRow, type RegisterRule } from "./cfa-program";
import type { FrameTable } from "./frame-table";
import { rowByPrologue, type Code } from "./prologue";

type Frame = Pick<FrameState, "pc" | "isReturnAddress" | "registers" | "readMemory">;

/** The pc by which a frame is looked up. A return address may already belong to the next function. */
export function lookupPc(frame: Pick<FrameState, "pc" | "isReturnAddress">): number {
  return frame.isReturnAddress ? (frame.pc - 1) >>> 0 : frame.pc;
}

/** Finds callers by the unwind programs of an image; where there is none, by how functions begin. */
export class CallFrameInfo {
  constructor(
    private readonly table: FrameTable,
    /** The function that holds an address. */
    private readonly codeAt: (pc: number) => Code | undefined,
  ) {}

  /**
   * The caller of a frame. Undefined if no program covers the frame, or if memory or a register that the program needs
   * is missing.
   * @throws SymbolError for a corrupt program
   */
  unwind(frame: Frame): Unwound | undefined {
    const pc = lookupPc(frame);
    const fde = this.table.at(pc);
    const row = fde ? cfiRow(fde, pc) : this.byPrologue(pc, frame.isReturnAddress);
    if (!row) return undefined;
    try {
      return applyRow(row, fde?.cie.returnRegister ?? DwarfReg.Eip, fde?.cie.isSignalFrame ?? false, frame);
    } catch (error) {
      if (error instanceof Unavailable) return undefined;
      throw error;
    }
  }

  /** The frame's CFA; undefined without a program. */
  cfa(frame: Frame): number | undefined {
    return this.unwind(frame)?.cfa;
  }

  /** The CFA at an instruction as a register plus an offset, if it has that form there. */
  simpleCfa(pc: number): (SimplePlace & { kind: "memory" }) | undefined {
    const fde = this.table.at(pc);
    const rule = (fde ? cfiRow(fde, pc) : this.byPrologue(pc, false))?.cfa;
    if (rule?.kind !== "register" || rule.register > DwarfReg.Edi) return undefined;
    return { kind: "memory", base: rule.register, offset: rule.offset };
  }

  private byPrologue(pc: number, isReturnAddress: boolean): CfiRow | undefined {
    const code = this.codeAt(pc);
    return code && rowByPrologue(code, pc, isReturnAddress);
  }
}

function applyRow(row: CfiRow, returnRegister: number, isSignalFrame: boolean, frame: Frame): Unwound {
  const cfa = cfaOf(row.cfa, frame);
  const registers: (number | undefined)[] = [];
  for (let register = DwarfReg.Eax; register <= DwarfReg.Eflags; register++) {
    registers[register] = callerRegister(register, row.registers.get(register), cfa, frame);
  }
  const rule = row.registers.get(returnRegister);
  registers[DwarfReg.Eip] = rule && callerRegister(returnRegister, rule, cfa, frame);
  const returnSlot = rule && slotOf(rule, cfa, frame);
  return { cfa, registers, isSignalFrame, returnSlot };
}

function cfaOf(rule: CfaRule | undefined, frame: Frame): number {
  if (!rule) throw new Unavailable({ code: "frame-base" });
  if (rule.kind === "expression") return evaluateNumber(rule.expression, contextOf(frame));
  return (requireRegister(frame, rule.register) + rule.offset) >>> 0;
}

/**
 * A register without a rule keeps its value. This holds for registers that calls preserve, and for others wherever the
 * compiler still relies on them (-fipa-ra). ESP is the CFA by definition.
 */
function callerRegister(
  register: number,
  rule: RegisterRule | undefined,
  cfa: number,
  frame: Frame,
): number | undefined {
  if (!rule) return register === DwarfReg.Esp ? cfa : frame.registers[register];
  switch (rule.kind) {
    case "undefined":
      return undefined;
    case "sameValue":
      return frame.registers[register];
    case "register":
      return frame.registers[rule.register];
    case "valueOffset":
      return (cfa + rule.offset) >>> 0;
    case "valueExpression":
      return evaluateNumber(rule.expression, contextOf(frame), cfa);
    case "offset":
    case "expression": {
      const slot = slotOf(rule, cfa, frame);
      return slot === undefined ? undefined : readWord(frame, slot);
    }
  }
}

/** The address of a register that is saved in memory. */
function slotOf(rule: RegisterRule, cfa: number, frame: Frame): number | undefined {
  if (rule.kind === "offset") return (cfa + rule.offset) >>> 0;
  if (rule.kind === "expression") return evaluateNumber(rule.expression, contextOf(frame), cfa);
  return undefined;
}

/** A word of memory; undefined when it cannot be read. */
function readWord(frame: Frame, address: number): number | undefined {
  const bytes = frame.readMemory(address, 4);
  return bytes && bytes.length >= 4 ? Number(fromBytes(bytes.subarray(0, 4))) : undefined;
}

function requireRegister(frame: Frame, register: number): number {
  const value = frame.registers[register];
  if (value === undefined) throw new Unavailable({ code: "register", register });
  return value;
}

/** Call-frame expressions see only registers and memory (DWARF 5, 6.4.2). */
function contextOf(frame: Frame): ExpressionContext {
  const refuse = (what: string) => (): never => {
    throw new Unavailable({ code: "unsupported", what });
  };
  return {
    unit: undefined,
    register: (register) => requireRegister(frame, register),
    registerIfKnown: (register) => frame.registers[register],
    memory: (address, length) => {
      const bytes = frame.readMemory(address, length);
      if (!bytes || bytes.length < length) throw new Unavailable({ code: "memory", address });
      return bytes.subarray(0, length);
    },
    frameBase: refuse("a frame base in call frame information"),
    cfa: refuse("the CFA in call frame information"),
    entryValue: refuse("an entry value in call frame information"),
    operandType: refuse("a base type in call frame information"),
  };
}
