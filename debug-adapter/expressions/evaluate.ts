import { expressionMessages as say } from "../messages";
import {
  flatMembers,
  isStruct,
  sizeOf,
  strip,
  typeName,
  type BaseType,
  type ReadMemory,
  type StructType,
  type Type,
} from "../symbols/index";
import { floatBytes, floatOf as readFloat } from "../values/float";
import { activeVariant } from "../values/variants";
import { memberNamed } from "../awareness/layout";
import {
  addressOf,
  inMemory,
  integerValue,
  littleEndian,
  memberOf,
  partOf,
  shownAs,
  readInteger,
  readPlace,
  referent,
  signedness,
  type TypedValue,
  valueOf,
} from "../values/typed-value";
import { ExpressionError } from "../values/expression-error";
import type { BinaryOp, Expression } from "./ast";
import {
  BOOL,
  commonFloat,
  commonType,
  DOUBLE,
  elementOf,
  FLOAT,
  INT,
  isFloat,
  isPointer,
  LLONG,
  pointerTo,
  promote,
  resolveType,
  UINT,
  ULLONG,
} from "./types";

/** The meaning of names where an expression is evaluated, and the machine's memory. */
export interface Environment {
  readonly readMemory: ReadMemory;
  /** A variable, function or enumerator. */
  lookup(name: string): TypedValue | undefined;
  /** A register, its parts included: `eax`, `al`, `cr3`. */
  register(name: string): TypedValue | undefined;
  typeNamed(name: string): Type | undefined;
  /** Stores the bits of a value of the target's type. Throws ExpressionError if that is impossible. */
  assign(target: TypedValue, bits: bigint): void;
}

/** The value of an expression. Throws ExpressionError. */
export function evaluate(e: Expression, env: Environment): TypedValue {
  switch (e.kind) {
    case "number":
      return integerValue(e.long ? (e.unsigned ? ULLONG : LLONG) : e.unsigned ? UINT : INT, e.value);
    case "float":
      return floatValue(e.single ? FLOAT : DOUBLE, e.value);
    case "name":
      return named(e.name, env);
    case "register": {
      const found = env.register(e.name);
      if (found === undefined) throw new ExpressionError(say.unknownRegister(e.name));
      return found;
    }
    case "unary":
      return unary(e, env);
    case "binary":
      return binary(e.op, e.left, e.right, env);
    case "conditional":
      return evaluate(truth(evaluate(e.condition, env), env) ? e.yes : e.no, env);
    case "member":
      return member(evaluate(e.object, env), e.name, e.arrow, env);
    case "index":
      return index(evaluate(e.object, env), readInteger(evaluate(e.index, env), env.readMemory), env);
    case "cast":
      return cast(e, env);
    case "sizeof": {
      const type = e.operand.kind === "type-name" ? typeOf(e.operand, env) : evaluate(e.operand, env).type;
      const size = BigInt(sizeFor(type));
      // An array may have more bytes than size_t counts, in debug information that no compiler for i386 makes.
      return integerValue(size > 0xffff_ffffn ? ULLONG : UINT, size);
    }
    case "assign": {
      const target = evaluate(e.target, env);
      env.assign(target, bitsFor(target, evaluate(e.value, env), env));
      return evaluate(e.target, env);
    }
  }
}

/** A variable, a register, or a word that C++ and Rust have for a value. */
function named(name: string, env: Environment): TypedValue {
  const found = env.lookup(name) ?? env.register(name);
  if (found !== undefined) return referent(found, env.readMemory);
  if (name === "true" || name === "false") return integerValue(BOOL, name === "true" ? 1n : 0n);
  if (name === "nullptr") return integerValue(pointerTo({ kind: "void" }), 0n);
  throw new ExpressionError(say.unknownName(name));
}

/** The bits that an assignment stores, converted as in C. Throws ExpressionError for what C does not assign. */
function bitsFor(target: TypedValue, value: TypedValue, env: Environment): bigint {
  const bare = strip(target.type);
  if (isStruct(bare)) {
    if (typeName(bare) !== typeName(strip(value.type))) {
      throw new ExpressionError(say.notConvertible(typeName(value.type), typeName(target.type)));
    }
    return littleEndian(readPlace(value.place, bare.size, env.readMemory));
  }
  if (bare.kind === "base" && bare.encoding === "boolean") return truth(value, env) ? 1n : 0n;
  if (isFloat(bare)) {
    const bytes = floatBytes(floatOf(value, env), sizeOf(bare) ?? 0);
    if (bytes === undefined) throw new ExpressionError(say.notAssignable());
    return littleEndian(bytes);
  }
  if (signedness(bare) === undefined) throw new ExpressionError(say.notAssignable());
  return convertedInteger(value, env);
}

/** An integer, or the whole part of a floating point number. */
function convertedInteger(value: TypedValue, env: Environment): bigint {
  if (!isFloat(value.type)) return integerOf(value, env);
  const number = Math.trunc(floatOf(value, env));
  return BigInt(Number.isFinite(number) ? number : 0);
}

