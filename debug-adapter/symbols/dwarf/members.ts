import { ByteReader } from "../bytes";
import type { Member, Type, VariantPart } from "../types";
import { sizeOf } from "../types";
import { At, Op, Tag } from "./constants";
import type { Die } from "./unit";

/** What members need of the type reader. */
interface Types {
  typeOf(die: Die): Type;
}

/** The data members of a struct or union, in order. Base classes count as anonymous members. */
export function readMembers(die: Die, types: Types): Member[] {
  return die
    .children()
    .filter((d) => (d.tag === Tag.Member || d.tag === Tag.Inheritance) && !d.flag(At.External))
    .map((d) => readMember(d, types));
}

/** The variants of a structure; undefined if it has none. */
export function readVariants(die: Die, types: Types): VariantPart | undefined {
  const part = die.children().find((d) => d.tag === Tag.VariantPart);
  if (!part) return undefined;
  const tag = part.attribute(At.Discr);
  const discr = tag?.kind === "reference" ? part.children().find((d) => d.offset === tag.value) : undefined;
  const discriminant = discr && readMember(discr, types);
  const bits = 8 * ((discriminant && sizeOf(discriminant.type)) ?? 8);
  const cases = part
    .children()
    .filter((d) => d.tag === Tag.Variant)
    .flatMap((variant) => {
      const member = variant.children().find((d) => d.tag === Tag.Member);
      const value = variant.attribute(At.DiscrValue);
      if (!member) return [];
      const number = value?.kind === "constant" ? BigInt.asUintN(bits, BigInt(value.value)) : undefined;
      return [{ value: number, member: readMember(member, types) }];
    });
  return { discriminant, cases };
}

function readMember(die: Die, types: Types): Member {
  const type = types.typeOf(die);
  const name = die.tag === Tag.Inheritance ? undefined : die.name;
  const virtualBase = virtualBaseOf(die);
  if (virtualBase) return { name, type, offset: 0, virtualBase, bits: undefined };
  const bitSize = die.number(At.BitSize);
  if (bitSize === undefined) return { name, type, offset: byteOffset(die), bits: undefined };
  const lowBit = lowestBit(die, type, bitSize);
  return { name, type, offset: Math.floor(lowBit / 8), bits: { bitOffset: lowBit % 8, bitSize } };
}

/** The place of a base class that all parts of an object share; the object's virtual table tells it. */
function virtualBaseOf(die: Die): Uint8Array | undefined {
  if (die.tag !== Tag.Inheritance || !die.number(At.Virtuality)) return undefined;
  const value = die.attribute(At.DataMemberLocation);
  return value?.kind === "expression" || value?.kind === "block" ? value.value : undefined;
}

/** Bit number of a bit-field's lowest bit, counted from the outer type's start. */
function lowestBit(die: Die, type: Type, bitSize: number): number {
  const direct = die.number(At.DataBitOffset);
  if (direct !== undefined) return direct;
  const fromTop = signedNumber(die, At.BitOffset);
  if (fromTop === undefined) return 8 * byteOffset(die);
  // DWARF 3 counts from the highest bit of a storage unit.
  const storage = die.number(At.ByteSize) ?? sizeOf(type) ?? 0;
  return 8 * (byteOffset(die) + storage) - fromTop - bitSize;
}

/**
 * A number that may be negative and is then in two's complement, as clang's bit offset when a field crosses its storage
 * unit.
 */
function signedNumber(die: Die, at: At): number | undefined {
  const value = die.attribute(at);
  if (value?.kind !== "constant") return undefined;
  return typeof value.value === "bigint" ? Number(BigInt.asIntN(64, value.value)) : value.value | 0;
}

function byteOffset(die: Die): number {
  const value = die.attribute(At.DataMemberLocation);
  if (value?.kind === "constant") return Number(value.value);
  if (value?.kind !== "expression" && value?.kind !== "block") return 0;
  const reader = new ByteReader(value.value, ".debug_info");
  return !reader.done && (reader.u8() as Op) === Op.PlusUconst ? reader.uleb() : 0;
}
