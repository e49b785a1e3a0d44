import { ByteReader } from "../bytes";
import { SymbolError } from "../errors";
import { DwarfReg, type Piece, type Place } from "../model";
import { Op } from "./constants";
import {
  binary,
  convert,
  fromBytes,
  generic,
  toBytes,
  typed,
  unary,
  Unavailable,
  type OperandType,
  type StackValue,
} from "./stack-value";
import type { Unit } from "./unit";

/**
 * What an expression may ask of the frame in which it is evaluated. Each method throws Unavailable when it cannot tell.
 */
export interface ExpressionContext {
  /** The unit that contains the expression; undefined for call-frame expressions. */
  readonly unit: Unit | undefined;
  register(register: number): number;
  /** The register's value for a register location, which need not be known. */
  registerIfKnown(register: number): number | undefined;
  memory(address: number, length: number): Uint8Array;
  frameBase(): number;
  cfa(): number;
  /** The value that the expression had when the function was entered. */
  entryValue(expression: Uint8Array): number;
  /** The base type whose DIE is at that offset in the unit; undefined for 0, the generic type. */
  operandType(offset: number): OperandType | undefined;
}

/** The most bits of a part of a variable. This is more than any register, or any spilled part of a structure, has. */
const MAX_PIECE = 8 << 20;

/** The most operations of one evaluation. Only a ring of branches needs more. */
const MAX_OPERATIONS = 10_000;

/**
 * The place that an expression gives for its object. It never throws: a place that cannot be computed is a Place too.
 */
export function evaluate(expression: Uint8Array, context: ExpressionContext): Place {
  return settle(() => new Evaluator(expression, context).place());
}

/**
 * The value of an expression that computes one (a CFA, a saved register's address). The `initial` values are on the
 * stack at the start.
 * @throws Unavailable
 */
export function evaluateNumber(expression: Uint8Array, context: ExpressionContext, ...initial: number[]): number {
  return new Evaluator(expression, context, initial).number();
}

/** Turns the ways in which an evaluation can fail into a Place. */
export function settle(evaluation: () => Place): Place {
  try {
    return evaluation();
  } catch (error) {
    if (error instanceof Unavailable) return { kind: "unavailable", reason: error.reason };
    if (error instanceof SymbolError) return { kind: "unavailable", reason: { code: "corrupt", what: error.message } };
    throw error;
  }
}

class Evaluator {
  private readonly reader: ByteReader;
  private readonly stack: StackValue[];
  private readonly pieces: Piece[] = [];
  /** Set by operations that describe another place than memory at the top of the stack. */
  private described: Place | undefined;

  constructor(
    expression: Uint8Array,
    private readonly context: ExpressionContext,
    initial: readonly number[] = [],
  ) {
    this.reader = new ByteReader(expression, "a location expression");
    this.stack = initial.map(generic);
  }

  place(): Place {
    this.run();
    if (this.pieces.length > 0) return { kind: "pieces", pieces: this.pieces };
    return this.take();
  }

  number(): number {
    this.run();
    if (this.described?.kind === "register") return this.context.register(this.described.register);
    if (this.described?.kind === "value") return Number(BigInt.asUintN(32, fromBytes(this.described.bytes)));
    return Number(BigInt.asUintN(32, this.pop().bits));
  }

  private run(): void {
    for (let count = 0; !this.reader.done; count++) {
      if (count > MAX_OPERATIONS) throw new Unavailable({ code: "corrupt", what: "expression without an end" });
      this.operation(this.reader.u8());
    }
  }

  private push(value: StackValue): void {
    this.stack.push(value);
  }

  private pop(): StackValue {
    const value = this.stack.pop();
    if (!value) throw new Unavailable({ code: "corrupt", what: "expression takes from an empty stack" });
    return value;
  }

  private peek(depth: number): StackValue {
    const value = this.stack.at(-1 - depth);
    if (!value) throw new Unavailable({ code: "corrupt", what: "expression takes from an empty stack" });
    return value;
  }

  private popAddress(): number {
    return Number(BigInt.asUintN(32, this.pop().bits));
  }

  /** The place described since the last piece. */
  private take(): Place {
    const { described } = this;
    this.described = undefined;
    if (described) return described;
    if (this.stack.length === 0) return { kind: "optimizedOut" };
    return { kind: "memory", address: this.popAddress() };
  }

  private operation(op: Op): void {
    if (op >= Op.Lit0 && op <= Op.Lit31) this.push(generic(op - Op.Lit0));
    else if (op >= Op.Reg0 && op <= Op.Reg31) this.describeRegister(op - Op.Reg0);
    else if (op >= Op.Breg0 && op <= Op.Breg31) this.pushBased(op - Op.Breg0);
    else if (op >= Op.Abs && op <= Op.Xor && op !== Op.PlusUconst) this.arithmetic(op);
    else if (op >= Op.Eq && op <= Op.Ne) this.arithmetic(op);
    else if (!this.constant(op) && !this.stackOperation(op) && !this.memoryOperation(op) && !this.typedOperation(op)) {
      this.placeOperation(op);
    }
  }

  private pushBased(register: number): void {
    const offset = this.reader.sleb();
    this.push(generic(this.context.register(register) + offset));
  }

  private describeRegister(register: number): void {
    if (register > DwarfReg.Eflags) throw new Unavailable({ code: "register", register });
    this.described = { kind: "register", register, value: this.context.registerIfKnown(register) };
  }

  private arithmetic(op: Op): void {
    if (op === Op.Abs || op === Op.Neg || op === Op.Not) {
      this.push(unary(op, this.pop()));
      return;
    }
    const b = this.pop();
    this.push(binary(op, this.pop(), b));
  }

