import { sizeOf, strip, type Member, type ReadMemory, type StructType } from "../symbols/index";
import { littleEndian, memberOf, readPlace, type TypedValue } from "./typed-value";

/** The variant that a value of an enumeration with data (Rust) has. */
export interface ActiveVariant {
  readonly name: string;
  /** Its data, which is a structure without members if there is none. */
  readonly data: TypedValue;
}

/** Undefined for a structure that has no variants. Throws ExpressionError if it cannot be read. */
export function activeVariant(value: TypedValue, type: StructType, readMemory: ReadMemory): ActiveVariant | undefined {
  const { variants } = type;
  if (variants === undefined) return undefined;
  const { discriminant, cases } = variants;
  const tag = discriminant === undefined ? undefined : tagOf(value, discriminant, readMemory);
  // The case without a value is that of all other tags, such as a reference that is not null.
  const found =
    cases.find((each) => each.value !== undefined && each.value === tag) ??
    cases.find((each) => each.value === undefined);
  if (found === undefined) return undefined;
  const { member } = found;
  return { name: member.name ?? "?", data: memberOf(value, member, member.offset, readMemory) };
}

function tagOf(value: TypedValue, discriminant: Member, readMemory: ReadMemory): bigint {
  const tag = memberOf(value, discriminant, discriminant.offset, readMemory);
  return littleEndian(readPlace(tag.place, sizeOf(strip(tag.type)) ?? 1, readMemory));
}
