import { expressionMessages as say } from "../messages";
import {
  isStruct,
  sizeOf,
  strip,
  type BaseType,
  type EnumType,
  type ReadMemory,
  type StructType,
  type Type,
} from "../symbols/index";
import { ExpressionError } from "./expression-error";
import { hex, hex32 } from "./hex";
import { activeVariant, type ActiveVariant } from "./variants";
import { floatOf } from "./float";
import { MAX_STRING, quoteBytes, quoteChar } from "./text";
import {
  addressOf,
  isHexadecimal,
  littleEndian,
  memberOf,
  partOf,
  readInteger,
  readPlace,
  referent,
  type TypedValue,
} from "./typed-value";

/** What formatting needs to know of the machine and of the user's preferences. */
export interface FormatContext {
  readonly readMemory: ReadMemory;
  /** `name` or `name+0x10` of what is at a linear address. */
  symbolize(address: number): string | undefined;
  /** Whether integers are in hexadecimal. Undefined: only those that are addresses, table entries and the like. */
  readonly hex: boolean | undefined;
}

/** The longest text of a structure or array in one line. */
const MAX_SUMMARY = 100;
/** How many elements of an array a summary reads. */
const MAX_ELEMENTS = 16;
/** How deep structures and arrays are spelled out in a summary. */
const MAX_DEPTH = 2;
/** How many dimensions of arrays a summary shows. Their elements count as one level for all dimensions. */
const MAX_DIMENSIONS = 4;

/** The value in one line. It never throws: a value that cannot be read is shown as the reason, in angle brackets. */
export function formatValue(value: TypedValue, context: FormatContext): string {
  return formatPart(value, context, 0);
}

/** A part of a value may be lost while the others are present. */
function formatPart(value: TypedValue, context: FormatContext, depth: number): string {
  try {
    return format(value, context, depth);
  } catch (error) {
    if (error instanceof ExpressionError) return `<${error.message}>`;
    throw error;
  }
}

function format(value: TypedValue, context: FormatContext, depth: number): string {
  const bare = strip(value.type);
  switch (bare.kind) {
    case "void":
      return "void";
    case "base":
      return formatBase(value, context);
    case "enum":
      return formatEnum(bare, readInteger(value, context.readMemory), context);
    case "pointer":
      return formatPointer(value, bare.target, context);
    case "reference":
      return depth > MAX_DEPTH ? "{...}" : format(referent(value, context.readMemory), context, depth + 1);
    case "function": {
      const address = addressOf(value);
      return address === undefined ? "?" : withSymbol(address, context);
    }
    case "array":
      return formatArray(value, bare.element, bare.count, context, depth);
    case "struct":
    case "union":
    case "class":
      return formatStruct(value, bare, context, depth);
  }
}

function formatBase(value: TypedValue, context: FormatContext): string {
  const bare = strip(value.type);
  if (bare.kind !== "base") return "?";
  if (bare.encoding === "float") {
    return formatFloat(readPlace(value.place, bare.size, context.readMemory), bare.name);
  }
  if (bare.encoding.startsWith("complex"))
    return formatComplex(readPlace(value.place, bare.size, context.readMemory), bare);
  const number = readInteger(value, context.readMemory);
  if (bare.encoding === "boolean" && number <= 1n) return number === 1n ? "true" : "false";
  if (bare.encoding.endsWith("-char")) {
    return `${number} ${quoteChar(Number(BigInt.asUintN(8 * bare.size, number)))}`;
  }
  const digits = value.bits === undefined ? 2 * bare.size : 1;
  const bits = value.bits?.bitSize ?? 8 * bare.size;
  return (context.hex ?? isHexadecimal(value)) ? hex(BigInt.asUintN(bits, number), digits) : String(number);
}

function formatFloat(bytes: Uint8Array, typeName: string): string {
  const number = floatOf(bytes, typeName);
  if (number === undefined) throw new ExpressionError(say.unsupportedFloat(typeName));
  if (Object.is(number, -0)) return "-0";
  return bytes.length === 4 ? shortestSingle(number) : String(number);
}

/** The fewest digits that distinguish a single-precision number from its neighbours. Nine are always enough. */
function shortestSingle(number: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(number.toPrecision(digits));
    if (Math.fround(text) === number) return String(text);
  }
  return String(Number(number.toPrecision(9)));
}

/** `1.5 + 2i`: the real part comes first in memory. */
function formatComplex(bytes: Uint8Array, { name, size, encoding }: BaseType): string {
  const half = size / 2;
  const text = (part: Uint8Array): string => {
    if (encoding === "complex") return formatFloat(part, name.replace(/^_?_?[Cc]omplex(__)? /, ""));
    return String(BigInt.asIntN(8 * half, littleEndian(part)));
  };
  return `${text(bytes.subarray(0, half))} + ${text(bytes.subarray(half))}i`;
}

