import { ByteReader } from "../bytes";
import { lookupPc, type CallFrameInfo } from "../frame/call-frame-info";
import { DwarfReg, type FrameState, type Location, type Place, type SimplePlace } from "../model";
import { strip, type DynamicCount, type Type } from "../types";
import { At, Op } from "./constants";
import type { DebugInfo } from "./debug-info";
import type { DieIndex } from "./die-index";
import { callArgument } from "./entry-values";
import { evaluate, evaluateNumber, settle, type ExpressionContext } from "./expression";
import { locationAt } from "./location-list";
import { fromBytes, Unavailable, type OperandType } from "./stack-value";
import type { TypeReader } from "./type-reader";
import type { Die, Unit } from "./unit";

/** The most dimensions, typedefs and qualifiers around the elements of an array. */
const MAX_ARRAYS = 32;
/** Bytes of the numbers that counts are kept in. */
const WORD = 4;

/** Finds in frames the places that locations describe. */
export class LocationEvaluator {
  constructor(
    private readonly info: DebugInfo,
    private readonly index: () => DieIndex,
    private readonly types: TypeReader,
    private readonly callFrames: CallFrameInfo,
  ) {}

  evaluate(location: Location, frame: FrameState): Place {
    return settle(() => {
      if (location.kind === "none") return { kind: "optimizedOut" };
      if (location.kind === "constant") return { kind: "value", bytes: location.bytes };
      const expression = this.expressionAt(location, lookupPc(frame));
      if (!expression || expression.length === 0) return { kind: "optimizedOut" };
      return evaluate(expression, this.context(this.info.unitOfContext(location.context), frame));
    });
  }

  /**
   * Resolves the counts of variable-length arrays in the frame, also of arrays in arrays, and through typedefs and
   * pointers.
   */
  resolveType(type: Type, frame: FrameState, depth = 0): Type {
    if (depth > MAX_ARRAYS) return type;
    const resolved = (inner: Type): Type => this.resolveType(inner, frame, depth + 1);
    switch (type.kind) {
      case "array": {
        const element = resolved(type.element);
        const count = type.dynamic ? this.count(type.dynamic, frame) : type.count;
        return element === type.element && count === type.count ? type : { kind: "array", element, count };
      }
      case "typedef": {
        const target = resolved(type.target);
        return target === type.target ? type : target;
      }
      case "const":
      case "volatile":
      case "restrict":
      case "atomic": {
        const target = resolved(type.target);
        return target === type.target ? type : { kind: type.kind, target };
      }
      case "pointer": {
        // Only an array can have a count; structures may point to themselves.
        const target = type.target.kind === "array" ? resolved(type.target) : type.target;
        return target === type.target ? type : { kind: "pointer", size: type.size, target };
      }
      default:
        return type;
    }
  }

  /** The count; undefined where it is lost. */
  private count({ location, isVariable, plus }: DynamicCount, frame: FrameState): number | undefined {
    const place = this.evaluate(location, frame);
    const word = (bytes: Uint8Array | undefined): number | undefined =>
      bytes && bytes.length >= WORD ? Number(fromBytes(bytes.subarray(0, WORD))) : undefined;
    let number: number | undefined;
    if (place.kind === "register") number = place.value;
    else if (place.kind === "value") number = word(place.bytes);
    else if (place.kind === "memory") {
      // An expression that computes a number is read like one that computes an address.
      number = isVariable ? word(frame.readMemory(place.address, WORD)) : place.address;
    }
    return number === undefined ? undefined : (number + plus) >>> 0;
  }

  /** A place that needs no evaluation at `pc`. */
  simplify(location: Location, pc: number): SimplePlace | undefined {
    if (location.kind === "none") return undefined;
    if (location.kind === "constant") return constantPlace(location.bytes);
    const expression = this.expressionAt(location, pc);
    return expression && this.simpleExpression(expression, pc, this.info.unitOfContext(location.context));
  }

  private expressionAt(location: Location & { kind: "expression" | "list" }, pc: number): Uint8Array | undefined {
    if (location.kind === "expression") return location.expression;
    const unit = this.info.unitOfContext(location.context);
    return unit && locationAt(unit, location.offset, pc);
  }

  /**
   * Handles expressions of one operation, or of one that makes a constant and stack_value. `unit` is undefined for a
   * frame base.
   */
  private simpleExpression(expression: Uint8Array, pc: number, unit: Unit | undefined): SimplePlace | undefined {
    const reader = new ByteReader(expression, "a location expression");
    const op: Op = reader.u8();
    if (op >= Op.Lit0 && op <= Op.Lit31) return onlyStackValue(reader, op - Op.Lit0);
    const place = this.simpleOperation(op, reader, pc, unit);
    if (!reader.done && (reader.u8() as Op) !== Op.GnuUninit) return undefined;
    return reader.done ? place : undefined;
  }