/** A number of any arithmetic type. Throws ExpressionError for other types. */
function floatOf(value: TypedValue, env: Environment): number {
  const bare = strip(value.type);
  if (bare.kind !== "base" || bare.encoding !== "float") return Number(integerOf(value, env));
  const number = readFloat(readPlace(value.place, bare.size, env.readMemory), bare.name);
  if (number === undefined) throw new ExpressionError(say.unsupportedFloat(bare.name));
  return number;
}

function floatValue(type: BaseType, value: number): TypedValue {
  return valueOf(type, floatBytes(value, type.size) ?? new Uint8Array(type.size));
}

/** The truth of the value, as C's conditions see it. */
export function truth(value: TypedValue, env: Environment): boolean {
  if (isFloat(value.type)) return floatOf(value, env) !== 0;
  return integerOf(value, env) !== 0n;
}

/** The object to which a pointer points. Throws ExpressionError for other values, and for a target without a size. */
export function dereference(value: TypedValue, env: Environment): TypedValue {
  const target = elementOf(value.type);
  if (target === undefined) throw new ExpressionError(say.notPointer(typeName(value.type)));
  if (strip(target).kind === "void") throw new ExpressionError(say.incomplete("void"));
  return referent(shownAs(inMemory(target, Number(integerOf(value, env))), value), env.readMemory);
}

/** An integer or pointer as it is; an array or function as its address. */
function integerOf(value: TypedValue, env: Environment): bigint {
  const kind = strip(value.type).kind;
  if (kind !== "array" && kind !== "function") return readInteger(value, env.readMemory);
  const address = addressOf(value);
  if (address === undefined) throw new ExpressionError(say.noAddress());
  return BigInt(address);
}

function unary(e: Extract<Expression, { kind: "unary" }>, env: Environment): TypedValue {
  const operand = evaluate(e.operand, env);
  switch (e.op) {
    case "*":
      return dereference(operand, env);
    case "&": {
      const address = addressOf(operand);
      if (address === undefined) throw new ExpressionError(say.noAddress());
      return integerValue(pointerTo(operand.type), BigInt(address));
    }
    case "!":
      return integerValue(INT, truth(operand, env) ? 0n : 1n);
    default: {
      const bare = strip(operand.type);
      if (bare.kind === "base" && bare.encoding === "float" && e.op !== "~") {
        return floatValue(bare, e.op === "-" ? -floatOf(operand, env) : floatOf(operand, env));
      }
      const type = promote(operand.type);
      if (type === undefined) throw new ExpressionError(say.notNumber(typeName(operand.type)));
      const value = integerOf(operand, env);
      return integerValue(type, e.op === "-" ? -value : e.op === "~" ? ~value : value);
    }
  }
}

function binary(op: BinaryOp, leftSide: Expression, rightSide: Expression, env: Environment): TypedValue {
  const left = evaluate(leftSide, env);
  if (op === "&&" || op === "||") {
    const first = truth(left, env);
    if (first === (op === "||")) return integerValue(INT, first ? 1n : 0n);
    return integerValue(INT, truth(evaluate(rightSide, env), env) ? 1n : 0n);
  }
  const right = evaluate(rightSide, env);
  if (elementOf(left.type) !== undefined || elementOf(right.type) !== undefined) return pointers(op, left, right, env);
  if (isFloat(left.type) || isFloat(right.type)) return floats(op, left, right, env);
  const a = promote(left.type);
  const b = promote(right.type);
  if (a === undefined || b === undefined) throw badOperands(op, left, right);
  // The type of a shift is that of its left side alone (C11 6.5.7).
  const type = op === "<<" || op === ">>" ? a : commonType(a, b);
  const wrap = (value: bigint): bigint =>
    type.encoding === "signed" ? BigInt.asIntN(8 * type.size, value) : BigInt.asUintN(8 * type.size, value);
  const x = wrap(integerOf(left, env));
  const y = op === "<<" || op === ">>" ? integerOf(right, env) : wrap(integerOf(right, env));
  const compared = compare(op, x, y);
  return compared === undefined ? integerValue(type, arithmetic(op, x, y)) : integerValue(INT, compared ? 1n : 0n);
}

function floats(op: BinaryOp, left: TypedValue, right: TypedValue, env: Environment): TypedValue {
  const type = commonFloat(left.type, right.type);
  const x = floatOf(left, env);
  const y = floatOf(right, env);
  const compared = compare(op, x, y);
  if (compared !== undefined) return integerValue(INT, compared ? 1n : 0n);
  switch (op) {
    case "+":
      return floatValue(type, x + y);
    case "-":
      return floatValue(type, x - y);
    case "*":
      return floatValue(type, x * y);
    case "/":
      return floatValue(type, x / y);
    default:
      throw badOperands(op, left, right);
  }
}

function compare<T extends bigint | number>(op: BinaryOp, x: T, y: T): boolean | undefined {
  switch (op) {
    case "==":
      return x === y;
    case "!=":
      return x !== y;
    case "<":
      return x < y;
    case "<=":
      return x <= y;
    case ">":
      return x > y;
    case ">=":
      return x >= y;
    default:
      return undefined;
  }
}