/** `NAME (2)`, or `A | B (3)` if the value is composed of enumerators with one bit each. */
function formatEnum(type: EnumType, value: bigint, context: FormatContext): string {
  const number = context.hex === true ? hex(BigInt.asUintN(8 * type.size, value)) : String(value);
  const exact = type.enumerators.find((e) => e.value === value);
  if (exact !== undefined) return `${exact.name} (${number})`;
  let rest = value;
  const names: string[] = [];
  for (const e of type.enumerators) {
    const bit = e.value;
    if (bit > 0n && (bit & (bit - 1n)) === 0n && (rest & bit) !== 0n) {
      names.push(e.name);
      rest &= ~bit;
    }
  }
  return names.length > 0 && rest === 0n ? `${names.join(" | ")} (${number})` : number;
}

function formatPointer(value: TypedValue, target: Type, context: FormatContext): string {
  const address = Number(readInteger(value, context.readMemory));
  const bare = strip(target);
  if (bare.kind === "base" && bare.encoding.endsWith("-char") && address !== 0) {
    const text = readString(address, MAX_STRING, context.readMemory);
    return text === undefined ? hex32(address) : `${hex32(address)} ${text}`;
  }
  return address === 0 ? hex32(0) : withSymbol(address, context);
}

function withSymbol(address: number, context: FormatContext): string {
  const name = context.symbolize(address);
  return name === undefined ? hex32(address) : `${hex32(address)} <${name}>`;
}

function formatArray(
  value: TypedValue,
  element: Type,
  count: number | undefined,
  context: FormatContext,
  depth: number,
): string {
  const size = sizeOf(element);
  if (count === undefined || size === undefined) {
    const address = addressOf(value);
    return address === undefined ? "[]" : `[] at ${hex32(address)}`;
  }
  const bare = strip(element);
  if (bare.kind === "base" && bare.encoding.endsWith("-char") && bare.size === 1) {
    const bytes = readPlace(value.place, Math.min(count, MAX_STRING + 1), context.readMemory);
    // Bytes that begin with 0 and continue with others are not text.
    const isText = bytes[0] !== 0 || bytes.every((byte) => byte === 0);
    if (isText) return quoteBytes(bytes);
  }
  if (depth >= MAX_DIMENSIONS) return "{...}";
  const parts: string[] = [];
  let length = 0;
  for (let i = 0; i < Math.min(count, MAX_ELEMENTS) && length <= MAX_SUMMARY; i++) {
    const text = formatPart(partOf(value, element, i * size, context.readMemory), context, depth + 1);
    parts.push(text);
    length += text.length;
  }
  return `[${count}] ${braces(parts, parts.length < count)}`;
}

function formatStruct(value: TypedValue, type: StructType, context: FormatContext, depth: number): string {
  if (type.isIncomplete) return `{<${say.incomplete(`${type.kind} ${type.name ?? ""}`)}>}`;
  if (depth >= MAX_DEPTH) return "{...}";
  const { place } = value;
  if (place.kind === "optimizedOut" || place.kind === "unavailable") readPlace(place, 1, context.readMemory);
  const variant = activeVariant(value, type, context.readMemory);
  if (variant !== undefined) return formatVariant(variant, context, depth);
  const parts: string[] = [];
  let length = 0;
  for (const member of type.members) {
    if (length > MAX_SUMMARY) break;
    const text = formatPart(memberOf(value, member, member.offset, context.readMemory), context, depth + 1);
    parts.push(member.name === undefined ? text : `${member.name} = ${text}`);
    length += text.length;
  }
  return braces(parts, parts.length < type.members.length);
}

/** `None`, `Some(5)`, or `Circle {radius = 9}`. */
function formatVariant({ name, data }: ActiveVariant, context: FormatContext, depth: number): string {
  const bare = strip(data.type);
  if (!isStruct(bare)) return `${name}(${formatPart(data, context, depth + 1)})`;
  if (bare.members.length === 0) return name;
  const isTuple = bare.members.every((member) => /^__\d+$/.test(member.name ?? ""));
  if (!isTuple) return `${name} ${formatPart(data, context, depth)}`;
  const parts = bare.members.map((member) =>
    formatPart(memberOf(data, member, member.offset, context.readMemory), context, depth + 1),
  );
  return `${name}(${parts.join(", ")})`;
}

/** The parts that fit in one line, in braces. */
function braces(parts: readonly string[], more: boolean): string {
  const fitting: string[] = [];
  let length = 0;
  for (const part of parts) {
    length += part.length + 2;
    if (length > MAX_SUMMARY && fitting.length > 0) break;
    fitting.push(part);
  }
  if (more || fitting.length < parts.length) fitting.push("...");
  return `{${fitting.join(", ")}}`;
}

/** The zero-terminated string at a linear address, in quotes; undefined if there is no memory. */
function readString(address: number, longest: number, readMemory: ReadMemory): string | undefined {
  const bytes = readMemory(address, longest);
  if (bytes === undefined || bytes.length === 0) return undefined;
  return quoteBytes(bytes);
}