  private simpleOperation(op: Op, reader: ByteReader, pc: number, unit: Unit | undefined): SimplePlace | undefined {
    if (op >= Op.Reg0 && op <= Op.Reg0 + DwarfReg.Eflags) return { kind: "register", register: op - Op.Reg0 };
    if (op >= Op.Breg0 && op <= Op.Breg0 + DwarfReg.Edi) {
      return { kind: "memory", base: op - Op.Breg0, offset: reader.sleb() };
    }
    if (op === Op.Addr) return { kind: "memory", base: undefined, offset: reader.u32() };
    if (op === Op.CallFrameCfa) return this.callFrames.simpleCfa(pc);
    if ((op === Op.Addrx || op === Op.GnuAddrIndex) && unit) {
      return { kind: "memory", base: undefined, offset: unit.indexedAddress(reader.uleb()) };
    }
    return op === Op.Fbreg && unit ? this.frameRelative(reader.sleb(), pc) : undefined;
  }

  /** Memory at the frame base plus an offset. If a register is the frame base, its value counts. */
  private frameRelative(offset: number, pc: number): SimplePlace | undefined {
    const base = this.frameBaseAt(pc);
    const place = base && this.simpleExpression(base, pc, undefined);
    if (place?.kind === "register") return { kind: "memory", base: place.register, offset };
    return place?.kind === "memory" ? { ...place, offset: place.offset + offset } : undefined;
  }

  private frameBaseAt(pc: number): Uint8Array | undefined {
    const die = this.index().functionAt(pc)?.die;
    const value = die?.attribute(At.FrameBase);
    if (!die || !value) return undefined;
    if (value.kind === "expression" || value.kind === "block") return value.value;
    const offset =
      value.kind === "listIndex" ? die.unit.indexedList("loclists", value.value) : die.sectionOffset(At.FrameBase);
    return offset === undefined ? undefined : locationAt(die.unit, offset, pc);
  }

  private context(unit: Unit | undefined, frame: FrameState): ExpressionContext {
    const context: ExpressionContext = {
      unit,
      register: (register) => {
        const value = frame.registers[register];
        if (value === undefined) throw new Unavailable({ code: "register", register });
        return value;
      },
      registerIfKnown: (register) => frame.registers[register],
      memory: (address, length) => {
        const bytes = frame.readMemory(address, length);
        if (!bytes || bytes.length < length) throw new Unavailable({ code: "memory", address });
        return bytes.subarray(0, length);
      },
      frameBase: () => {
        const expression = this.frameBaseAt(lookupPc(frame));
        if (!expression) throw new Unavailable({ code: "frame-base" });
        return evaluateNumber(expression, { ...context, frameBase: frameBaseOfItself });
      },
      cfa: () => {
        const cfa = this.callFrames.cfa(frame);
        if (cfa === undefined) throw new Unavailable({ code: "frame-base" });
        return cfa;
      },
      entryValue: (expression) => this.entryValue(expression, frame),
      operandType: (offset) => this.operandType(unit, offset),
    };
    return context;
  }

  /** The value that the caller passed. Its call site tells how to compute it in the caller's frame. */
  private entryValue(expression: Uint8Array, frame: FrameState): number {
    const caller = frame.caller?.();
    const fn = this.index().functionAt(lookupPc(frame));
    const callerFn = caller && this.index().functionAt(lookupPc(caller));
    if (!caller || !fn || !callerFn) throw new Unavailable({ code: "entry-value" });
    const context = this.context(callerFn.die.unit, caller);
    const argument = callArgument(
      this.info,
      { caller: callerFn.die, returnPc: caller.pc, callee: fn },
      expression,
      context,
    );
    return evaluateNumber(argument, context);
  }

  private operandType(unit: Unit | undefined, offset: number): OperandType | undefined {
    if (offset === 0 || !unit) return undefined;
    const die: Die = unit.dieAt(unit.offset + offset);
    const type = strip(this.types.read(die));
    if (type.kind !== "base") throw new Unavailable({ code: "corrupt", what: "no base type" });
    return {
      size: type.size,
      isSigned: type.encoding.startsWith("signed"),
      isFloat: type.encoding === "float",
    };
  }
}

function frameBaseOfItself(): never {
  throw new Unavailable({ code: "corrupt", what: "a frame base that refers to itself" });
}

function onlyStackValue(reader: ByteReader, value: number): SimplePlace | undefined {
  if (reader.done || (reader.u8() as Op) !== Op.StackValue || !reader.done) return undefined;
  return { kind: "constant", value };
}

function constantPlace(bytes: Uint8Array): SimplePlace | undefined {
  if (bytes.length > 4) return undefined;
  let value = 0;
  bytes.forEach((byte, i) => (value += byte * 2 ** (8 * i)));
  return { kind: "constant", value };
}