function arithmetic(op: BinaryOp, x: bigint, y: bigint): bigint {
  switch (op) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
    case "%":
      if (y === 0n) throw new ExpressionError(say.divideByZero());
      return op === "/" ? x / y : x % y;
    case "&":
      return x & y;
    case "|":
      return x | y;
    case "^":
      return x ^ y;
    case "<<":
      return x << (y & 63n);
    default:
      return x >> (y & 63n);
  }
}

/** Pointer plus and minus integers count in elements; differences of pointers too. */
function pointers(op: BinaryOp, left: TypedValue, right: TypedValue, env: Environment): TypedValue {
  const x = BigInt.asUintN(32, integerOf(left, env));
  const y = BigInt.asUintN(32, integerOf(right, env));
  const compared = compare(op, x, y);
  if (compared !== undefined) return integerValue(INT, compared ? 1n : 0n);
  const target = elementOf(left.type);
  const other = elementOf(right.type);
  if (target !== undefined && other !== undefined && op === "-") {
    return integerValue(INT, BigInt.asIntN(32, x - y) / BigInt(sizeFor(target)));
  }
  if (target !== undefined && other === undefined && (op === "+" || op === "-")) {
    const bytes = BigInt.asIntN(32, y) * BigInt(sizeFor(target));
    return integerValue(pointerTo(target), op === "+" ? x + bytes : x - bytes);
  }
  if (target === undefined && other !== undefined && op === "+") return pointers("+", right, left, env);
  throw badOperands(op, left, right);
}

function badOperands(op: BinaryOp, left: TypedValue, right: TypedValue): ExpressionError {
  return new ExpressionError(say.badOperands(op, typeName(left.type), typeName(right.type)));
}

function member(value: TypedValue, name: string, arrow: boolean, env: Environment): TypedValue {
  // `.` on a pointer is taken as `->`, which is what the user means.
  const object = arrow || isPointer(value.type) ? dereference(value, env) : value;
  const bare = strip(object.type);
  if (!isStruct(bare)) throw new ExpressionError(say.noMembers(typeName(object.type)));
  const variant = activeVariant(object, bare, env.readMemory);
  if (variant !== undefined) return variant.name === name ? variant.data : member(variant.data, name, false, env);
  const found = memberNamed(bare, name);
  const inherited = found === undefined ? inVirtualBase(object, bare, name, env) : undefined;
  if (inherited !== undefined) return inherited;
  if (found === undefined) throw new ExpressionError(say.unknownMember(typeName(object.type), name));
  return referent(memberOf(object, found.member, found.offset, env.readMemory), env.readMemory);
}

/** A member of a class that several bases share. */
function inVirtualBase(object: TypedValue, type: StructType, name: string, env: Environment): TypedValue | undefined {
  for (const { member: base, offset } of flatMembers(type)) {
    const bare = strip(base.type);
    if (base.virtualBase === undefined || !isStruct(bare) || memberNamed(bare, name) === undefined) continue;
    return member(memberOf(object, base, offset, env.readMemory), name, false, env);
  }
  return undefined;
}

function index(object: TypedValue, at: bigint, env: Environment): TypedValue {
  const element = elementOf(object.type);
  if (element === undefined) throw new ExpressionError(say.notIndexable(typeName(object.type)));
  const offset = Number(at) * sizeFor(element);
  if (isPointer(object.type)) return shownAs(inMemory(element, Number(integerOf(object, env)) + offset), object);
  return referent(partOf(object, element, offset, env.readMemory), env.readMemory);
}

function cast(e: Extract<Expression, { kind: "cast" }>, env: Environment): TypedValue {
  const type = typeOf(e.type, env);
  const value = evaluate(e.operand, env);
  const bare = strip(type);
  if (isStruct(bare)) {
    // This is not C, but useful: the bytes of one object, seen as another.
    const address = addressOf(value);
    if (address === undefined) throw new ExpressionError(say.noAddress());
    return inMemory(type, address);
  }
  if (bare.kind === "base" && bare.encoding === "boolean") return integerValue(type, truth(value, env) ? 1n : 0n);
  if (bare.kind === "base" && bare.encoding === "float") return floatValue(bare, floatOf(value, env));
  return integerValue(type, convertedInteger(value, env));
}

function typeOf(name: Extract<Expression, { kind: "cast" }>["type"], env: Environment): Type {
  const type = resolveType(name, (wanted) => env.typeNamed(wanted));
  if (type === undefined) throw new ExpressionError(say.unknownType([name.tag, name.name].filter(Boolean).join(" ")));
  return type;
}

function sizeFor(type: Type): number {
  const size = sizeOf(type);
  // As in gcc, arithmetic on void pointers and functions counts in bytes.
  if (size === undefined && (strip(type).kind === "void" || strip(type).kind === "function")) return 1;
  if (size === undefined) throw new ExpressionError(say.incomplete(typeName(type)));
  return size;
}