  private constant(op: Op): boolean {
    const { reader } = this;
    switch (op) {
      case Op.Addr:
      case Op.Const4u:
        this.push(generic(reader.u32()));
        return true;
      case Op.Const1u:
        this.push(generic(reader.u8()));
        return true;
      case Op.Const1s:
        this.push(generic(reader.s8()));
        return true;
      case Op.Const2u:
        this.push(generic(reader.u16()));
        return true;
      case Op.Const2s:
        this.push(generic(reader.s16()));
        return true;
      case Op.Const4s:
        this.push(generic(reader.s32()));
        return true;
      case Op.Const8u:
      case Op.Const8s:
        this.push(generic(reader.u64()));
        return true;
      case Op.Constu:
        this.push(generic(reader.ulebBig()));
        return true;
      case Op.Consts:
        this.push(generic(reader.slebBig()));
        return true;
      case Op.Addrx:
      case Op.Constx:
      case Op.GnuAddrIndex:
      case Op.GnuConstIndex:
        this.push(generic(this.unit().indexedAddress(reader.uleb())));
        return true;
      default:
        return false;
    }
  }

  private unit(): Unit {
    if (!this.context.unit) throw new Unavailable({ code: "corrupt", what: "an expression without a unit" });
    return this.context.unit;
  }

  private stackOperation(op: Op): boolean {
    const { reader, stack } = this;
    switch (op) {
      case Op.Dup:
        this.push(this.peek(0));
        return true;
      case Op.Drop:
        this.pop();
        return true;
      case Op.Over:
        this.push(this.peek(1));
        return true;
      case Op.Pick:
        this.push(this.peek(reader.u8()));
        return true;
      case Op.Swap:
        stack.push(this.pop(), this.pop());
        return true;
      case Op.Rot: {
        const [a, b, c] = [this.pop(), this.pop(), this.pop()];
        stack.push(a, c, b);
        return true;
      }
      case Op.PlusUconst: {
        const value = this.pop();
        this.push(typed(value.bits + reader.ulebBig(), value.type));
        return true;
      }
      case Op.Skip:
        this.jump(reader.s16());
        return true;
      case Op.Bra: {
        const distance = reader.s16();
        if (this.pop().bits !== 0n) this.jump(distance);
        return true;
      }
      case Op.Nop:
      case Op.GnuUninit:
        return true;
      default:
        return false;
    }
  }

  private jump(distance: number): void {
    const target = this.reader.at + distance;
    if (target < 0 || target > this.reader.end)
      throw new Unavailable({ code: "corrupt", what: "branch out of an expression" });
    this.reader.at = target;
  }

  private memoryOperation(op: Op): boolean {
    const { reader, context } = this;
    switch (op) {
      case Op.Deref:
        this.push(generic(this.load(4)));
        return true;
      case Op.DerefSize:
        this.push(generic(this.load(reader.u8())));
        return true;
      case Op.Fbreg: {
        const offset = reader.sleb();
        this.push(generic(context.frameBase() + offset));
        return true;
      }
      case Op.Bregx:
        this.pushBased(reader.uleb());
        return true;
      case Op.CallFrameCfa:
        this.push(generic(context.cfa()));
        return true;
      case Op.EntryValue:
      case Op.GnuEntryValue:
        this.push(generic(context.entryValue(reader.block(reader.uleb()))));
        return true;
      default:
        return false;
    }
  }

  private load(size: number): bigint {
    return fromBytes(this.context.memory(this.popAddress(), size));
  }

  private typedOperation(op: Op): boolean {
    const { reader, context } = this;
    switch (op) {
      case Op.ConstType:
      case Op.GnuConstType: {
        const type = context.operandType(reader.uleb());
        this.push(typed(fromBytes(reader.block(reader.u8())), type));
        return true;
      }
      case Op.RegvalType:
      case Op.GnuRegvalType: {
        const register = reader.uleb();
        this.push(typed(BigInt(context.register(register)), context.operandType(reader.uleb())));
        return true;
      }
      case Op.DerefType:
      case Op.GnuDerefType: {
        const size = reader.u8();
        const type = context.operandType(reader.uleb());
        this.push(typed(this.load(size), type));
        return true;
      }
      case Op.Convert:
      case Op.GnuConvert:
        this.push(convert(this.pop(), context.operandType(reader.uleb())));
        return true;
      case Op.Reinterpret:
      case Op.GnuReinterpret:
        this.push(typed(this.pop().bits, context.operandType(reader.uleb())));
        return true;
      default:
        return false;
    }
  }

  private placeOperation(op: Op): void {
    const { reader } = this;
    switch (op) {
      case Op.Regx:
        this.describeRegister(reader.uleb());
        break;
      case Op.StackValue:
        this.described = { kind: "value", bytes: toBytes(this.pop()) };
        break;
      case Op.ImplicitValue:
        this.described = { kind: "value", bytes: reader.block(reader.uleb()) };
        break;
      case Op.ImplicitPointer:
      case Op.GnuImplicitPointer:
        // It points to an object that has no place in memory.
        reader.u32();
        reader.sleb();
        this.described = { kind: "optimizedOut" };
        break;
      case Op.Piece:
        this.piece(8 * reader.uleb(), 0);
        break;
      case Op.BitPiece: {
        const bitSize = reader.uleb();
        this.piece(bitSize, reader.uleb());
        break;
      }
      default:
        throw new Unavailable({ code: "unsupported", what: `DWARF operation 0x${op.toString(16)}` });
    }
  }

  private piece(bitSize: number, bitOffset: number): void {
    if (bitSize > MAX_PIECE || bitOffset > MAX_PIECE)
      throw new Unavailable({ code: "corrupt", what: "a piece too large" });
    const place = this.take();
    this.pieces.push({ place, bitSize, bitOffset });
  }
}
