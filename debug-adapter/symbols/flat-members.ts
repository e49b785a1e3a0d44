import { strip, type Member, type StructType, type Type } from "./types";

/** A member, with its offset counted from the outermost structure. */
export interface FlatMember {
  readonly member: Member;
  readonly offset: number;
}

/**
 * How many members a type may have, and how many are looked at to find them. Corrupt information may nest a structure in itself, or double it at each
 * level.
 */
const MAX_MEMBERS = 10_000;
const MAX_LOOKS = 40_000;
const MAX_NESTING = 64;

const known = new WeakMap<StructType, FlatMember[]>();

export function isStruct(type: Type): type is StructType {
  return type.kind === "struct" || type.kind === "union" || type.kind === "class";
}

/**
 * The members, with those of anonymous structures, unions and base classes in their place. A virtual base is one member,
 * however many bases share it.
 */
export function flatMembers(type: StructType): readonly FlatMember[] {
  let found = known.get(type);
  if (!found) {
    const collection: Collection = { found: [], bases: new Set(), looked: 0 };
    collect(type, 0, [], collection);
    ({ found } = collection);
    known.set(type, found);
  }
  return found;
}

/** The members of one type while they are collected. */
interface Collection {
  readonly found: FlatMember[];
  /** The types of its virtual bases: an object has one of each. */
  readonly bases: Set<Type>;
  /** How many members were looked at. */
  looked: number;
}

/** @param outer the structures that contain this one */
function collect(type: StructType, offset: number, outer: readonly StructType[], into: Collection): void {
  const around = [...outer, type];
  for (const member of type.members) {
    if (into.found.length >= MAX_MEMBERS || into.looked++ >= MAX_LOOKS) return;
    const inner = strip(member.type);
    const isVirtual = member.virtualBase !== undefined;
    if (member.name === undefined && isStruct(inner) && !isVirtual) {
      if (around.includes(inner) || around.length >= MAX_NESTING) continue;
      collect(inner, offset + member.offset, around, into);
    } else if (!isVirtual || !into.bases.has(inner)) {
      if (isVirtual) into.bases.add(inner);
      into.found.push({ member, offset: offset + member.offset });
    }
  }
}
