import { ByteReader } from "../bytes";
import { Cfa } from "../dwarf/constants";
import type { Cie, Fde } from "./frame-table";

/** How the canonical frame address is found. */
export type CfaRule =
  | { readonly kind: "register"; readonly register: number; readonly offset: number }
  | { readonly kind: "expression"; readonly expression: Uint8Array };

/** How a register of the caller is found (DWARF 5, 6.4.1). */
export type RegisterRule =
  | { readonly kind: "undefined" }
  | { readonly kind: "sameValue" }
  /** The value is in memory at CFA + offset. */
  | { readonly kind: "offset"; readonly offset: number }
  /** The value is CFA + offset. */
  | { readonly kind: "valueOffset"; readonly offset: number }
  | { readonly kind: "register"; readonly register: number }
  /** The value is in memory at the address that the expression computes. */
  | { readonly kind: "expression"; readonly expression: Uint8Array }
  /** The value is what the expression computes. */
  | { readonly kind: "valueExpression"; readonly expression: Uint8Array };

/** The row of the unwind table for one instruction. */
export interface CfiRow {
  readonly cfa: CfaRule | undefined;
  /** The rules by register number. A register without a rule is unspecified. */
  readonly registers: ReadonlyMap<number, RegisterRule>;
}

/**
 * Runs an unwind program up to `pc` (DWARF 5, 6.4.2 and 6.4.3).
 * @throws SymbolError dwarf-corrupt
 */
export function cfiRow(fde: Fde, pc: number): CfiRow {
  const machine = new CfaMachine(fde.cie, fde.low);
  machine.run(fde.cie.instructions, Infinity);
  machine.finishInitial();
  machine.run(fde.instructions, pc);
  return machine.row();
}

/**
 * How many rows may be remembered at once, and how many registers a row may have. Compilers need one or two, and ten.
 */
const MAX_REMEMBERED = 64;
const MAX_REGISTERS = 128;

interface State {
  cfa: CfaRule | undefined;
  registers: Map<number, RegisterRule>;
}

class CfaMachine {
  private state: State = { cfa: undefined, registers: new Map() };
  private initial = new Map<number, RegisterRule>();
  private readonly remembered: State[] = [];

  constructor(
    private readonly cie: Cie,
    private location: number,
  ) {}

  /** The rules so far become those to which DW_CFA_restore returns. */
  finishInitial(): void {
    this.initial = new Map(this.state.registers);
  }

  row(): CfiRow {
    return this.state;
  }

  /** Runs until a row begins above `pc`, or to the end. */
  run(instructions: Uint8Array, pc: number): void {
    const reader = new ByteReader(instructions, "a frame's instructions");
    while (!reader.done) {
      const byte = reader.u8();
      const operand = byte & 0x3f;
      switch ((byte & 0xc0) as Cfa) {
        case Cfa.AdvanceLoc:
          this.location += operand * this.cie.codeAlignment;
          break;
        case Cfa.Offset:
          this.setOffset(operand, reader.uleb());
          break;
        case Cfa.Restore:
          this.restore(operand);
          break;
        default:
          if (!this.advance(byte, reader) && !this.defineCfa(byte, reader)) this.defineRegister(byte, reader);
      }
      if (this.location > pc) return;
    }
  }

  private setOffset(register: number, factored: number): void {
    this.state.registers.set(register, { kind: "offset", offset: factored * this.cie.dataAlignment });
  }

  private restore(register: number): void {
    const rule = this.initial.get(register);
    if (rule) this.state.registers.set(register, rule);
    else this.state.registers.delete(register);
  }

  private advance(opcode: Cfa, reader: ByteReader): boolean {
    const { codeAlignment } = this.cie;
    switch (opcode) {
      case Cfa.SetLoc:
        this.location = reader.u32();
        return true;
      case Cfa.AdvanceLoc1:
        this.location += reader.u8() * codeAlignment;
        return true;
      case Cfa.AdvanceLoc2:
        this.location += reader.u16() * codeAlignment;
        return true;
      case Cfa.AdvanceLoc4:
        this.location += reader.u32() * codeAlignment;
        return true;
      default:
        return false;
    }
  }

