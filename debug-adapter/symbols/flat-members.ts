import { strip, type Member, type StructType, type Type } from "./types";

/** A member, with its offset counted from the outermost structure. */
export interface FlatMember {
  readonly member: Member;
  readonly offset: number;
}

/**
 * How many members of one type are looked at. Corrupt information may nest a structure in itself, or double it at each
 * level.
 */
const MAX_MEMBERS = 10_000;
const MAX_NESTING = 64;

const known = new WeakMap<StructType, FlatMember[]>();

export function isStruct(type: Type): type is StructType {
  return type.kind === "struct" || type.kind === "union" || type.kind === "class";
}

/** The members, with those of anonymous structures, unions and base classes in their place. */
export function flatMembers(type: StructType): readonly FlatMember[] {
  let found = known.get(type);
  if (!found) {
    found = [];
    collect(type, 0, [], found);
    known.set(type, found);
  }
  return found;
}

/** @param outer the structures that contain this one */
function collect(type: StructType, offset: number, outer: readonly StructType[], found: FlatMember[]): void {
  const around = [...outer, type];
  for (const member of type.members) {
    if (found.length >= MAX_MEMBERS) return;
    const inner = strip(member.type);
    const isNested = member.name === undefined && isStruct(inner) && member.virtualBase === undefined;
    if (!isNested) found.push({ member, offset: offset + member.offset });
    else if (!around.includes(inner) && around.length < MAX_NESTING) {
      collect(inner, offset + member.offset, around, found);
    }
  }
}
