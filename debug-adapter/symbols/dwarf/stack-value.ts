/**
 * Values on the stack of a DWARF expression (DWARF 5, 2.5.1): bits with their base type, or with the generic type,
 * which is an integer of the size of an address whose signedness depends on the operation.
 */
import type { UnavailableReason } from "../model";
import { Op } from "./constants";

/** What an operation needs to know of a base type. */
export interface OperandType {
  /** Bytes. */
  readonly size: number;
  readonly isSigned: boolean;
  readonly isFloat: boolean;
}

export interface StackValue {
  /** The value's bits as an unsigned integer of `type.size` bytes. */
  readonly bits: bigint;
  /** Undefined for the generic type. */
  readonly type: OperandType | undefined;
}

/** Leaves an evaluation that cannot go on. It is caught where the evaluation began. */
export class Unavailable extends Error {
  constructor(readonly reason: UnavailableReason) {
    super(reason.code);
  }
}

const GENERIC: OperandType = { size: 4, isSigned: false, isFloat: false };

export function generic(value: number | bigint): StackValue {
  return { bits: BigInt.asUintN(32, BigInt(value)), type: undefined };
}

export function typed(bits: bigint, type: OperandType | undefined): StackValue {
  return { bits: BigInt.asUintN(8 * sizeOfValue(type), bits), type };
}

export function sizeOfValue(type: OperandType | undefined): number {
  return (type ?? GENERIC).size;
}

/** Little-endian bytes of a value. */
export function toBytes(value: StackValue): Uint8Array {
  const bytes = new Uint8Array(sizeOfValue(value.type));
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number((value.bits >> BigInt(8 * i)) & 0xffn);
  return bytes;
}

export function fromBytes(bytes: Uint8Array): bigint {
  let bits = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(bytes[i] ?? 0);
  return bits;
}

/** The value as a signed integer of its size. */
export function signed(value: StackValue): bigint {
  return BigInt.asIntN(8 * sizeOfValue(value.type), value.bits);
}

/** DW_OP_convert: converts to another type by value. */
export function convert(value: StackValue, type: OperandType | undefined): StackValue {
  const target = type ?? GENERIC;
  if (value.type?.isFloat) {
    const number = toFloat(value);
    return target.isFloat
      ? fromFloat(number, target)
      : typed(BigInt(Math.trunc(Number.isFinite(number) ? number : 0)), type);
  }
  const integer = value.type?.isSigned ? signed(value) : value.bits;
  return target.isFloat ? fromFloat(Number(integer), target) : typed(integer, type);
}

function toFloat(value: StackValue): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value.bits, true);
  if (value.type?.size === 4) return view.getFloat32(0, true);
  if (value.type?.size === 8) return view.getFloat64(0, true);
  throw new Unavailable({ code: "unsupported", what: "80-bit floating point" });
}

function fromFloat(value: number, type: OperandType): StackValue {
  const view = new DataView(new ArrayBuffer(8));
  if (type.size === 4) view.setFloat32(0, value, true);
  else if (type.size === 8) view.setFloat64(0, value, true);
  else throw new Unavailable({ code: "unsupported", what: "80-bit floating point" });
  return typed(view.getBigUint64(0, true), type);
}

/** An operation on one value: abs, neg or not. */
export function unary(op: Op, value: StackValue): StackValue {
  const { type } = value;
  if (type?.isFloat) {
    const number = toFloat(value);
    return fromFloat(op === Op.Abs ? Math.abs(number) : -number, type);
  }
  const integer = signed(value);
  switch (op) {
    case Op.Abs:
      return typed(integer < 0n && (type === undefined || type.isSigned) ? -integer : integer, type);
    case Op.Neg:
      return typed(-integer, type);
    default:
      return typed(~integer, type);
  }
}

/** DWARF has no mixed arithmetic, but gcc writes some by mistake. Its value would be a guess. */
function isSameType(a: OperandType | undefined, b: OperandType | undefined): boolean {
  if (a && b) return a.size === b.size && a.isSigned === b.isSigned && a.isFloat === b.isFloat;
  const known = a ?? b ?? GENERIC;
  return known.size === GENERIC.size && !known.isFloat;
}

/** An operation on the top value `b` and the one below it, `a`. */
export function binary(op: Op, a: StackValue, b: StackValue): StackValue {
  if (!isSameType(a.type, b.type)) throw new Unavailable({ code: "corrupt", what: "operands of different types" });
  if (a.type?.isFloat) return floatBinary(op, a, b, a.type);
  const { type } = a;
  switch (op) {
    case Op.And:
      return typed(a.bits & b.bits, type);
    case Op.Or:
      return typed(a.bits | b.bits, type);
    case Op.Xor:
      return typed(a.bits ^ b.bits, type);
    case Op.Plus:
      return typed(a.bits + b.bits, type);
    case Op.Minus:
      return typed(a.bits - b.bits, type);
    case Op.Mul:
      return typed(a.bits * b.bits, type);
    case Op.Div:
    case Op.Mod:
      return divide(op, a, b);
    case Op.Shl:
    case Op.Shr:
    case Op.Shra:
      return shift(op, a, b);
    default:
      return compare(op, arithmetic(a), arithmetic(b));
  }
}

/** Signed for the generic type and signed base types. */
function arithmetic(value: StackValue): bigint {
  return value.type && !value.type.isSigned ? value.bits : signed(value);
}

function divide(op: Op, a: StackValue, b: StackValue): StackValue {
  if (b.bits === 0n) throw new Unavailable({ code: "corrupt", what: "division by zero" });
  // The generic type divides signed and takes the remainder unsigned, as gcc does.
  const isSigned = a.type ? a.type.isSigned : op === Op.Div;
  const [x, y] = isSigned ? [signed(a), signed(b)] : [a.bits, b.bits];
  return typed(op === Op.Div ? x / y : x % y, a.type);
}

function shift(op: Op, a: StackValue, b: StackValue): StackValue {
  const size = BigInt(8 * sizeOfValue(a.type));
  const count = b.bits > size ? size : b.bits;
  if (op === Op.Shl) return typed(a.bits << count, a.type);
  return typed((op === Op.Shra ? signed(a) : a.bits) >> count, a.type);
}

function compare(op: Op, a: bigint | number, b: bigint | number): StackValue {
  switch (op) {
    case Op.Eq:
      return generic(a === b ? 1 : 0);
    case Op.Ne:
      return generic(a !== b ? 1 : 0);
    case Op.Lt:
      return generic(a < b ? 1 : 0);
    case Op.Le:
      return generic(a <= b ? 1 : 0);
    case Op.Gt:
      return generic(a > b ? 1 : 0);
    default:
      return generic(a >= b ? 1 : 0);
  }
}

function floatBinary(op: Op, a: StackValue, b: StackValue, type: OperandType): StackValue {
  const x = toFloat(a);
  const y = toFloat(b);
  switch (op) {
    case Op.Plus:
      return fromFloat(x + y, type);
    case Op.Minus:
      return fromFloat(x - y, type);
    case Op.Mul:
      return fromFloat(x * y, type);
    case Op.Div:
      return fromFloat(x / y, type);
    default:
      return compare(op, x, y);
  }
}