  private defineCfa(opcode: Cfa, reader: ByteReader): boolean {
    const { state } = this;
    const { dataAlignment } = this.cie;
    switch (opcode) {
      case Cfa.DefCfa:
        state.cfa = { kind: "register", register: reader.uleb(), offset: reader.uleb() };
        return true;
      case Cfa.DefCfaSf:
        state.cfa = { kind: "register", register: reader.uleb(), offset: reader.sleb() * dataAlignment };
        return true;
      case Cfa.DefCfaRegister:
        state.cfa = { kind: "register", register: reader.uleb(), offset: this.cfaOffset() };
        return true;
      case Cfa.DefCfaOffset:
        state.cfa = { kind: "register", register: this.cfaRegister(reader), offset: reader.uleb() };
        return true;
      case Cfa.DefCfaOffsetSf:
        state.cfa = {
          kind: "register",
          register: this.cfaRegister(reader),
          offset: reader.sleb() * dataAlignment,
        };
        return true;
      case Cfa.DefCfaExpression:
        state.cfa = { kind: "expression", expression: reader.block(reader.uleb()) };
        return true;
      default:
        return false;
    }
  }

  private cfaOffset(): number {
    return this.state.cfa?.kind === "register" ? this.state.cfa.offset : 0;
  }

  private cfaRegister(reader: ByteReader): number {
    if (this.state.cfa?.kind !== "register") throw reader.corrupt("CFA offset without a register");
    return this.state.cfa.register;
  }

  private defineRegister(opcode: Cfa, reader: ByteReader): void {
    const { registers } = this.state;
    const { dataAlignment } = this.cie;
    switch (opcode) {
      case Cfa.Nop:
        break;
      case Cfa.GnuArgsSize:
        reader.uleb();
        break;
      case Cfa.OffsetExtended:
        this.setOffset(reader.uleb(), reader.uleb());
        break;
      case Cfa.OffsetExtendedSf:
        this.setOffset(reader.uleb(), reader.sleb());
        break;
      case Cfa.GnuNegativeOffsetExtended:
        this.setOffset(reader.uleb(), -reader.uleb());
        break;
      case Cfa.ValOffset:
        registers.set(reader.uleb(), { kind: "valueOffset", offset: reader.uleb() * dataAlignment });
        break;
      case Cfa.ValOffsetSf:
        registers.set(reader.uleb(), { kind: "valueOffset", offset: reader.sleb() * dataAlignment });
        break;
      case Cfa.RestoreExtended:
        this.restore(reader.uleb());
        break;
      case Cfa.Undefined:
        registers.set(reader.uleb(), { kind: "undefined" });
        break;
      case Cfa.SameValue:
        registers.set(reader.uleb(), { kind: "sameValue" });
        break;
      case Cfa.Register:
        registers.set(reader.uleb(), { kind: "register", register: reader.uleb() });
        break;
      case Cfa.Expression:
        registers.set(reader.uleb(), { kind: "expression", expression: reader.block(reader.uleb()) });
        break;
      case Cfa.ValExpression:
        registers.set(reader.uleb(), { kind: "valueExpression", expression: reader.block(reader.uleb()) });
        break;
      case Cfa.RememberState:
        if (this.remembered.length === MAX_REMEMBERED || registers.size > MAX_REGISTERS) {
          throw reader.corrupt("an unwind program without an end");
        }
        this.remembered.push({ cfa: this.state.cfa, registers: new Map(registers) });
        break;
      case Cfa.RestoreState:
        this.state = this.remembered.pop() ?? this.emptyStack(reader);
        break;
      default:
        throw reader.corrupt(`call frame instruction 0x${opcode.toString(16)}`);
    }
  }

  private emptyStack(reader: ByteReader): never {
    throw reader.corrupt("restore_state without a remembered state");
  }
}
