import { expressionMessages as say } from "../messages";
import {
  virtualBaseAddress,
  sizeOf,
  strip,
  type Member,
  type Piece,
  type Place,
  type ReadMemory,
  type Type,
} from "../symbols/index";
import { ExpressionError } from "./expression-error";
import { hex32 } from "./hex";
import { isHexType, notationOf, type Notation } from "./notation";
import { REGISTER_NAMES } from "./registers";

/** A value of the program: its type and where it is. */
export interface TypedValue {
  readonly type: Type;
  readonly place: Place;
  /** For a bit-field: `bitSize` bits, beginning with bit `bitOffset` of the place. */
  readonly bits?: { readonly bitOffset: number; readonly bitSize: number } | undefined;
  /** How it is shown because of its name, or of the whole of which it is a part. Its type may decide too. */
  readonly notation?: Notation;
}

/** Whether its integers are shown in hexadecimal if the user asks for no form. */
export function isHexadecimal({ type, notation }: TypedValue): boolean {
  return notation === "hexadecimal" || isHexType(type);
}

/** A value that is a part of another, or to which another points, shown as the other is. */
export function shownAs(value: TypedValue, whole: TypedValue): TypedValue {
  return whole.notation === undefined ? value : { ...value, notation: whole.notation };
}

/** A value that has no place; its bytes are little-endian. */
export function valueOf(type: Type, bytes: Uint8Array): TypedValue {
  return { type, place: { kind: "value", bytes } };
}

/** An integer of at most 8 bytes, as a value without a place; modulo the size of its type. */
export function integerValue(type: Type, value: bigint): TypedValue {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return valueOf(type, bytes.subarray(0, sizeOf(type) ?? 4));
}

export function inMemory(type: Type, address: number): TypedValue {
  return { type, place: { kind: "memory", address: address >>> 0 } };
}

/** The linear address of a value that is in memory and begins at a whole byte. */
export function addressOf(value: TypedValue): number | undefined {
  return value.place.kind === "memory" && value.bits === undefined ? value.place.address : undefined;
}

/** The first `length` bytes of a place. Throws ExpressionError with the reason if it cannot be read. */
export function readPlace(place: Place, length: number, readMemory: ReadMemory): Uint8Array {
  switch (place.kind) {
    case "memory": {
      const bytes = readMemory(place.address, length);
      if (bytes === undefined || bytes.length < length) {
        throw new ExpressionError(say.cannotRead(hex32(place.address + (bytes?.length ?? 0))));
      }
      return bytes;
    }
    case "register": {
      if (place.value === undefined) throw new ExpressionError(say.registerLost(REGISTER_NAMES[place.register] ?? "?"));
      const bytes = new Uint8Array(Math.max(length, 4));
      new DataView(bytes.buffer).setUint32(0, place.value, true);
      return bytes.subarray(0, length);
    }
    case "value": {
      const bytes = new Uint8Array(length);
      bytes.set(place.bytes.subarray(0, length));
      return bytes;
    }
    case "pieces":
      return readPieces(place.pieces, length, readMemory);
    case "optimizedOut":
      throw new ExpressionError(say.optimizedOut());
    case "unavailable":
      throw new ExpressionError(unavailable(place.reason));
  }
}

function unavailable(reason: Extract<Place, { kind: "unavailable" }>["reason"]): string {
  switch (reason.code) {
    case "memory":
      return say.cannotRead(hex32(reason.address));
    case "register":
      return say.registerLost(REGISTER_NAMES[reason.register] ?? "?");
    case "frame-base":
      return say.noFrameBase();
    case "entry-value":
      return say.noEntryValue();
    case "unsupported":
      return say.unsupportedLocation(reason.what);
    case "corrupt":
      return say.corruptLocation(reason.what);
  }
}

function readPieces(pieces: readonly Piece[], length: number, readMemory: ReadMemory): Uint8Array {
  let all = 0n;
  let at = 0n;
  for (const piece of pieces) {
    if (at >= BigInt(length) * 8n) break;
    const bytes = readPlace(piece.place, Math.ceil((piece.bitOffset + piece.bitSize) / 8), readMemory);
    const bits = BigInt.asUintN(piece.bitSize, littleEndian(bytes) >> BigInt(piece.bitOffset));
    all |= bits << at;
    at += BigInt(piece.bitSize);
  }
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Number((all >> BigInt(8 * i)) & 0xffn);
  return bytes;
}

export function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}

