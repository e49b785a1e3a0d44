import { flatMembers, isStruct, strip, type FlatMember, type ImageSymbols, type StructType } from "../symbols/index";

/** A field of one of the hypervisor's structures. */
export interface Field {
  /** Bytes from the start of the structure. */
  offset: number;
  /** 1, 2 or 4. */
  size: 1 | 2 | 4;
}

/**
 * Finds a field by its path of member names (`["regs", "eip"]`) in a structure of the image. Undefined if the image has
 * no such structure or field, or if the field is not a word.
 */
export function fieldOf(symbols: ImageSymbols, structName: string, ...path: string[]): Field | undefined {
  let type = symbols.typeNamed(`struct ${structName}`);
  let offset = 0;
  for (const name of path) {
    const bare = type === undefined ? undefined : strip(type);
    if (bare === undefined || !isStruct(bare)) return undefined;
    const found = memberNamed(bare, name);
    if (found === undefined) return undefined;
    offset += found.offset;
    type = found.member.type;
  }
  const size = type === undefined ? undefined : wordSize(strip(type));
  return size === undefined ? undefined : { offset, size };
}

/** A member, also of an anonymous structure inside. Its offset is counted from the outer structure. */
export function memberNamed(type: StructType, name: string): FlatMember | undefined {
  return flatMembers(type).find(({ member }) => member.name === name);
}

function wordSize(type: { kind: string; size?: number }): Field["size"] | undefined {
  const size = type.kind === "base" || type.kind === "enum" || type.kind === "pointer" ? type.size : undefined;
  return size === 1 || size === 2 || size === 4 ? size : undefined;
}
