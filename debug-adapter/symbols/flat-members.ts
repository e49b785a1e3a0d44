import { strip, type Member, type StructType, type Type } from "./types";

/** A member, with its offset counted from the outermost structure. */
export interface FlatMember {
  readonly member: Member;
  readonly offset: number;
}

/** Members of one type that are looked at: corrupt information nests a structure in itself, or doubles it at each level. */
const MAX_MEMBERS = 10_000;
const MAX_NESTING = 64;

export function isStruct(type: Type): type is StructType {
  return type.kind === "struct" || type.kind === "union" || type.kind === "class";
}

/** Members with those of anonymous structures, unions and base classes in their place. */
export function flatMembers(type: StructType): FlatMember[] {
  const found: FlatMember[] = [];
  collect(type, 0, 0, found);
  return found;
}

function collect(type: StructType, offset: number, depth: number, found: FlatMember[]): void {
  for (const member of type.members) {
    if (found.length >= MAX_MEMBERS) return;
    const inner = strip(member.type);
    const isNested = member.name === undefined && isStruct(inner) && depth < MAX_NESTING;
    if (isNested) collect(inner, offset + member.offset, depth + 1, found);
    else found.push({ member, offset: offset + member.offset });
  }
}