/** Whether integers of the type are signed; undefined for a type that is not an integer, pointer or enumeration. */
export function signedness(type: Type): boolean | undefined {
  const bare = strip(type);
  switch (bare.kind) {
    case "pointer":
    case "reference":
      return false;
    case "enum":
      return bare.isSigned;
    case "base":
      if (bare.encoding === "float" || bare.encoding.startsWith("complex") || bare.encoding === "other")
        return undefined;
      return bare.encoding === "signed" || bare.encoding === "signed-char";
    default:
      return undefined;
  }
}

/** The value as a number, sign-extended if its type is signed. Throws ExpressionError if it is not an integer. */
export function readInteger(value: TypedValue, readMemory: ReadMemory): bigint {
  const signed = signedness(value.type);
  const size = sizeOf(value.type);
  if (signed === undefined || size === undefined) throw new ExpressionError(say.notNumber(nameOf(value.type)));
  if (value.bits === undefined) {
    const raw = littleEndian(readPlace(value.place, size, readMemory));
    return signed ? BigInt.asIntN(8 * size, raw) : raw;
  }
  const { bitOffset, bitSize } = value.bits;
  const raw =
    littleEndian(readPlace(value.place, Math.ceil((bitOffset + bitSize) / 8), readMemory)) >> BigInt(bitOffset);
  return signed ? BigInt.asIntN(bitSize, raw) : BigInt.asUintN(bitSize, raw);
}

/**
 * The part of a value that begins `offset` bytes in. It has `size` bytes if that is given, else as many as its type.
 */
export function partOf(
  value: TypedValue,
  type: Type,
  offset: number,
  readMemory: ReadMemory,
  size = sizeOf(type) ?? 0,
): TypedValue {
  return shownAs(bytesOf(value, type, offset, size, readMemory), value);
}

function bytesOf(value: TypedValue, type: Type, offset: number, size: number, readMemory: ReadMemory): TypedValue {
  const { place } = value;
  if (place.kind === "memory") return inMemory(type, place.address + offset);
  if (place.kind === "optimizedOut" || place.kind === "unavailable") return { type, place };
  if (place.kind === "pieces") return { type, place: pieceOf(place.pieces, 8 * offset, 8 * size) };
  return valueOf(type, readPlace(place, offset + size, readMemory).subarray(offset));
}

/** The bits [from, from + length) of what is in several pieces. If they are in one piece, the result is its place. */
function pieceOf(pieces: readonly Piece[], from: number, length: number): Place {
  const found: Piece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const low = Math.max(from, at);
    const high = Math.min(from + length, at + piece.bitSize);
    if (low < high) found.push({ ...piece, bitOffset: piece.bitOffset + low - at, bitSize: high - low });
    at += piece.bitSize;
  }
  const [only] = found;
  if (only === undefined) return { kind: "optimizedOut" };
  const lost = found.find(({ place }) => place.kind === "optimizedOut" || place.kind === "unavailable");
  if (lost !== undefined) return lost.place;
  if (found.length > 1 || only.bitOffset % 8 !== 0) return { kind: "pieces", pieces: found };
  if (only.place.kind === "memory") {
    return { kind: "memory", address: (only.place.address + only.bitOffset / 8) >>> 0 };
  }
  return only.bitOffset === 0 ? only.place : { kind: "pieces", pieces: found };
}

/** A member as a value of its own. */
export function memberOf(object: TypedValue, member: Member, offset: number, readMemory: ReadMemory): TypedValue {
  const { bits, virtualBase } = member;
  if (virtualBase !== undefined) {
    const whole = addressOf(object);
    const address = whole === undefined ? undefined : virtualBaseAddress(virtualBase, whole + offset, readMemory);
    if (address === undefined) return { type: member.type, place: { kind: "optimizedOut" } };
    return inMemory(member.type, address);
  }
  const size = bits === undefined ? undefined : Math.ceil((bits.bitOffset + bits.bitSize) / 8);
  const value = partOf(object, member.type, offset, readMemory, size);
  const notation = isHexadecimal(object) ? "hexadecimal" : notationOf(member.name, member.type);
  return { ...value, ...(bits === undefined ? {} : { bits }), ...(notation === undefined ? {} : { notation }) };
}

/**
 * The object to which a reference of C++ refers; other values unchanged. Throws ExpressionError if it cannot be read.
 */
export function referent(value: TypedValue, readMemory: ReadMemory): TypedValue {
  const bare = strip(value.type);
  if (bare.kind !== "reference") return value;
  return inMemory(bare.target, Number(readInteger(value, readMemory)));
}

function nameOf(type: Type): string {
  const bare = strip(type);
  return bare.kind === "struct" || bare.kind === "union" ? `${bare.kind} ${bare.name ?? "{...}"}` : bare.kind;
}
